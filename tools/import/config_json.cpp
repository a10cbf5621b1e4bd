#include "tools/import/config_json.hpp"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "tools/import/config_check.hpp"
#include "tools/import/json_rope.hpp"
#include "tools/import/json_text.hpp"
#include "tools/import/names.hpp"
#include "tools/import/printable.hpp"

namespace gosset {
namespace {

using nlohmann::json;

// Keys of other families, or of quantized checkpoints, that change what the model computes. Each
// may be null, false, or the neutral value given.
struct Refused {
    const char* key;
    double neutral;
};
constexpr Refused kRefused[] = {
    {"quantization_config", 0},
    {"compression_config", 0},
    {"sliding_window", 0},
    {"use_sliding_window", 0},
    {"attn_logit_softcapping", 0},
    {"final_logit_softcapping", 0},
    {"query_pre_attn_scalar", 0},
    {"attention_multiplier", 0},
    {"embedding_multiplier", 1},
    {"residual_multiplier", 1},
    {"logits_scaling", 1},
    {"logit_scale", 1},
    {"scale_emb", 1},
    {"scale_depth", 0},
    {"qk_norm", 0},
    {"use_qk_norm", 0},
    {"qk_layernorm", 0},
    {"clip_qkv", 0},
    {"num_experts", 0},
    {"num_local_experts", 0},
    {"n_routed_experts", 0},
    {"num_experts_per_tok", 0},
    {"rope_interleaved", 0},
    {"no_rope_layers", 0},
    {"parallel_attn", 0},
    {"use_parallel_residual", 0},
    {"kv_lora_rank", 0},
    {"cross_attention_layers", 0},
    {"num_kv_shared_layers", 0},
    {"adapter_config", 0},
};

bool is_neutral(const json& value, double neutral) {
    if (value.is_null()) return true;
    if (const auto* b = value.get_ptr<const json::boolean_t*>()) return !*b && neutral == 0;
    if (value.is_number()) return value.get<double>() == neutral;
    return (value.is_array() || value.is_object()) && value.empty();
}

Status refuse_inexpressible(const JsonObject& o) {
    for (const Refused& r : kRefused)
        if (o.has(r.key) && !is_neutral(o.at(r.key), r.neutral))
            return unsupported(o.where() + ": key '" + r.key +
                               "' asks for something that cannot be imported");
    if (o.has("layer_types")) {
        for (const json& kind : o.at("layer_types"))
            if (kind != "full_attention")
                return unsupported(o.where() +
                                   ": key 'layer_types' names a kind of layer other than "
                                   "full_attention");
    }
    return {};
}

/// By "architectures", else by "model_type".
Result<const ModelFamily*> json_family(const JsonObject& o) {
    std::string architecture, type;
    if (o.has("architectures")) {
        const json& list = o.at("architectures");
        if (!list.is_array() || list.empty() || !list[0].is_string())
            return o.wrong("architectures", "a list of names");
        architecture = *list[0].get_ptr<const json::string_t*>();
    }
    GOSSET_TRY(o.read("model_type", &type));
    if (architecture.empty() && type.empty()) return o.require("architectures");
    for (const ModelFamily& f : families())
        if (architecture.empty() ? type == f.hf_model_type : architecture == f.hf_architecture)
            return &f;
    return unsupported(o.where() + ": architecture " +
                       printable(architecture.empty() ? type : architecture) +
                       " cannot be imported yet; known are: " + family_names());
}

Status read_sizes(const JsonObject& o, ModelConfig* c) {
    for (const char* key : {"hidden_size", "num_hidden_layers", "num_attention_heads",
                            "intermediate_size", "vocab_size"})
        GOSSET_TRY(o.require(key));
    GOSSET_TRY(o.read("hidden_size", &c->dim));
    GOSSET_TRY(o.read("num_hidden_layers", &c->layers));
    GOSSET_TRY(o.read("num_attention_heads", &c->heads));
    GOSSET_TRY(o.read("intermediate_size", &c->ffn_dim));
    GOSSET_TRY(o.read("vocab_size", &c->vocab));
    c->kv_heads = c->heads;
    GOSSET_TRY(o.read("num_key_value_heads", &c->kv_heads));
    if (o.has("head_dim")) {
        GOSSET_TRY(o.read("head_dim", &c->head_dim));
    } else if (c->heads == 0 || c->dim % c->heads != 0) {
        return corrupt(o.where() + ": hidden_size " + std::to_string(c->dim) +
                       " cannot be cut into num_attention_heads " + std::to_string(c->heads) +
                       ", and there is no head_dim");
    } else {
        c->head_dim = c->dim / c->heads;
    }
    c->v_head_dim = c->head_dim;
    c->max_context = 2048;  // the defaults of the reference implementation
    GOSSET_TRY(o.read("max_position_embeddings", &c->max_context));
    c->norm_eps = 1e-6f;
    return o.read("rms_norm_eps", &c->norm_eps);
}

Status read_activation(const JsonObject& o, ModelConfig* c) {
    std::string name = "silu";
    GOSSET_TRY(o.read("hidden_act", &name));
    const std::pair<const char*, Activation> known[] = {
        {"silu", Activation::silu},          {"swish", Activation::silu},
        {"gelu", Activation::gelu_erf},      {"gelu_pytorch_tanh", Activation::gelu_tanh},
        {"gelu_new", Activation::gelu_tanh}, {"relu", Activation::relu},
        {"relu2", Activation::relu2},
    };
    for (const auto& [spelling, activation] : known)
        if (name == spelling) return c->activation = activation, Status();
    return unsupported(o.where() + ": key 'hidden_act' is " + printable(name) +
                       ", which is not known");
}

Status read_flags(const JsonObject& o, ModelConfig* c) {
    bool attention_bias = false;
    GOSSET_TRY(o.read("attention_bias", &attention_bias));
    c->q_bias = c->k_bias = c->v_bias = c->o_bias = attention_bias;
    GOSSET_TRY(o.read("mlp_bias", &c->mlp_bias));
    return o.read("tie_word_embeddings", &c->tied_head);
}

Status read_special_ids(const JsonObject& o, std::string_view generation, ModelConfig* c) {
    std::vector<uint32_t> begin, end;
    GOSSET_TRY(o.read_ids("bos_token_id", &begin));
    GOSSET_TRY(o.read_ids("eos_token_id", &end));
    if (begin.size() > 1) return o.wrong("bos_token_id", "one token id");
    if (!begin.empty()) c->bos_id = begin[0];
    for (const uint32_t id : end) add_end_id(c, id);
    if (generation.empty()) return {};
    const std::string where = "generation_config.json";
    GOSSET_ASSIGN(const json parsed, parse_json_object(generation, where));
    std::vector<uint32_t> more;
    GOSSET_TRY(JsonObject(parsed, where).read_ids("eos_token_id", &more));
    for (const uint32_t id : more) add_end_id(c, id);
    return {};
}

}  // namespace

Result<ModelConfig> config_from_json(std::string_view config, std::string_view generation,
                                     const std::string& where) {
    GOSSET_ASSIGN(const json parsed, parse_json_object(config, where));
    const JsonObject o(parsed, where);
    GOSSET_ASSIGN(const ModelFamily* family, json_family(o));
    GOSSET_TRY(refuse_inexpressible(o));
    ModelConfig c;
    c.architecture = family->name;
    GOSSET_TRY(read_sizes(o, &c));
    GOSSET_TRY(read_activation(o, &c));
    GOSSET_TRY(read_flags(o, &c));
    GOSSET_TRY(read_special_ids(o, generation, &c));
    GOSSET_ASSIGN(RopeKind rope, rope_from_json(o, c.head_dim, c.max_context));
    c.ropes.push_back(std::move(rope));
    return c;
}

}  // namespace gosset
