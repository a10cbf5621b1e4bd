#include "tools/import/json_families.hpp"

#include <algorithm>
#include <cmath>

#include "tools/import/config_check.hpp"
#include "tools/import/json_layers.hpp"
#include "tools/import/json_rope.hpp"

namespace gosset {
namespace {

// ---- Llama, Mistral ----

Status finish_llama(const JsonObject& o, ModelConfig* c) {
    GOSSET_TRY(read_activation(o, "hidden_act", c));
    GOSSET_TRY(read_attention_bias(o, c));
    GOSSET_TRY(o.read("mlp_bias", &c->mlp_bias));
    return read_rope(o, {}, c);
}

void mistral_defaults(ModelConfig* c) {
    c->kv_heads = 8, c->max_context = 4096 * 32;
    c->sliding_window = 4096;
}

Status finish_mistral(const JsonObject& o, ModelConfig* c) {
    GOSSET_TRY(read_activation(o, "hidden_act", c));
    GOSSET_TRY(read_window(o, c));
    GOSSET_TRY(refuse_other_layer_types(o, "full_attention"));
    return read_rope(o, {}, c);
}

// ---- Qwen ----

void qwen2_defaults(ModelConfig* c) {
    c->kv_heads = 32, c->max_context = 32768;
    c->q_bias = c->k_bias = c->v_bias = true;
}

void qwen3_defaults(ModelConfig* c) {
    c->kv_heads = 32, c->head_dim = 128, c->max_context = 32768;
    c->qk_norm = true;
}

/// Windows only where use_sliding_window says so, and then in the layers from max_window_layers on.
Status read_qwen_window(const JsonObject& o, ModelConfig* c) {
    bool use = false;
    uint32_t first = 28;
    GOSSET_TRY(o.read("use_sliding_window", &use));
    GOSSET_TRY(o.read("max_window_layers", &first));
    c->sliding_window = use ? 4096 : 0;
    if (use) GOSSET_TRY(read_window(o, c));
    return read_window_layers(
        o, [&](uint32_t layer) { return layer >= first && c->sliding_window != 0; }, c);
}

Status finish_qwen2(const JsonObject& o, ModelConfig* c) {
    GOSSET_TRY(read_activation(o, "hidden_act", c));
    GOSSET_TRY(read_qwen_window(o, c));
    return read_rope(o, {}, c);
}

Status finish_qwen3(const JsonObject& o, ModelConfig* c) {
    GOSSET_TRY(read_attention_bias(o, c));
    return finish_qwen2(o, c);
}

// ---- Gemma ----

void gemma_defaults(ModelConfig* c) {
    c->kv_heads = 16, c->head_dim = 256, c->max_context = 8192;
    c->norm_offset = 1.0f, c->tied_head = true, c->activation = Activation::gelu_tanh;
}

void gemma2_defaults(ModelConfig* c) {
    gemma_defaults(c);
    c->kv_heads = 4;
    c->post_norm = true;
    c->sliding_window = 4096;
    c->attention_softcap = 50.0f, c->final_softcap = 30.0f;
}

void gemma3_defaults(ModelConfig* c) {
    gemma2_defaults(c);
    c->heads = 8, c->vocab = 262208, c->max_context = 131072;
    c->qk_norm = true;
    c->attention_softcap = c->final_softcap = 0.0f;
}

/// The embedding is multiplied by sqrt(width): in float, as all of the model.
void scale_embedding(ModelConfig* c) {
    c->embedding_scale = float(std::sqrt(double(c->dim)));
}

Status finish_gemma(const JsonObject& o, ModelConfig* c) {
    scale_embedding(c);
    // Released with hidden_act "gelu", which means the tanh form here.
    GOSSET_TRY(
        read_activation(o, o.has("hidden_activation") ? "hidden_activation" : "hidden_act", c));
    if (c->activation == Activation::gelu_erf) c->activation = Activation::gelu_tanh;
    GOSSET_TRY(read_attention_bias(o, c));
    return read_rope(o, {}, c);
}

/// What Gemma 2 and 3 share. Every `pattern`-th layer sees all, the others a window.
Status read_later_gemma(const JsonObject& o, uint32_t pattern, ModelConfig* c) {
    scale_embedding(c);
    GOSSET_TRY(read_activation(o, "hidden_activation", c));
    GOSSET_TRY(read_attention_bias(o, c));
    GOSSET_TRY(o.read_or_null("attn_logit_softcapping", 0.0f, &c->attention_softcap));
    GOSSET_TRY(o.read_or_null("final_logit_softcapping", 0.0f, &c->final_softcap));
    float scalar = 256;
    GOSSET_TRY(o.read("query_pre_attn_scalar", &scalar));
    if (!(scalar > 0)) return o.wrong("query_pre_attn_scalar", "above 0");
    set_attention_scale(scalar, c);
    GOSSET_TRY(read_window(o, c));
    return read_window_layers(
        o, [&](uint32_t layer) { return (layer + 1) % pattern != 0; }, c);
}

Status finish_gemma2(const JsonObject& o, ModelConfig* c) {
    GOSSET_TRY(read_later_gemma(o, 2, c));
    return read_rope(o, {}, c);
}

Status finish_gemma3(const JsonObject& o, ModelConfig* c) {
    uint32_t pattern = 6;
    GOSSET_TRY(o.read("sliding_window_pattern", &pattern));
    if (pattern == 0) return o.wrong("sliding_window_pattern", "1 or more");
    GOSSET_TRY(read_later_gemma(o, pattern, c));
    if (c->attention_softcap != 0.0f)  // read into the configuration there, but not used
        return unsupported(o.where() + ": key 'attn_logit_softcapping' has no effect in gemma3");
    return read_ropes_by_layer_type(o, c);
}

// ---- Phi-3 ----

void phi3_defaults(ModelConfig* c) {
    c->max_context = 4096;
    c->norm_eps = 1e-5f;
}

Status finish_phi3(const JsonObject& o, ModelConfig* c) {
    GOSSET_TRY(read_activation(o, "hidden_act", c));
    GOSSET_TRY(read_window(o, c));
    GOSSET_TRY(refuse_other_layer_types(o, "full_attention"));
    return read_rope(o, {.original_context = 4096, .yarn_is_longrope = true}, c);
}

void no_defaults(ModelConfig*) {}

const std::vector<JsonFamily>& all() {
    static const std::vector<JsonFamily> list = {
        {"llama", {}, no_defaults, finish_llama},
        {"mistral", {"sliding_window"}, mistral_defaults, finish_mistral},
        {"qwen2",
         {"sliding_window", "use_sliding_window", "layer_types"},
         qwen2_defaults,
         finish_qwen2},
        {"qwen3",
         {"sliding_window", "use_sliding_window", "layer_types"},
         qwen3_defaults,
         finish_qwen3},
        {"gemma", {}, gemma_defaults, finish_gemma},
        {"gemma2",
         {"sliding_window", "layer_types", "query_pre_attn_scalar", "attn_logit_softcapping",
          "final_logit_softcapping"},
         gemma2_defaults,
         finish_gemma2},
        {"gemma3",
         {"sliding_window", "layer_types", "query_pre_attn_scalar", "attn_logit_softcapping",
          "final_logit_softcapping"},
         gemma3_defaults,
         finish_gemma3},
        {"phi3", {"sliding_window"}, phi3_defaults, finish_phi3},
    };
    return list;
}

}  // namespace

bool JsonFamily::owns(std::string_view key) const {
    return std::find(own_keys.begin(), own_keys.end(), key) != own_keys.end();
}

const JsonFamily& json_family_of(std::string_view name) {
    const auto found = std::find_if(all().begin(), all().end(),
                                    [&](const JsonFamily& f) { return name == f.name; });
    return found == all().end() ? all().front() : *found;
}

}  // namespace gosset
