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

Status off(const char* key, bool value) {
    return value ? refuse(key, "true") : Status();
}

Status check_shape(const ModelConfig& c) {
    const auto bad = [](const std::string& what) { return corrupt("config " + what); };
    if (!c.dim || !c.layers || !c.heads || !c.kv_heads || !c.head_dim || !c.v_head_dim ||
        !c.ffn_dim || !c.vocab || !c.max_context)
        return bad("has a zero dimension");
    if (c.heads % c.kv_heads) return bad("heads is not a multiple of kv_heads");
    if (c.ropes.empty()) return bad("names no rotary embedding");
    const RopeKind& rope = c.ropes[0];
    const uint32_t rotary = rope.rotary_dim ? rope.rotary_dim : c.head_dim;
    if (rotary % 2 || rotary > c.head_dim)
        return bad("rotary_dim " + std::to_string(rotary) + " does not fit head_dim " +
                   std::to_string(c.head_dim));
    if (!(rope.theta > 0)) return bad("rope theta is not positive");
    if (!(c.norm_eps >= 0)) return bad("norm_eps is negative");
    return {};
}

}  // namespace

Status check_config(const ModelConfig& c) {
    if (c.architecture != "llama")
        return unsupported("architecture '" + c.architecture +
                           "': this build runs 'llama' (Llama, SmolLM2 and alike)");
    GOSSET_TRY(check_shape(c));
    if (c.norm != NormKind::rms) return refuse("norm", "layer");
    GOSSET_TRY(off("post_norm", c.post_norm));
    if (!c.pre_norm) return refuse("pre_norm", "false");
    GOSSET_TRY(off("qk_norm", c.qk_norm));
    GOSSET_TRY(off("q_bias", c.q_bias));
    GOSSET_TRY(off("k_bias", c.k_bias));
    GOSSET_TRY(off("v_bias", c.v_bias));
    GOSSET_TRY(off("o_bias", c.o_bias));
    GOSSET_TRY(off("mlp_bias", c.mlp_bias));
    if (c.activation != Activation::silu)
        return refuse("activation", std::to_string(int(c.activation)));
    if (!c.gated_mlp) return refuse("gated_mlp", "false");
    GOSSET_TRY(neutral("embedding_scale", c.embedding_scale, 1));
    GOSSET_TRY(neutral("residual_scale", c.residual_scale, 1));
    GOSSET_TRY(neutral("logit_scale", c.logit_scale, 1));
    GOSSET_TRY(neutral("final_softcap", c.final_softcap, 0));
    GOSSET_TRY(neutral("attention_softcap", c.attention_softcap, 0));
    if (c.sliding_window) return refuse("sliding_window", std::to_string(c.sliding_window));
    if (c.ropes.size() > 1) return refuse("ropes", std::to_string(c.ropes.size()) + " kinds");
    if (c.ropes[0].scaling != RopeScaling::none)
        return refuse("rope scaling", std::to_string(int(c.ropes[0].scaling)));
    if (c.experts) return refuse("experts", std::to_string(c.experts));
    return {};
}

}  // namespace gosset
