/// A model in memory, for tests: small, random, and any weight can be overwritten.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "runtime/base/rng.hpp"
#include "tools/import/source.hpp"

namespace gosset::test {

class MemorySource : public ModelSource {
  public:
    ModelConfig config_;
    TokenizerData tokenizer_;
    std::vector<SourceTensor> tensors_;
    std::vector<std::vector<float>> values_;

    const ModelConfig& config() const override { return config_; }
    const TokenizerData& tokenizer() const override { return tokenizer_; }
    std::span<const SourceTensor> tensors() const override { return tensors_; }
    std::string description() const override { return "in memory"; }
    Status read_rows(size_t tensor, uint64_t begin, uint64_t count, float* out) const override {
        const uint64_t cols = tensors_[tensor].cols();
        std::memcpy(out, &values_[tensor][begin * cols], count * cols * sizeof(float));
        return {};
    }

    void add(std::string name, Role role, int32_t layer, std::vector<uint64_t> shape, Rng& rng) {
        tensors_.push_back({std::move(name), role, layer, std::move(shape), "F32"});
        values_.emplace_back(tensors_.back().rows() * tensors_.back().cols());
        const float sigma = 0.03f;
        for (float& v : values_.back()) v = sigma * rng.normal();
    }
    size_t index_of(const std::string& name) const {
        for (size_t i = 0; i < tensors_.size(); i++)
            if (tensors_[i].name == name) return i;
        return SIZE_MAX;
    }
};

/// One layer of width `dim` (heads of 2) and ffn width `ffn`.
inline MemorySource make_model(uint64_t dim, uint64_t ffn, bool tied, uint64_t seed) {
    MemorySource m;
    Rng rng(seed);
    ModelConfig& c = m.config_;
    c.architecture = "llama";
    c.dim = uint32_t(dim), c.ffn_dim = uint32_t(ffn), c.layers = 1, c.vocab = 50;
    c.heads = c.kv_heads = 2, c.head_dim = c.v_head_dim = 8, c.max_context = 64;
    c.ropes.resize(1), c.tied_head = tied;
    m.tokenizer_.pre = "none";
    const uint64_t kv = 16;
    m.add("model.embed_tokens.weight", Role::embed, -1, {50, dim}, rng);
    m.add("model.layers.0.input_layernorm.weight", Role::attn_norm, 0, {dim}, rng);
    m.add("model.layers.0.self_attn.q_proj.weight", Role::q, 0, {kv, dim}, rng);
    m.add("model.layers.0.self_attn.k_proj.weight", Role::k, 0, {kv, dim}, rng);
    m.add("model.layers.0.self_attn.v_proj.weight", Role::v, 0, {kv, dim}, rng);
    m.add("model.layers.0.self_attn.o_proj.weight", Role::o, 0, {dim, kv}, rng);
    m.add("model.layers.0.post_attention_layernorm.weight", Role::ffn_norm, 0, {dim}, rng);
    m.add("model.layers.0.mlp.gate_proj.weight", Role::gate, 0, {ffn, dim}, rng);
    m.add("model.layers.0.mlp.up_proj.weight", Role::up, 0, {ffn, dim}, rng);
    m.add("model.layers.0.mlp.down_proj.weight", Role::down, 0, {dim, ffn}, rng);
    m.add("model.norm.weight", Role::final_norm, -1, {dim}, rng);
    if (!tied) m.add("lm_head.weight", Role::head, -1, {50, dim}, rng);
    return m;
}

}  // namespace gosset::test
