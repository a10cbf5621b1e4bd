// Trained models in both formats, where the data folder is there.
#include <algorithm>
#include <map>

#include "tests/support/support.hpp"
#include "tools/import/source.hpp"

namespace gosset {
namespace {

std::unique_ptr<ModelSource> open(const std::string& path) {
    auto source = open_source(path);
    REQUIRE_OK(source);
    return std::move(*source);
}

size_t index_of(const ModelSource& source, const std::string& name) {
    for (size_t i = 0; i < source.tensors().size(); i++)
        if (source.tensors()[i].name == name) return i;
    return SIZE_MAX;
}

TEST_CASE("gosset-tales in GGUF and in safetensors is one model, bit for bit") {
    const std::string dir = test::data("models/gosset-tales-29m");
    GOSSET_SKIP_IF(dir.empty(), "models/gosset-tales-29m is not there");
    const auto gguf = open(dir + "/gosset-tales-29m-bf16.gguf");
    const auto hf = open(dir);
    CHECK(gguf->description() == "GGUF v3, 74 tensors, BF16 + F32");
    CHECK(hf->description() == "safetensors, 74 tensors, BF16");
    for (const ModelSource* s : {gguf.get(), hf.get()}) {
        const ModelConfig& c = s->config();
        CHECK(c.architecture == "llama");
        CHECK(c.dim == 512);
        CHECK(c.layers == 8);
        CHECK(c.heads == 8);
        CHECK(c.kv_heads == 4);
        CHECK(c.head_dim == 64);
        CHECK(c.ffn_dim == 1536);
        CHECK(c.vocab == 8192);
        CHECK(c.max_context == 1024);
        CHECK(c.norm_eps == 1e-5f);
        CHECK(c.ropes[0].theta == 10000.0f);
        CHECK(c.tied_head);
        CHECK(c.bos_id == 0);
        CHECK_FALSE(c.add_bos);
        CHECK(c.end_ids == std::vector<uint32_t>{0});
        CHECK(s->tokenizer().view().size() == 8192);
    }
    REQUIRE(gguf->tensors().size() == hf->tensors().size());
    for (size_t i = 0; i < hf->tensors().size(); i++) {
        const SourceTensor& a = gguf->tensors()[i];
        const SourceTensor& b = hf->tensors()[i];
        CAPTURE(b.name);
        CHECK(a.name == b.name);
        CHECK(a.role == b.role);
        CHECK(a.layer == b.layer);
        REQUIRE(a.shape == b.shape);
        std::vector<float> x(a.rows() * a.cols()), y(x.size());
        CHECK_OK(gguf->read_rows(i, 0, a.rows(), x.data()));
        CHECK_OK(hf->read_rows(i, 0, a.rows(), y.data()));
        CHECK(x == y);
    }
}

TEST_CASE("stories260K opens from GGUF") {
    const std::string path = test::data("models/stories260K/stories260Ktok512.gguf");
    GOSSET_SKIP_IF(path.empty(), "models/stories260K is not there");
    const auto source = open(path);
    const ModelConfig& c = source->config();
    CHECK(c.dim == 64);
    CHECK(c.layers == 5);
    CHECK(c.heads == 8);
    CHECK(c.kv_heads == 4);
    CHECK(c.head_dim == 8);
    CHECK(c.ffn_dim == 172);
    CHECK(c.vocab == 512);
    CHECK(c.max_context == 128);
    CHECK_FALSE(c.tied_head);  // the file stores the head, though the model ties it
    CHECK(c.bos_id == 1);
    CHECK(c.add_bos);
    CHECK(std::count(c.end_ids.begin(), c.end_ids.end(), 2u) == 1);
    CHECK(source->tokenizer().traits.kind == TokenizerKind::spm);
    CHECK(source->tensors().size() == 48);
    for (size_t i = 0; i < source->tensors().size(); i++) {
        const SourceTensor& t = source->tensors()[i];
        std::vector<float> out(t.rows() * t.cols());
        CHECK_OK(source->read_rows(i, 0, t.rows(), out.data()));
    }
}

TEST_CASE("tinystories opens from a folder that holds only lm_head.weight") {
    const std::string dir = test::data("models/tinystories-656k");
    GOSSET_SKIP_IF(dir.empty(), "models/tinystories-656k is not there");
    const auto source = open(dir);
    const ModelConfig& c = source->config();
    CHECK(c.dim == 128);
    CHECK(c.layers == 2);
    CHECK(c.vocab == 2048);
    CHECK(c.norm_eps == 1e-6f);
    CHECK(c.tied_head);
    CHECK(c.bos_id == 1);
    CHECK(c.end_ids == std::vector<uint32_t>{2});
    const size_t embed = index_of(*source, "model.embed_tokens.weight");
    REQUIRE(embed == 0);
    CHECK(source->tensors()[embed].role == Role::embed);
    CHECK(index_of(*source, "lm_head.weight") == SIZE_MAX);
    std::vector<float> out(128);
    CHECK_OK(source->read_rows(embed, 2047, 1, out.data()));
}

}  // namespace
}  // namespace gosset
