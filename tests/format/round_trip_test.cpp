#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "tests/format/sample.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

void check_rope(const RopeKind& a, const RopeKind& b) {
    CHECK(a.theta == b.theta);
    CHECK(a.rotary_dim == b.rotary_dim);
    CHECK(a.scaling == b.scaling);
    CHECK(a.factor == b.factor);
    CHECK(a.low_freq_factor == b.low_freq_factor);
    CHECK(a.high_freq_factor == b.high_freq_factor);
    CHECK(a.beta_fast == b.beta_fast);
    CHECK(a.beta_slow == b.beta_slow);
    CHECK(a.attention_factor == b.attention_factor);
    CHECK(a.original_context == b.original_context);
    CHECK(a.short_factors == b.short_factors);
    CHECK(a.long_factors == b.long_factors);
}

void check_config(const ModelConfig& a, const ModelConfig& b) {
    CHECK(a.architecture == b.architecture);
    CHECK(a.dim == b.dim);
    CHECK(a.layers == b.layers);
    CHECK(a.heads == b.heads);
    CHECK(a.kv_heads == b.kv_heads);
    CHECK(a.head_dim == b.head_dim);
    CHECK(a.v_head_dim == b.v_head_dim);
    CHECK(a.ffn_dim == b.ffn_dim);
    CHECK(a.vocab == b.vocab);
    CHECK(a.max_context == b.max_context);
    CHECK(a.norm == b.norm);
    CHECK(a.norm_eps == b.norm_eps);
    CHECK(a.norm_offset == b.norm_offset);
    CHECK(a.pre_norm == b.pre_norm);
    CHECK(a.post_norm == b.post_norm);
    CHECK(a.qk_norm == b.qk_norm);
    CHECK(a.q_bias == b.q_bias);
    CHECK(a.k_bias == b.k_bias);
    CHECK(a.v_bias == b.v_bias);
    CHECK(a.o_bias == b.o_bias);
    CHECK(a.mlp_bias == b.mlp_bias);
    CHECK(a.activation == b.activation);
    CHECK(a.gated_mlp == b.gated_mlp);
    CHECK(a.embedding_scale == b.embedding_scale);
    CHECK(a.residual_scale == b.residual_scale);
    CHECK(a.logit_scale == b.logit_scale);
    CHECK(a.attention_softcap == b.attention_softcap);
    CHECK(a.final_softcap == b.final_softcap);
    CHECK(a.attention_scale == b.attention_scale);
    CHECK(a.sliding_window == b.sliding_window);
    CHECK(a.window_layers == b.window_layers);
    CHECK(a.rope_of_layer == b.rope_of_layer);
    CHECK(a.experts == b.experts);
    CHECK(a.experts_per_token == b.experts_per_token);
    CHECK(a.shared_experts == b.shared_experts);
    CHECK(a.expert_ffn_dim == b.expert_ffn_dim);
    CHECK(a.tied_head == b.tied_head);
    CHECK(a.bos_id == b.bos_id);
    CHECK(a.add_bos == b.add_bos);
    CHECK(a.end_ids == b.end_ids);
    REQUIRE(a.ropes.size() == b.ropes.size());
    for (size_t i = 0; i < a.ropes.size(); i++) check_rope(a.ropes[i], b.ropes[i]);
}

template <class A, class B>
bool same(const A& a, const B& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

void check_tokenizer(const TokenizerData& a, const TokenizerView& b) {
    CHECK(a.traits.kind == b.traits.kind);
    CHECK(a.traits.byte_level == b.traits.byte_level);
    CHECK(a.traits.byte_fallback == b.traits.byte_fallback);
    CHECK(a.traits.ignore_merges == b.traits.ignore_merges);
    CHECK(a.traits.nfc == b.traits.nfc);
    CHECK(a.traits.space_to_meta == b.traits.space_to_meta);
    CHECK(a.traits.add_space_prefix == b.traits.add_space_prefix);
    CHECK(a.traits.strip_left_space == b.traits.strip_left_space);
    CHECK(a.traits.strip_first_token == b.traits.strip_first_token);
    CHECK(a.traits.fuse_unk == b.traits.fuse_unk);
    CHECK(a.traits.add_bos == b.traits.add_bos);
    CHECK(a.traits.add_eos == b.traits.add_eos);
    CHECK(a.traits.bos == b.traits.bos);
    CHECK(a.traits.eos == b.traits.eos);
    CHECK(a.traits.unk == b.traits.unk);
    CHECK(a.traits.pad == b.traits.pad);
    CHECK(a.pre == b.pre);
    CHECK(a.chat_template == b.chat_template);
    CHECK(a.blob == b.blob);
    CHECK(same(a.offsets, b.offsets));
    CHECK(same(a.types, b.types));
    CHECK(same(a.scores, b.scores));
    CHECK(same(a.end_ids, b.end_ids));
    CHECK(std::equal(a.merges.begin(), a.merges.end(), b.merges.begin(), b.merges.end(),
                     [](const Merge& x, const Merge& y) {
                         return x.left == y.left && x.right == y.right && x.result == y.result;
                     }));
    REQUIRE(a.self_tests.size() == b.self_tests.size());
    for (size_t i = 0; i < a.self_tests.size(); i++) {
        CHECK(a.self_tests[i].text == b.self_tests[i].text);
        CHECK(same(a.self_tests[i].ids, b.self_tests[i].ids));
    }
}

void check_tensor(const TensorInfo& a, const TensorView& b, uint64_t file_seed, size_t number) {
    CHECK(a.name == b.name);
    CHECK(a.role == b.role);
    CHECK(a.layer == b.layer);
    CHECK(a.shape == b.shape);
    CHECK(a.codec == b.codec);
    CHECK(a.codec_version == b.codec_version);
    CHECK(a.rotation.factors == b.rotation.factors);
    CHECK(a.rotation.sign_seed == b.rotation.sign_seed);
    CHECK(a.rel_mse == b.rel_mse);
    uint64_t bytes = 0, weights = 1;
    REQUIRE(a.segments.size() == b.segments.size());
    for (size_t k = 0; k < a.segments.size(); k++) {
        const SegmentView& s = b.segments[k];
        CHECK(a.segments[k].role == s.role);
        CHECK(s.offset % 64 == 0);
        CHECK(reinterpret_cast<uintptr_t>(s.bytes.data()) % 64 == 0);
        CHECK(same(s.bytes, segment_bytes(file_seed, number, k, a.segments[k].size)));
        CHECK(b.segment(a.segments[k].role) == &s);
        bytes += s.bytes.size();
    }
    for (uint64_t d : a.shape) weights *= d;
    CHECK(b.bits_per_weight == doctest::Approx(8.0 * double(bytes) / double(weights)));
    CHECK(b.rows() * b.cols() == weights);
    CHECK(b.segment("none of these") == nullptr);
    CHECK(b.param("none of these") == nullptr);
    REQUIRE(a.params.size() == b.params.size());
    for (size_t k = 0; k < a.params.size(); k++) {
        REQUIRE(b.param(a.params[k].key) == &b.params[k]);
        CHECK(same(a.params[k].bytes, b.params[k].bytes));
    }
}

void check_same(const ModelDescription& a, const ModelFile& b, uint64_t file_seed) {
    CHECK(b.version() == 1);
    check_config(a.config, b.config());
    check_tokenizer(a.tokenizer, b.tokenizer());
    CHECK(a.provenance.source_name == b.provenance().source_name);
    CHECK(a.provenance.source_hash == b.provenance().source_hash);
    CHECK(a.provenance.tool_version == b.provenance().tool_version);
    CHECK(a.provenance.command_line == b.provenance().command_line);
    REQUIRE(a.tensors.size() == b.tensors().size());
    for (size_t i = 0; i < a.tensors.size(); i++)
        check_tensor(a.tensors[i], b.tensors()[i], file_seed, i);
    CHECK_OK(b.verify());
}

}  // namespace

TEST_CASE("every field of random descriptions survives the file") {
    TempDir dir;
    for (uint64_t round = 0; round < 60; round++) {
        Rng rng(seed() + round);
        const ModelDescription description = random_description(rng);
        const std::string path = dir.path("m.gosset");
        REQUIRE_OK(write_model(path, description, round));
        Result<ModelFile> file = ModelFile::open(path);
        REQUIRE_OK(file);
        check_same(description, *file, round);
        if (round % 10 == 0) {
            REQUIRE_OK(file->copy_to_huge_pages());
            check_same(description, *file, round);
        }
    }
}

TEST_CASE("the least model, and one without tensors") {
    ModelDescription description = minimal_description();
    CHECK_OK(open_and_verify(model_bytes(description, 1)));
    description.tensors.clear();
    const std::string bytes = model_bytes(description, 1);
    CHECK(bytes.size() == 16384);
    CHECK_OK(open_and_verify(bytes));
}

TEST_CASE("the same description gives the same bytes") {
    Rng rng(seed() + 77);
    const ModelDescription description = random_description(rng);
    CHECK(model_bytes(description, 5) == model_bytes(description, 5));
}

TEST_CASE("a model inside a larger file opens at any offset") {
    Rng rng(seed() + 88);
    const ModelDescription description = random_description(rng);
    const std::string model = model_bytes(description, 3);
    TempDir dir;
    for (uint64_t offset : {0u, 1u, 7u, 63u, 64u, 65u, 4095u, 4096u, 4097u, 16384u, 100003u}) {
        CAPTURE(offset);
        const std::string path = dir.path("archive");
        write_file(path, std::string(offset, 'x') + model + "more bytes behind");
        const int fd = open(path.c_str(), O_RDONLY);
        REQUIRE(fd >= 0);
        Result<ModelFile> file = ModelFile::open_fd(fd, offset, model.size());
        const Status too_long = ModelFile::open_fd(fd, offset, model.size() + 1).status();
        const Status beyond = ModelFile::open_fd(fd, offset, model.size() + 18).status();
        const Status wraps = ModelFile::open_fd(fd, UINT64_MAX - 5, 10).status();
        close(fd);
        REQUIRE_OK(file);
        check_same(description, *file, 3);
        CHECK(too_long.code() == StatusCode::corrupt);
        CHECK(beyond.code() == StatusCode::invalid_argument);
        CHECK(wraps.code() == StatusCode::invalid_argument);
    }
}

TEST_CASE("memory must be aligned") {
    const std::string bytes = model_bytes(minimal_description(), 1);
    const Memory memory = aligned("12345678" + bytes);
    const Status status = ModelFile::from_memory(memory.bytes().subspan(8)).status();
    CHECK(status.code() == StatusCode::invalid_argument);
}

TEST_CASE("an empty ModelFile is harmless") {
    ModelFile file;
    CHECK(file.tensors().empty());
    CHECK(file.tokenizer().size() == 0);
    CHECK_FALSE(file.verify().ok());
    CHECK_FALSE(file.copy_to_huge_pages().ok());
    ModelFile other = std::move(file);
    CHECK(other.bytes().empty());
}
