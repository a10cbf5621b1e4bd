/// A llama of two layers in both source formats, with the same weights: value = a function of
/// tensor name (Hugging Face's), row and column. Test support only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/import/gguf_writer.hpp"
#include "tools/import/names.hpp"

namespace gosset::test {

struct TinyLlama {
    ModelConfig config;
    uint32_t rotary_dim = 0;  ///< 0: the whole head

    TinyLlama() {
        config.architecture = "llama";
        config.dim = 32, config.layers = 2, config.heads = 4, config.kv_heads = 2;
        config.head_dim = config.v_head_dim = 8;
        config.ffn_dim = 64, config.vocab = 40, config.max_context = 128;
    }

    static float value(const std::string& name, uint64_t row, uint64_t col) {
        uint32_t h = 2166136261u;
        for (const char c : name) h = (h ^ uint8_t(c)) * 16777619u;
        h = (h ^ uint32_t(row)) * 16777619u, h = (h ^ uint32_t(col)) * 16777619u;
        return float(int32_t(h >> 8) - (1 << 23)) / float(1 << 23);
    }
    /// Values of a tensor in Hugging Face order.
    static std::vector<float> values(const ExpectedTensor& t) {
        const uint64_t cols = t.shape.back(), rows = t.shape.size() == 1 ? 1 : t.shape[0];
        std::vector<float> v;
        for (uint64_t r = 0; r < rows; r++)
            for (uint64_t c = 0; c < cols; c++) v.push_back(value(t.hf, r, c));
        return v;
    }
    std::vector<ExpectedTensor> tensors() const { return expected_tensors(families()[0], config); }

    /// Hugging Face order to GGUF order, as the common converter does it:
    /// reshape(heads, 2, half, cols).swap(1, 2) of the rotary part of every head.
    std::vector<float> interleave(const std::vector<float>& v, uint64_t rows, uint64_t cols) const {
        const uint64_t rotary = rotary_dim ? rotary_dim : config.head_dim, half = rotary / 2;
        std::vector<float> out = v;
        for (uint64_t h = 0; h < rows / config.head_dim; h++)
            for (uint64_t side = 0; side < 2; side++)
                for (uint64_t i = 0; i < half; i++)
                    for (uint64_t c = 0; c < cols; c++)
                        out[(h * config.head_dim + 2 * i + side) * cols + c] =
                            v[(h * config.head_dim + side * half + i) * cols + c];
        return out;
    }

    /// Bytes of all weights: what follows the header of a file (every tensor ends aligned).
    size_t data_bytes() const {
        size_t total = 0;
        for (const ExpectedTensor& t : tensors()) total += values(t).size() * sizeof(float);
        return total;
    }
    void write_keys(GgufWriter* w) const {
        w->string("general.architecture", "llama");
        w->u32("llama.embedding_length", config.dim);
        w->u32("llama.block_count", config.layers);
        w->u32("llama.feed_forward_length", config.ffn_dim);
        w->u32("llama.context_length", config.max_context);
        w->u32("llama.attention.head_count", config.heads);
        w->u32("llama.attention.head_count_kv", config.kv_heads);
        w->f32("llama.attention.layer_norm_rms_epsilon", config.norm_eps);
        if (rotary_dim) w->u32("llama.rope.dimension_count", rotary_dim);
    }
    void write_tensors(GgufWriter* w, const std::string& skip = "") const {
        for (const ExpectedTensor& t : tensors()) {
            if (t.gguf == skip) continue;
            std::vector<float> v = values(t);
            const Role r = t.rule->role;
            if (r == Role::q || r == Role::k) v = interleave(v, t.shape[0], t.shape[1]);
            if (r == Role::q_bias || r == Role::k_bias) v = interleave(v, t.shape[0], 1);
            w->tensor(t.gguf, {t.shape.rbegin(), t.shape.rend()}, 0, floats(v));
        }
    }
    std::string gguf() const {
        GgufWriter w;
        write_keys(&w);
        write_tensors(&w);
        return w.bytes();
    }
};

}  // namespace gosset::test
