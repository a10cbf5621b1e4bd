#include <cmath>
#include <string>

#include "format/validate.hpp"

namespace gosset {
namespace {

struct Integer {
    const char* name;
    uint64_t value, min, max;
};
struct Real {
    const char* name;
    float value;
};

Status check_integers(std::span<const Integer> fields) {
    for (const Integer& f : fields)
        if (f.value < f.min || f.value > f.max)
            return corrupt(std::string(f.name) + " is " + std::to_string(f.value) +
                           ", must be in [" + std::to_string(f.min) + ", " + std::to_string(f.max) +
                           "]");
    return {};
}

Status check_finite(std::span<const Real> fields) {
    for (const Real& f : fields)
        if (!std::isfinite(f.value)) return corrupt(std::string(f.name) + " is not finite");
    return {};
}

Status check_enum(const char* name, uint32_t value, uint32_t last) {
    if (value <= last) return {};
    return unsupported(std::string(name) + " " + std::to_string(value) +
                       " is unknown: the file is damaged or needs a newer gosset");
}

Status check_factors(const char* name, const std::vector<float>& factors, uint32_t pairs) {
    if (factors.size() != pairs)
        return corrupt(std::string(name) + " has " + std::to_string(factors.size()) +
                       " factors, must have one per pair (" + std::to_string(pairs) + ")");
    for (float f : factors)
        if (!std::isfinite(f) || f <= 0.0f)
            return corrupt(std::string(name) + " has a factor that is not finite and positive");
    return {};
}

Status check_rope(const RopeKind& r, uint32_t head_dim) {
    GOSSET_TRY(check_enum("scaling", uint32_t(r.scaling), uint32_t(RopeScaling::longrope)));
    const Real reals[] = {{"theta", r.theta},
                          {"factor", r.factor},
                          {"low_freq_factor", r.low_freq_factor},
                          {"high_freq_factor", r.high_freq_factor},
                          {"beta_fast", r.beta_fast},
                          {"beta_slow", r.beta_slow},
                          {"attention_factor", r.attention_factor}};
    GOSSET_TRY(check_finite(reals));
    if (r.theta <= 0.0f || r.factor <= 0.0f) return corrupt("theta and factor must be positive");
    if (r.rotary_dim > head_dim || r.rotary_dim % 2 != 0)
        return corrupt("rotary_dim is " + std::to_string(r.rotary_dim) +
                       ", must be even and at most head_dim");
    const uint32_t pairs = (r.rotary_dim ? r.rotary_dim : head_dim) / 2;
    const bool needed = r.scaling == RopeScaling::longrope;
    if (needed || !r.short_factors.empty())
        GOSSET_TRY(check_factors("short_factors", r.short_factors, pairs));
    if (needed || !r.long_factors.empty())
        GOSSET_TRY(check_factors("long_factors", r.long_factors, pairs));
    return {};
}

/// Empty, or one entry per layer, each below `bound`.
Status check_per_layer(const char* name, const std::vector<uint8_t>& v, uint32_t layers,
                       size_t bound) {
    if (v.empty()) return {};
    if (v.size() != layers)
        return corrupt(std::string(name) + " has " + std::to_string(v.size()) +
                       " entries, the model has " + std::to_string(layers) + " layers");
    for (size_t i = 0; i < v.size(); i++)
        if (v[i] >= bound)
            return corrupt(std::string(name) + "[" + std::to_string(i) + "] is " +
                           std::to_string(v[i]) + ", must be below " + std::to_string(bound));
    return {};
}

Status check_ids(const ModelConfig& c) {
    if (c.bos_id != UINT32_MAX && c.bos_id >= c.vocab)
        return corrupt("bos_id is " + std::to_string(c.bos_id) + ", vocab is " +
                       std::to_string(c.vocab));
    for (uint32_t id : c.end_ids)
        if (id >= c.vocab)
            return corrupt("end id " + std::to_string(id) + " is beyond vocab " +
                           std::to_string(c.vocab));
    return {};
}

}  // namespace

Status validate_config(const ModelConfig& c) {
    if (c.architecture == "none") return {};  // named weights alone: nothing binds to it
    if (!is_name(c.architecture, limits::kWordLength))
        return corrupt("architecture must be 1 to 64 printable characters");
    const Integer integers[] = {
        {"dim", c.dim, 1, limits::kDim},
        {"layers", c.layers, 1, limits::kLayers},
        {"heads", c.heads, 1, limits::kHeads},
        {"kv_heads", c.kv_heads, 1, c.heads},
        {"head_dim", c.head_dim, 1, limits::kHeadDim},
        {"v_head_dim", c.v_head_dim, 1, limits::kHeadDim},
        {"ffn_dim", c.ffn_dim, 0, limits::kDim},
        {"vocab", c.vocab, 1, limits::kVocab},
        {"max_context", c.max_context, 1, limits::kContext},
        {"sliding_window", c.sliding_window, 0, limits::kContext},
        {"experts", c.experts, 0, limits::kExperts},
        {"experts_per_token", c.experts_per_token, 0, c.experts},
        {"shared_experts", c.shared_experts, 0, limits::kExperts},
        {"expert_ffn_dim", c.expert_ffn_dim, 0, limits::kDim},
        {"heads * head_dim", uint64_t(c.heads) * c.head_dim, 1, limits::kRows - 1},
        {"heads * v_head_dim", uint64_t(c.heads) * c.v_head_dim, 1, limits::kRows - 1},
        {"number of ropes", c.ropes.size(), 1, limits::kRopes},
        {"number of end_ids", c.end_ids.size(), 0, limits::kEndIds},
    };
    GOSSET_TRY(check_integers(integers));
    const Real reals[] = {{"norm_eps", c.norm_eps},
                          {"norm_offset", c.norm_offset},
                          {"embedding_scale", c.embedding_scale},
                          {"residual_scale", c.residual_scale},
                          {"logit_scale", c.logit_scale},
                          {"attention_softcap", c.attention_softcap},
                          {"final_softcap", c.final_softcap},
                          {"attention_scale", c.attention_scale}};
    GOSSET_TRY(check_finite(reals));
    if (c.norm_eps < 0.0f) return corrupt("norm_eps is negative");
    GOSSET_TRY(check_enum("norm", uint32_t(c.norm), uint32_t(NormKind::layer)));
    GOSSET_TRY(check_enum("activation", uint32_t(c.activation), uint32_t(Activation::relu2)));
    for (size_t i = 0; i < c.ropes.size(); i++)
        GOSSET_TRY(check_rope(c.ropes[i], c.head_dim).in("ropes[" + std::to_string(i) + "]"));
    GOSSET_TRY(check_per_layer("rope_of_layer", c.rope_of_layer, c.layers, c.ropes.size()));
    GOSSET_TRY(check_per_layer("window_layers", c.window_layers, c.layers, 2));
    return check_ids(c);
}

}  // namespace gosset
