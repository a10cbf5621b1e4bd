// Files of other versions of the schema: fields that this reader does not know are ignored, fields
// that are missing have the defaults of format/config.hpp. Built with FlatBuffers by hand.
#include "format/flatbuffers.hpp"
#include "tests/format/sample.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

constexpr flat::voffset_t field(int number) {
    return flat::voffset_t(4 + 2 * number);
}

std::string file_of(flat::FlatBufferBuilder& b) {
    Header header;
    header.metadata_offset = kHeaderSize;
    header.metadata_size = b.GetSize();
    header.data_offset = header.file_size = kDataAlign;
    header.xxh3 = hash_header(header, {b.GetBufferPointer(), b.GetSize()});
    const auto head = encode_header(header);
    std::string file(head.begin(), head.end());
    file.append(reinterpret_cast<const char*>(b.GetBufferPointer()), b.GetSize());
    file.resize(kDataAlign, '\0');
    return file;
}

flat::Offset<fb::Config> least_config(flat::FlatBufferBuilder& b) {
    const auto ropes = b.CreateVector({fb::CreateRopeKind(b)});
    const auto architecture = b.CreateString("llama");
    fb::ConfigBuilder c(b);
    c.add_architecture(architecture), c.add_ropes(ropes);
    c.add_dim(8), c.add_layers(1), c.add_heads(1), c.add_kv_heads(1), c.add_head_dim(8);
    c.add_v_head_dim(8), c.add_vocab(4), c.add_max_context(4);
    return c.Finish();
}

}  // namespace

TEST_CASE("fields of a later version are ignored") {
    flat::FlatBufferBuilder b;
    const auto config = least_config(b);
    const auto news = b.CreateString("something new");
    const auto start = b.StartTable();
    b.AddOffset(field(0), config);
    b.AddOffset(field(40), news);
    b.AddElement<uint32_t>(field(41), 7, 0);
    b.Finish(flat::Offset<fb::Model>(b.EndTable(start)), "GSST");
    CHECK_OK(open_and_verify(file_of(b)));
}

TEST_CASE("missing fields have the defaults of ModelConfig") {
    flat::FlatBufferBuilder b;
    const auto config = least_config(b);
    b.Finish(fb::CreateModel(b, config), "GSST");
    const Memory memory = aligned(file_of(b));
    const Result<ModelFile> file = ModelFile::from_memory(memory.bytes());
    REQUIRE_OK(file);
    const ModelConfig expected, &c = file->config();
    CHECK(c.norm == expected.norm);
    CHECK(c.norm_eps == expected.norm_eps);
    CHECK(c.norm_offset == expected.norm_offset);
    CHECK(c.pre_norm == expected.pre_norm);
    CHECK(c.gated_mlp == expected.gated_mlp);
    CHECK(c.activation == expected.activation);
    CHECK(c.embedding_scale == expected.embedding_scale);
    CHECK(c.residual_scale == expected.residual_scale);
    CHECK(c.logit_scale == expected.logit_scale);
    CHECK(c.bos_id == expected.bos_id);
    CHECK(c.ropes[0].theta == RopeKind().theta);
    CHECK(c.ropes[0].factor == RopeKind().factor);
    CHECK(file->tokenizer().traits.eos == UINT32_MAX);
    CHECK(file->tensors().empty());
}

TEST_CASE("no config, no identifier") {
    flat::FlatBufferBuilder a, b;
    a.Finish(fb::CreateModel(a), "GSST");
    CHECK(open_only(file_of(a)).message().find("config is missing") != std::string::npos);
    b.Finish(fb::CreateModel(b, least_config(b)), "XXXX");
    CHECK(open_only(file_of(b)).message().find("FlatBuffer") != std::string::npos);
}

TEST_CASE("one table used many times is bounded") {
    flat::FlatBufferBuilder b;
    const auto config = least_config(b);
    const auto name = b.CreateString("same");
    fb::TensorBuilder t(b);
    t.add_name(name);
    const std::vector<flat::Offset<fb::Tensor>> many(70000, t.Finish());
    const auto tensors = b.CreateVector(many);
    b.Finish(fb::CreateModel(b, config, 0, tensors), "GSST");
    Header header;
    header.metadata_offset = kHeaderSize, header.metadata_size = b.GetSize();
    header.data_offset = header.file_size = 32 * kDataAlign;
    header.xxh3 = hash_header(header, {b.GetBufferPointer(), b.GetSize()});
    const auto head = encode_header(header);
    std::string file(head.begin(), head.end());
    file.append(reinterpret_cast<const char*>(b.GetBufferPointer()), b.GetSize());
    file.resize(size_t(header.file_size), '\0');
    CHECK(open_only(file).message().find("more than 65536 tensors") != std::string::npos);
}

TEST_CASE("numbers in the schema are the numbers of the headers") {
    CHECK(uint32_t(fb::Role::router) == uint32_t(Role::router));
    CHECK(uint32_t(fb::Role::final_norm_bias) == uint32_t(Role::final_norm_bias));
    CHECK(uint32_t(fb::Role::post_attn_norm) == uint32_t(Role::post_attn_norm));
    CHECK(uint32_t(fb::Role::post_ffn_norm) == uint32_t(Role::post_ffn_norm));
    CHECK(uint32_t(fb::Role::MAX) == uint32_t(Role::router));
    CHECK(uint32_t(fb::NormKind::MAX) == uint32_t(NormKind::layer));
    CHECK(uint32_t(fb::Activation::MAX) == uint32_t(Activation::relu2));
    CHECK(uint32_t(fb::RopeScaling::MAX) == uint32_t(RopeScaling::longrope));
    CHECK(uint32_t(fb::TokenizerKind::MAX) == uint32_t(TokenizerKind::spm));
}
