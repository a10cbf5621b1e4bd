#include "tools/quantize/synth_source.hpp"

#include <cmath>

#include "runtime/base/rng.hpp"

namespace gosset::quantize {

namespace {

class SynthSource : public ModelSource {
  public:
    explicit SynthSource(const SynthShape& shape);

    const ModelConfig& config() const override { return config_; }
    const TokenizerData& tokenizer() const override { return tokenizer_; }
    std::span<const SourceTensor> tensors() const override { return tensors_; }
    Status read_rows(size_t tensor, uint64_t begin, uint64_t count, float* out) const override;
    std::string description() const override;

  private:
    void add(std::string name, Role role, int32_t layer, std::vector<uint64_t> dims) {
        tensors_.push_back({std::move(name), role, layer, std::move(dims), "F32"});
    }
    void add_layer(int32_t layer);

    SynthShape shape_;
    ModelConfig config_;
    TokenizerData tokenizer_;
    std::vector<SourceTensor> tensors_;
};

ModelConfig make_config(const SynthShape& s) {
    ModelConfig c;
    c.architecture = "llama";
    c.dim = s.dim, c.layers = s.layers, c.heads = s.heads, c.kv_heads = s.kv_heads;
    c.head_dim = c.v_head_dim = s.dim / s.heads;
    c.ffn_dim = s.ffn, c.vocab = s.vocab, c.max_context = s.context;
    c.ropes.resize(1);
    return c;
}

SynthSource::SynthSource(const SynthShape& shape) : shape_(shape), config_(make_config(shape)) {
    tokenizer_.pre = "none";
    add("model.embed_tokens.weight", Role::embed, -1, {shape.vocab, shape.dim});
    for (uint32_t layer = 0; layer < shape.layers; layer++) add_layer(int32_t(layer));
    add("model.norm.weight", Role::final_norm, -1, {shape.dim});
    add("lm_head.weight", Role::head, -1, {shape.vocab, shape.dim});
}

void SynthSource::add_layer(int32_t layer) {
    const std::string p = "model.layers." + std::to_string(layer) + ".";
    const uint64_t dim = shape_.dim, kv = uint64_t(shape_.kv_heads) * config_.head_dim;
    add(p + "input_layernorm.weight", Role::attn_norm, layer, {dim});
    add(p + "self_attn.q_proj.weight", Role::q, layer, {dim, dim});
    add(p + "self_attn.k_proj.weight", Role::k, layer, {kv, dim});
    add(p + "self_attn.v_proj.weight", Role::v, layer, {kv, dim});
    add(p + "self_attn.o_proj.weight", Role::o, layer, {dim, dim});
    add(p + "post_attention_layernorm.weight", Role::ffn_norm, layer, {dim});
    add(p + "mlp.gate_proj.weight", Role::gate, layer, {shape_.ffn, dim});
    add(p + "mlp.up_proj.weight", Role::up, layer, {shape_.ffn, dim});
    add(p + "mlp.down_proj.weight", Role::down, layer, {dim, shape_.ffn});
}

Status SynthSource::read_rows(size_t tensor, uint64_t begin, uint64_t count, float* out) const {
    const SourceTensor& t = tensors_[tensor];
    const uint64_t cols = t.cols();
    const bool norm = t.shape.size() == 1;
    // An embedding row is normalized before use: it may as well be of order 1 at once.
    const float sigma = norm ? 0.1f : t.role == Role::embed ? 1.0f : 1.0f / std::sqrt(float(cols));
    uint64_t state = shape_.seed;
    uint64_t tensor_seed = splitmix64(state) + tensor;
    tensor_seed = splitmix64(tensor_seed);
    for (uint64_t r = 0; r < count; r++) {
        Rng rng(tensor_seed + begin + r);
        float* row = out + r * cols;
        for (uint64_t c = 0; c < cols; c++) row[c] = sigma * rng.normal() + (norm ? 1.0f : 0.0f);
    }
    return {};
}

std::string SynthSource::description() const {
    uint64_t weights = 0;
    for (const SourceTensor& t : tensors_) weights += t.rows() * t.cols();
    return "synthetic, seed " + std::to_string(shape_.seed) + ", " +
           std::to_string(tensors_.size()) + " tensors, " + std::to_string(weights) + " weights";
}

}  // namespace

Result<std::unique_ptr<ModelSource>> make_synth_source(const SynthShape& s) {
    if (!s.layers || !s.dim || !s.ffn || !s.heads || !s.kv_heads || !s.vocab || !s.context)
        return invalid_argument("every size of a model is at least 1");
    if (s.dim % s.heads || s.dim / s.heads % 2)
        return invalid_argument("--dim " + std::to_string(s.dim) + " does not give each of " +
                                std::to_string(s.heads) + " heads an even size");
    if (s.heads % s.kv_heads)
        return invalid_argument("--heads " + std::to_string(s.heads) +
                                " is not a multiple of --kv-heads " + std::to_string(s.kv_heads));
    return std::unique_ptr<ModelSource>(std::make_unique<SynthSource>(s));
}

}  // namespace gosset::quantize
