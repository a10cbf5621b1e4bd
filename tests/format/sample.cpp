#include "tests/format/sample.hpp"

#include <cstring>

#include "format/merge_hash.hpp"
#include "format/pack.hpp"
#include "runtime/base/checked.hpp"
#include "tests/support/support.hpp"

namespace gosset::test {
namespace {

float real(Rng& rng) {
    return float(rng.uniform() * 4.0 + 0.25);
}
bool coin(Rng& rng) {
    return rng.below(2) == 1;
}
std::string text(Rng& rng, uint32_t max, bool any_byte) {
    std::string s(rng.below(max) + 1, '\0');
    for (char& c : s) c = any_byte ? char(rng.below(256)) : char('a' + rng.below(26));
    return s;
}
std::vector<uint32_t> ids(Rng& rng, uint32_t count, uint32_t n) {
    std::vector<uint32_t> v(count);
    for (uint32_t& id : v) id = rng.below(n);
    return v;
}

RopeKind random_rope(Rng& rng, uint32_t head_dim) {
    RopeKind r;
    r.theta = real(rng), r.rotary_dim = 2 * rng.below(head_dim / 2 + 1);
    r.scaling = RopeScaling(rng.below(5));
    r.factor = real(rng), r.low_freq_factor = real(rng), r.high_freq_factor = real(rng);
    r.beta_fast = real(rng), r.beta_slow = real(rng), r.attention_factor = real(rng);
    r.original_context = rng.below(100000);
    if (r.scaling != RopeScaling::longrope && coin(rng)) return r;
    const uint32_t pairs = (r.rotary_dim ? r.rotary_dim : head_dim) / 2;
    for (uint32_t i = 0; i < pairs; i++) r.short_factors.push_back(real(rng));
    for (uint32_t i = 0; i < pairs; i++) r.long_factors.push_back(real(rng));
    return r;
}

ModelConfig random_config(Rng& rng) {
    ModelConfig c;
    c.architecture = text(rng, 20, false);
    c.dim = rng.below(4096) + 1, c.layers = rng.below(6) + 1;
    c.kv_heads = rng.below(8) + 1, c.heads = c.kv_heads * (rng.below(4) + 1);
    c.head_dim = 2 * (rng.below(64) + 1), c.v_head_dim = rng.below(128) + 1;
    c.ffn_dim = rng.below(10000), c.vocab = 200 + rng.below(1000);
    c.max_context = rng.below(100000) + 1;
    c.norm = NormKind(rng.below(2)), c.norm_eps = real(rng), c.norm_offset = real(rng);
    c.pre_norm = coin(rng), c.post_norm = coin(rng), c.qk_norm = coin(rng);
    c.q_bias = coin(rng), c.k_bias = coin(rng), c.v_bias = coin(rng), c.o_bias = coin(rng);
    c.mlp_bias = coin(rng), c.activation = Activation(rng.below(5)), c.gated_mlp = coin(rng);
    c.embedding_scale = real(rng), c.residual_scale = real(rng), c.logit_scale = real(rng);
    c.attention_softcap = real(rng), c.final_softcap = real(rng), c.attention_scale = real(rng);
    c.sliding_window = rng.below(5000);
    const uint32_t ropes = rng.below(3) + 1;
    for (uint32_t i = 0; i < ropes; i++) c.ropes.push_back(random_rope(rng, c.head_dim));
    for (uint32_t i = 0; i < c.layers; i++) {
        c.window_layers.push_back(uint8_t(rng.below(2)));
        c.rope_of_layer.push_back(uint8_t(rng.below(ropes)));
    }
    c.experts = rng.below(100), c.experts_per_token = rng.below(c.experts + 1);
    c.shared_experts = rng.below(4), c.expert_ffn_dim = rng.below(1000);
    c.tied_head = coin(rng), c.add_bos = coin(rng);
    c.bos_id = coin(rng) ? UINT32_MAX : rng.below(c.vocab);
    c.end_ids = ids(rng, rng.below(4), c.vocab);
    return c;
}

TokenizerData random_tokenizer(Rng& rng, uint32_t vocab) {
    TokenizerData t;
    TokenizerTraits& s = t.traits;
    s.kind = TokenizerKind(rng.below(3));
    s.byte_level = coin(rng), s.byte_fallback = coin(rng), s.ignore_merges = coin(rng);
    s.nfc = coin(rng), s.space_to_meta = coin(rng), s.add_space_prefix = coin(rng);
    s.strip_first_token = coin(rng), s.fuse_unk = coin(rng);
    s.strip_left_space = coin(rng), s.add_bos = coin(rng), s.add_eos = coin(rng);
    const uint32_t n = rng.below(vocab) + 1;
    s.bos = rng.below(n), s.eos = rng.below(n), s.pad = rng.below(n);
    s.unk = coin(rng) ? UINT32_MAX : rng.below(n);
    t.pre = text(rng, 12, false), t.chat_template = text(rng, 300, true);
    t.offsets.push_back(0);
    for (uint32_t i = 0; i < n; i++) {
        t.blob += text(rng, 4, true);  // short: equal tokens occur
        t.offsets.push_back(uint32_t(t.blob.size()));
        t.types.push_back(uint8_t(rng.below(6)));
        t.scores.push_back(-real(rng));
    }
    const uint32_t merges = rng.below(500);
    for (uint32_t i = 0; i < merges; i++)
        t.merges.push_back({rng.below(n), rng.below(n), rng.below(n)});
    t.end_ids = ids(rng, rng.below(4), n);
    const uint32_t tests = rng.below(4);
    for (uint32_t i = 0; i < tests; i++)
        t.self_tests.push_back({text(rng, 40, true), ids(rng, rng.below(20), n)});
    return t;
}

TensorInfo random_tensor(Rng& rng, const ModelConfig& config, size_t number) {
    static const Role roles[] = {Role::other,          Role::embed, Role::q,
                                 Role::post_attn_norm, Role::down,  Role::router,
                                 Role::post_ffn_norm};
    TensorInfo t;
    t.name = "model.tensor_" + std::to_string(number) + "." + text(rng, 30, false);
    t.role = roles[rng.below(7)];
    t.layer = int32_t(rng.below(config.layers + 1)) - 1;
    const uint32_t dimensions = rng.below(4) + 1;
    for (uint32_t i = 0; i < dimensions; i++) t.shape.push_back(rng.below(100) + 1);
    t.codec = text(rng, 8, false), t.codec_version = rng.below(1000);
    if (coin(rng)) t.rotation = {{rng.below(3) + 1, 128, rng.below(3) + 1}, rng.next()};
    const char* segment_roles[] = {"codes", "row_scales", "params"};
    const uint32_t segments = rng.below(3) + 1, params = rng.below(3);
    for (uint32_t i = 0; i < segments; i++)
        t.segments.push_back({segment_roles[i], 0, rng.below(coin(rng) ? 3000 : 70) + 1, 0});
    for (uint32_t i = 0; i < params; i++) {
        const std::string bytes = text(rng, 70, true);
        t.params.push_back({"key" + std::to_string(i), {bytes.begin(), bytes.end()}});
    }
    t.rel_mse = real(rng);
    return t;
}

}  // namespace

ModelDescription random_description(Rng& rng) {
    ModelDescription d;
    d.config = random_config(rng);
    d.tokenizer = random_tokenizer(rng, d.config.vocab);
    const uint32_t tensors = rng.below(12);
    for (uint32_t i = 0; i < tensors; i++) d.tensors.push_back(random_tensor(rng, d.config, i));
    d.provenance = {text(rng, 50, true), text(rng, 50, false), text(rng, 9, false),
                    text(rng, 90, true)};
    return d;
}

ModelDescription minimal_description() {
    ModelDescription d;
    ModelConfig& c = d.config;
    c.architecture = "llama";
    c.dim = 8, c.layers = 1, c.heads = 2, c.kv_heads = 1, c.head_dim = 4, c.v_head_dim = 4;
    c.ffn_dim = 16, c.vocab = 10, c.max_context = 32;
    c.ropes.emplace_back();
    TensorInfo t;
    t.name = "model.norm.weight", t.role = Role::final_norm, t.shape = {8}, t.codec = "f32";
    t.segments = {{"codes", 0, 32, 0}};
    d.tensors = {t};
    return d;
}

std::vector<uint8_t> segment_bytes(uint64_t seed, size_t tensor, size_t segment, uint64_t size) {
    Rng rng(seed * 1000003 + tensor * 101 + segment);
    std::vector<uint8_t> bytes(size);
    for (uint8_t& b : bytes) b = uint8_t(rng.below(256));
    return bytes;
}

Status write_model(const std::string& path, const ModelDescription& description, uint64_t seed) {
    GOSSET_ASSIGN(ModelWriter writer, ModelWriter::create(path, description));
    for (size_t i = 0; i < description.tensors.size(); i++)
        for (size_t k = 0; k < description.tensors[i].segments.size(); k++) {
            const auto bytes = segment_bytes(seed, i, k, description.tensors[i].segments[k].size);
            const size_t half = bytes.size() / 2;  // the second half first: any order is fine
            GOSSET_TRY(writer.write(i, k, half, std::span(bytes).subspan(half)));
            GOSSET_TRY(writer.write(i, k, 0, std::span(bytes).first(half)));
        }
    return writer.finish();
}

std::string model_bytes(const ModelDescription& description, uint64_t seed) {
    TempDir dir;
    REQUIRE_OK(write_model(dir.path("m.gosset"), description, seed));
    return read_file(dir.path("m.gosset"));
}

void lay_out(ModelDescription& description, Header& header) {
    const size_t metadata = pack_metadata(description)->size();
    header.data_offset = align_up(kHeaderSize + metadata, kDataAlign);
    header.file_size = header.data_offset;
    for (TensorInfo& t : description.tensors)
        for (Segment& s : t.segments) {
            s.offset = align_up(header.file_size, kSegmentAlign);
            header.file_size = s.offset + s.size;
        }
}

std::string assemble_front(const ModelDescription& description, Header header) {
    const auto metadata = pack_metadata(description);
    REQUIRE_OK(metadata);
    header.metadata_offset = kHeaderSize;
    header.metadata_size = metadata->size();
    header.xxh3 = hash_header(header, *metadata);
    const auto head = encode_header(header);
    std::string file(head.begin(), head.end());
    file.append(metadata->begin(), metadata->end());
    return file;
}

std::string assemble(const ModelDescription& description, Header header) {
    std::string file = assemble_front(description, header);
    REQUIRE(file.size() <= header.file_size);
    file.resize(size_t(header.file_size), '\0');
    return file;
}

void rehash(std::string& file) {
    const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(file.data()),
                                         file.size());
    Result<Header> header = decode_header(bytes);
    REQUIRE_OK(header);
    header->xxh3 = hash_header(
        *header, bytes.subspan(size_t(header->metadata_offset), size_t(header->metadata_size)));
    const auto head = encode_header(*header);
    std::memcpy(file.data(), head.data(), head.size());
}

Memory aligned(const std::string& bytes) {
    Result<Memory> memory = Memory::pages(bytes.size());
    REQUIRE_OK(memory);
    if (!bytes.empty()) std::memcpy(memory->data(), bytes.data(), bytes.size());
    return std::move(*memory);
}

Status open_and_verify(const std::string& bytes) {
    const Memory memory = aligned(bytes);
    GOSSET_ASSIGN(const ModelFile file, ModelFile::from_memory(memory.bytes()));
    return file.verify();
}

Status open_only(const std::string& bytes) {
    const Memory memory = aligned(bytes);
    return ModelFile::from_memory(memory.bytes()).status();
}

}  // namespace gosset::test
