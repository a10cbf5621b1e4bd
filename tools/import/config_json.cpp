#include "tools/import/config_json.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "tools/import/config_check.hpp"
#include "tools/import/json_families.hpp"
#include "tools/import/json_layers.hpp"
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
    {"use_bidirectional_attention", 0},
    {"use_mrope", 0},
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

Status refuse_inexpressible(const JsonObject& o, const JsonFamily& family) {
    for (const Refused& r : kRefused)
        if (!family.owns(r.key) && o.has(r.key) && !is_neutral(o.at(r.key), r.neutral))
            return unsupported(o.where() + ": key '" + r.key +
                               "' asks for something that cannot be imported");
    return family.owns("layer_types") ? Status() : refuse_other_layer_types(o, "full_attention");
}

/// Models of text and images whose text part is a family of its own, under "text_config".
struct Composite {
    const char *architecture, *model_type, *family;
};
constexpr Composite kComposites[] = {{"Gemma3ForConditionalGeneration", "gemma3", "gemma3"}};

struct Recognised {
    const ModelFamily* family;
    bool composite;
};

/// By "architectures", else by "model_type".
Result<Recognised> recognise(const JsonObject& o) {
    std::string architecture, type;
    if (o.has("architectures")) {
        const json& list = o.at("architectures");
        if (!list.is_array() || list.empty() || !list[0].is_string())
            return o.wrong("architectures", "a list of names");
        architecture = *list[0].get_ptr<const json::string_t*>();
    }
    GOSSET_TRY(o.read("model_type", &type));
    if (architecture.empty() && type.empty()) return o.require("architectures");
    const auto is = [&](const char* by_architecture, const char* by_type) {
        return architecture.empty() ? type == by_type : architecture == by_architecture;
    };
    for (const ModelFamily& f : families())
        if (is(f.hf_architecture, f.hf_model_type)) return Recognised{&f, false};
    for (const Composite& c : kComposites)
        if (is(c.architecture, c.model_type)) return Recognised{find_family(c.family), true};
    return unsupported(o.where() + ": architecture " +
                       printable(architecture.empty() ? type : architecture) +
                       " cannot be imported yet; known are: " + family_names());
}

/// Sizes that have no default, or were not given by the family's.
Status read_sizes(const JsonObject& o, ModelConfig* c) {
    const struct {
        const char* key;
        uint32_t* out;
    } sizes[] = {{"hidden_size", &c->dim},
                 {"num_hidden_layers", &c->layers},
                 {"num_attention_heads", &c->heads},
                 {"intermediate_size", &c->ffn_dim},
                 {"vocab_size", &c->vocab}};
    for (const auto& size : sizes) {
        if (*size.out == 0) GOSSET_TRY(o.require(size.key));
        GOSSET_TRY(o.read(size.key, size.out));
    }
    GOSSET_TRY(o.read_or_null("num_key_value_heads", c->heads, &c->kv_heads));
    if (c->kv_heads == 0 && !o.has("num_key_value_heads")) c->kv_heads = c->heads;
    GOSSET_TRY(o.read_or_null("head_dim", 0u, &c->head_dim));
    if (c->head_dim == 0 && !o.has("head_dim")) {
        if (c->heads == 0 || c->dim % c->heads != 0)
            return corrupt(o.where() + ": hidden_size " + std::to_string(c->dim) +
                           " cannot be cut into num_attention_heads " + std::to_string(c->heads) +
                           ", and there is no head_dim");
        c->head_dim = c->dim / c->heads;
    }
    c->v_head_dim = c->head_dim;
    GOSSET_TRY(o.read("max_position_embeddings", &c->max_context));
    return o.read("rms_norm_eps", &c->norm_eps);
}

Status read_ids(const JsonObject& o, ModelConfig* c) {
    std::vector<uint32_t> begin, end;
    GOSSET_TRY(o.read_ids("bos_token_id", &begin));
    GOSSET_TRY(o.read_ids("eos_token_id", &end));
    if (begin.size() > 1) return o.wrong("bos_token_id", "one token id");
    if (!begin.empty()) c->bos_id = begin[0];
    for (const uint32_t id : end) add_end_id(c, id);
    return {};
}

Status read_generation(std::string_view generation, ModelConfig* c) {
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
    const JsonObject top(parsed, where);
    GOSSET_ASSIGN(const Recognised known, recognise(top));
    const JsonFamily& family = json_family_of(known.family->name);
    GOSSET_TRY(refuse_inexpressible(top, family));
    ModelConfig c;
    c.architecture = known.family->name;
    c.norm_eps = 1e-6f, c.max_context = 2048;  // the most common defaults
    family.defaults(&c);
    const auto read_model = [&](const JsonObject& o) -> Status {
        GOSSET_TRY(refuse_inexpressible(o, family));
        GOSSET_TRY(read_sizes(o, &c));
        GOSSET_TRY(o.read("tie_word_embeddings", &c.tied_head));
        GOSSET_TRY(read_ids(o, &c));
        return family.finish(o, &c);
    };
    if (known.composite) {
        GOSSET_TRY(top.require("text_config"));
        if (!top.at("text_config").is_object()) return top.wrong("text_config", "an object");
        GOSSET_TRY(read_model(JsonObject(top.at("text_config"), where + ": text_config")));
        GOSSET_TRY(top.read("tie_word_embeddings", &c.tied_head));
        GOSSET_TRY(read_ids(top, &c));
    } else {
        GOSSET_TRY(read_model(top));
    }
    GOSSET_TRY(read_generation(generation, &c));
    return c;
}

}  // namespace gosset
