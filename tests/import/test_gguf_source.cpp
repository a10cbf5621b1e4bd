// A llama in a GGUF: configuration, names, rotary order, and models that do not fit their own keys.
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <thread>

#include "runtime/base/rng.hpp"
#include "tests/import/tiny_llama.hpp"
#include "tests/support/support.hpp"
#include "tools/import/gguf_source.hpp"
#include "tools/import/gguf_types.hpp"

namespace gosset {
namespace {

using test::GgufWriter;
using test::TinyLlama;

Result<std::unique_ptr<ModelSource>> open(const std::string& bytes) {
    return open_gguf_source(
        SourceBytes::borrow({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}));
}

/// The tiny model with a change to its file.
std::string changed(const std::function<void(GgufWriter*)>& change, const std::string& skip = "") {
    TinyLlama model;
    GgufWriter w;
    model.write_keys(&w);
    change(&w);
    model.write_tensors(&w, skip);
    return w.bytes();
}

void check_all_rows(const ModelSource& source, const TinyLlama& model) {
    const std::vector<ExpectedTensor> expected = model.tensors();
    REQUIRE(source.tensors().size() == expected.size());
    for (size_t i = 0; i < expected.size(); i++) {
        const SourceTensor& t = source.tensors()[i];
        CAPTURE(t.name);
        CHECK(t.name == expected[i].hf);
        CHECK(t.role == expected[i].rule->role);
        CHECK(t.layer == expected[i].layer);
        CHECK(t.shape == expected[i].shape);
        CHECK(t.source_type == "F32");
        std::vector<float> out(t.rows() * t.cols() + 1, -77.0f);
        CHECK_OK(source.read_rows(i, 0, t.rows(), out.data()));
        CHECK(out.back() == -77.0f);
        out.pop_back();
        CHECK(out == TinyLlama::values(expected[i]));
    }
}

TEST_CASE("names, roles, shapes and rows come out in Hugging Face order") {
    for (const uint32_t rotary : {0u, 8u, 4u, 2u}) {
        for (const bool tied : {false, true}) {
            for (const bool biased : {false, true}) {
                CAPTURE(rotary);
                TinyLlama model;
                model.rotary_dim = rotary;
                ModelConfig& c = model.config;
                c.tied_head = tied;
                c.q_bias = c.k_bias = c.v_bias = c.o_bias = c.mlp_bias = biased;
                const std::string bytes = model.gguf();
                const auto source = open(bytes);
                REQUIRE_OK(source);
                CHECK((*source)->config().tied_head == tied);
                CHECK((*source)->config().q_bias == biased);
                CHECK((*source)->config().mlp_bias == biased);
                check_all_rows(**source, model);
            }
        }
    }
}

TEST_CASE("the configuration is read, with llama.cpp's defaults") {
    const std::string bytes = TinyLlama().gguf();
    const auto source = open(bytes);
    REQUIRE_OK(source);
    const ModelConfig& c = (*source)->config();
    CHECK(c.architecture == "llama");
    CHECK(c.dim == 32);
    CHECK(c.layers == 2);
    CHECK(c.heads == 4);
    CHECK(c.kv_heads == 2);
    CHECK(c.head_dim == 8);
    CHECK(c.v_head_dim == 8);
    CHECK(c.ffn_dim == 64);
    CHECK(c.vocab == 40);
    CHECK(c.max_context == 128);
    CHECK(c.norm_eps == 1e-5f);
    CHECK(c.ropes.size() == 1);
    CHECK(c.ropes[0].theta == 10000.0f);
    CHECK(c.ropes[0].rotary_dim == 0);
    CHECK((*source)->tokenizer().traits.kind == TokenizerKind::none);
    CHECK((*source)->description() == "GGUF v3, 21 tensors, F32");
}

TEST_CASE("rope scaling is read") {
    const auto rope_of = [](const std::function<void(GgufWriter*)>& change) {
        const std::string bytes = changed(change);
        const auto source = open(bytes);
        REQUIRE_OK(source);
        return (*source)->config().ropes[0];
    };
    RopeKind r = rope_of([](auto* w) {
        w->f32("llama.rope.freq_base", 500000);
        w->string("llama.rope.scaling.type", "linear");
        w->f32("llama.rope.scaling.factor", 4);
    });
    CHECK(r.theta == 500000.0f);
    CHECK(r.scaling == RopeScaling::linear);
    CHECK(r.factor == 4.0f);
    r = rope_of([](auto* w) { w->f32("llama.rope.scale_linear", 2); });
    CHECK(r.scaling == RopeScaling::linear);
    CHECK(r.factor == 2.0f);
    r = rope_of([](auto* w) {
        w->string("llama.rope.scaling.type", "yarn");
        w->f32("llama.rope.scaling.factor", 8);
        w->u32("llama.rope.scaling.original_context_length", 64);
    });
    CHECK(r.scaling == RopeScaling::yarn);
    CHECK(r.original_context == 64);
    CHECK(r.beta_fast == 32.0f);
    CHECK(r.beta_slow == 1.0f);
    r = rope_of([](auto* w) {
        w->tensor("rope_freqs.weight", {4}, 0, test::floats({1, 2, 3, 4}));
    });
    CHECK(r.scaling == RopeScaling::longrope);
    CHECK(r.long_factors == std::vector<float>{1, 2, 3, 4});
    CHECK(r.short_factors == r.long_factors);
    CHECK(r.attention_factor == 1.0f);
    // The published scaling of Llama 3.1 (factor 8) for theta 500000 and 4 pairs: wavelengths
    // 2 pi theta^(i/4) of 6.28, 167, 4443 and 118144; the third lies between 8192/4 and 8192.
    const double smooth = (8192 / (2 * 3.14159265358979 * std::sqrt(500000.0)) - 1) / 3;
    const float third = float(1 / ((1 - smooth) / 8 + smooth));
    r = rope_of([third](auto* w) {
        w->f32("llama.rope.freq_base", 500000);
        w->tensor("rope_freqs.weight", {4}, 0, test::floats({1, 1, third, 8}));
    });
    CHECK(r.scaling == RopeScaling::llama3);
    CHECK(r.factor == 8.0f);
    CHECK(r.low_freq_factor == 1.0f);
    CHECK(r.high_freq_factor == 4.0f);
    CHECK(r.original_context == 8192);
    CHECK(r.long_factors.empty());
}

struct Broken {
    std::string what, bytes, message;
};

std::vector<Broken> broken_models() {
    const std::string row = test::floats(std::vector<float>(32, 1.0f));
    TinyLlama no_keys;
    GgufWriter other;
    other.string("general.architecture", "mamba");
    const auto with_config = [](const std::function<void(TinyLlama*)>& change) {
        TinyLlama keys;
        change(&keys);
        GgufWriter w;
        keys.write_keys(&w);
        TinyLlama().write_tensors(&w);
        return w.bytes();
    };
    const auto nothing = [](GgufWriter*) {};
    return {
        {"no architecture", GgufWriter().bytes(), "general.architecture"},
        {"another architecture", other.bytes(), "'mamba'"},
        {"no embedding", changed(nothing, "token_embd.weight"), "'token_embd.weight' is missing"},
        {"no k in layer 1", changed(nothing, "blk.1.attn_k.weight"),
         "'blk.1.attn_k.weight' is missing"},
        {"no final norm", changed(nothing, "output_norm.weight"),
         "'output_norm.weight' is missing"},
        {"unknown tensor", changed([&](auto* w) { w->tensor("blk.0.attn_sinks", {32}, 0, row); }),
         "'blk.0.attn_sinks'"},
        {"unreadable type",
         changed(
             [](auto* w) {
                 w->tensor("blk.0.attn_q.weight", {32, 32}, 39, std::string(544, 1));
             },
             "blk.0.attn_q.weight"),
         "'blk.0.attn_q.weight' is of type MXFP4, which is not read; take a file of this model in "
         "F32, F16, Q4_0,"},
        {"shape", with_config([](auto* m) { m->config.ffn_dim = 48; }), "[64, 32]"},
        {"layers", with_config([](auto* m) { m->config.layers = 3; }),
         "'blk.2.attn_norm.weight' is missing"},
        {"2^32-1 layers", with_config([](auto* m) { m->config.layers = UINT32_MAX; }),
         "number of layers"},
        {"a million layers", with_config([](auto* m) { m->config.layers = 1000000; }),
         "only 21 tensors"},
        {"no heads", with_config([](auto* m) { m->config.heads = 0; }), "head_count"},
        {"heads in no groups", with_config([](auto* m) { m->config.kv_heads = 3; }), "evenly"},
        {"heads that do not divide", with_config([](auto* m) { m->config.heads = 5; }),
         "cut into 5 heads"},
        {"width 0", with_config([](auto* m) { m->config.dim = 0; }), "width is 0"},
        {"epsilon", with_config([](auto* m) { m->config.norm_eps = std::nanf(""); }),
         "rms_epsilon"},
        {"rotary", with_config([](auto* m) { m->rotary_dim = 16; }), "rotates 16"},
        {"experts", changed([](auto* w) { w->u32("llama.expert_count", 8); }),
         "llama.expert_count"},
        {"unknown key", changed([](auto* w) { w->f32("llama.attention.magic", 8); }),
         "llama.attention.magic"},
        {"heads per layer", changed([](auto* w) {
             w->key("llama.attention.key_length", 9,
                    GgufWriter::raw(4u) + GgufWriter::raw<uint64_t>(0));
         }),
         "key_length"},
        {"rope type", changed([](auto* w) { w->string("llama.rope.scaling.type", "dynamic"); }),
         "'dynamic'"},
        {"rope_freqs size", changed([](auto* w) {
             w->tensor("rope_freqs.weight", {3}, 0, test::floats({1, 1, 1}));
         }),
         "rope_freqs"},
        {"rope_freqs zero", changed([](auto* w) {
             w->tensor("rope_freqs.weight", {4}, 0, test::floats({1, 1, 0, 1}));
         }),
         "rope_freqs"},
        {"part of a model",
         changed([](auto* w) { w->key("split.count", 2, GgufWriter::raw<uint16_t>(3)); }),
         "one of 3"},
    };
}

TEST_CASE("a model that does not fit its keys is refused, with the reason") {
    for (const Broken& b : broken_models()) {
        CAPTURE(b.what);
        const auto source = open(b.bytes);
        REQUIRE_FALSE(source.ok());
        INFO(source.status().message());
        CHECK(source.status().message().find(b.message) != std::string::npos);
    }
}

TEST_CASE("rows of every readable type come out in Hugging Face order") {
    TinyLlama model;
    model.config.dim = 256, model.config.head_dim = model.config.v_head_dim = 64;
    const uint64_t cols = 256, rows = 256;
    Rng rng(test::seed() ^ 0x99f);
    int checked = 0;
    for (uint32_t id = 0; id < 64; id++) {
        const GgmlType* type = find_ggml_type(id);
        if (!type || !type->readable) continue;
        CAPTURE(std::string(type->name));
        const uint64_t stride = cols / type->length * type->bytes;
        std::string data(rows * stride, 0);
        // No byte has the exponent of an infinity, wherever the scales are.
        for (char& c : data) c = char(rng.below(256) & 0xbb);
        GgufWriter w;
        model.write_keys(&w);
        w.tensor("blk.0.attn_q.weight", {cols, rows}, id, data);
        model.write_tensors(&w, "blk.0.attn_q.weight");
        const std::string bytes = w.bytes();
        const auto source = open(bytes);
        REQUIRE_OK(source);
        size_t at = 0;
        while ((*source)->tensors()[at].name != "model.layers.0.self_attn.q_proj.weight") at++;
        CHECK((*source)->tensors()[at].source_type == type->name);
        std::vector<float> out(rows * cols), want(cols);
        CHECK_OK((*source)->read_rows(at, 0, rows, out.data()));
        size_t wrong = 0;
        for (uint64_t r = 0; r < rows; r++) {
            // Pairs are neighbours in the file, and half a head of 64 apart in Hugging Face.
            const uint64_t stored = r / 64 * 64 + r % 32 * 2 + r % 64 / 32;
            const auto* row = reinterpret_cast<const uint8_t*>(data.data()) + stored * stride;
            elements_to_float(*type->readable, row, cols, want.data());
            wrong += std::memcmp(want.data(), &out[r * cols], cols * sizeof(float)) != 0;
        }
        CHECK(wrong == 0);
        checked++;
    }
    CHECK(checked == int(ElementType::iq4_xs) + 1);
}

TEST_CASE("a value that is not finite is an error that names tensor and row") {
    std::vector<float> v(32 * 64, 1.0f);
    v[5 * 32 + 7] = std::numeric_limits<float>::infinity();
    const std::string bytes = changed(
        [&](auto* w) {
            w->tensor("blk.1.ffn_up.weight", {32, 64}, 0, test::floats(v));
        },
        "blk.1.ffn_up.weight");
    const auto source = open(bytes);
    REQUIRE_OK(source);
    size_t i = 0;
    while ((*source)->tensors()[i].name != "model.layers.1.mlp.up_proj.weight") i++;
    std::vector<float> out(32 * 64);
    CHECK_OK((*source)->read_rows(i, 0, 5, out.data()));
    CHECK_OK((*source)->read_rows(i, 6, 58, out.data()));
    const Status bad = (*source)->read_rows(i, 3, 4, out.data());
    CHECK_FALSE(bad.ok());
    CHECK(bad.message().find("'model.layers.1.mlp.up_proj.weight', row 5, column 7") !=
          std::string::npos);
    CHECK((*source)->read_rows(i, 0, 65, out.data()).code() == StatusCode::invalid_argument);
    CHECK((*source)->read_rows(i, UINT64_MAX, 2, out.data()).code() ==
          StatusCode::invalid_argument);
    CHECK((*source)->read_rows(999, 0, 1, out.data()).code() == StatusCode::invalid_argument);
}

TEST_CASE("threads read the same rows") {
    TinyLlama model;
    const std::string bytes = model.gguf();
    const auto source = open(bytes);
    REQUIRE_OK(source);
    const std::vector<ExpectedTensor> expected = model.tensors();
    int wrong[4] = {};
    std::vector<std::thread> threads;
    for (int id = 0; id < 4; id++)
        threads.emplace_back([&, id] {
            for (size_t i = 0; i < expected.size(); i++) {
                const SourceTensor& t = (*source)->tensors()[i];
                std::vector<float> row(t.cols());
                for (uint64_t r = 0; r < t.rows(); r++) {
                    wrong[id] += !(*source)->read_rows(i, r, 1, row.data()).ok();
                    for (uint64_t c = 0; c < t.cols(); c++)
                        wrong[id] += row[c] != TinyLlama::value(t.name, r, c);
                }
            }
        });
    for (std::thread& t : threads) t.join();
    for (const int w : wrong) CHECK(w == 0);
}

}  // namespace
}  // namespace gosset
