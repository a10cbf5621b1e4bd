#include <string>

#include "runtime/model/bind.hpp"

namespace gosset {

namespace {

Status refuse(const char* key, const std::string& value) {
    return unsupported(std::string("config ") + key + " = " + value +
                       ": this build does not compute it");
}

// A multiplier or cap that must have its neutral value.
Status neutral(const char* key, float value, float expected) {
    return value == expected ? Status() : refuse(key, std::to_string(value));
}

constexpr const char* kArchitectures[] = {"llama", "mistral", "qwen2",  "qwen3",
                                          "gemma", "gemma2",  "gemma3", "phi3"};

Status check_architecture(const std::string& name) {
    std::string known;
    for (const char* a : kArchitectures) {
        if (name == a) return {};
        known += (known.empty() ? "" : ", ") + std::string(a);
    }
    return unsupported("architecture '" + name + "': this build runs " + known);
}

Status check_rope(const RopeKind& rope, uint32_t head_dim) {
    const uint32_t rotary = rope.rotary_dim ? rope.rotary_dim : head_dim;
    if (rotary % 2 || rotary > head_dim)
        return corrupt("config rotary_dim " + std::to_string(rotary) + " does not fit head_dim " +
                       std::to_string(head_dim));
    const auto positive = [](const char* key, float value, float above = 0) {
        return value > above
                   ? Status()
                   : corrupt(std::string("config rope ") + key + " is " + std::to_string(value) +
                             ", not above " + std::to_string(above));
    };
    GOSSET_TRY(positive("theta", rope.theta));
    GOSSET_TRY(positive("factor", rope.factor));
    if (rope.attention_factor < 0) return corrupt("config rope attention_factor is negative");
    switch (rope.scaling) {
        case RopeScaling::none:
        case RopeScaling::linear:
            return {};
        case RopeScaling::llama3:
            GOSSET_TRY(positive("low_freq_factor", rope.low_freq_factor));
            GOSSET_TRY(positive("high_freq_factor", rope.high_freq_factor, rope.low_freq_factor));
            return positive("original_context", float(rope.original_context));
        case RopeScaling::yarn:
            GOSSET_TRY(positive("theta", rope.theta, 1));
            GOSSET_TRY(positive("beta_fast", rope.beta_fast));
            GOSSET_TRY(positive("beta_slow", rope.beta_slow));
            return positive("original_context", float(rope.original_context));
        case RopeScaling::longrope:  // the lists of factors were validated with the file
            return positive("original_context", float(rope.original_context), 1);
    }
    return refuse("rope scaling", std::to_string(int(rope.scaling)));
}

Status check_shape(const ModelConfig& c) {
    const auto bad = [](const std::string& what) { return corrupt("config " + what); };
    if (!c.dim || !c.layers || !c.heads || !c.kv_heads || !c.head_dim || !c.v_head_dim ||
        !c.ffn_dim || !c.vocab || !c.max_context)
        return bad("has a zero dimension");
    if (c.heads % c.kv_heads) return bad("heads is not a multiple of kv_heads");
    if (c.ropes.empty()) return bad("names no rotary embedding");
    if (!(c.norm_eps >= 0)) return bad("norm_eps is negative");
    if (c.attention_softcap < 0 || c.final_softcap < 0) return bad("has a negative softcap");
    if (c.attention_scale < 0) return bad("attention_scale is negative");
    return {};
}

}  // namespace

Status check_config(const ModelConfig& c) {
    GOSSET_TRY(check_architecture(c.architecture));
    GOSSET_TRY(check_shape(c));
    if (c.norm != NormKind::rms) return refuse("norm", "layer");
    if (!c.pre_norm) return refuse("pre_norm", "false");
    if (c.activation != Activation::silu && c.activation != Activation::gelu_tanh)
        return refuse("activation", c.activation == Activation::gelu_erf ? "gelu_erf"
                                    : c.activation == Activation::relu   ? "relu"
                                                                         : "relu2");
    if (!c.gated_mlp) return refuse("gated_mlp", "false");
    GOSSET_TRY(neutral("residual_scale", c.residual_scale, 1));
    GOSSET_TRY(neutral("logit_scale", c.logit_scale, 1));
    for (size_t i = 0; i < c.ropes.size(); i++)
        GOSSET_TRY(check_rope(c.ropes[i], c.head_dim).in("ropes[" + std::to_string(i) + "]"));
    if (c.experts) return refuse("experts", std::to_string(c.experts));
    return {};
}

}  // namespace gosset
