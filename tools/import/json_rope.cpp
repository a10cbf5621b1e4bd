#include "tools/import/json_rope.hpp"

#include <string>
#include <utility>
#include <vector>

#include "tools/import/printable.hpp"

namespace gosset {
namespace {

using nlohmann::json;

/// The keys that each type of scaling may hold beside "rope_type", "type" and "rope_theta".
struct ScalingForm {
    const char* name;
    RopeScaling scaling;
    std::vector<const char*> required, optional;
};

const std::vector<ScalingForm>& forms() {
    static const std::vector<ScalingForm> all = {
        {"default", RopeScaling::none, {}, {}},
        {"linear", RopeScaling::linear, {"factor"}, {}},
        {"llama3",
         RopeScaling::llama3,
         {"factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"},
         {}},
        {"yarn",
         RopeScaling::yarn,
         {"factor"},
         {"beta_fast", "beta_slow", "attention_factor", "original_max_position_embeddings"}},
        {"longrope",
         RopeScaling::longrope,
         {"short_factor", "long_factor"},
         {"factor", "attention_factor", "original_max_position_embeddings"}},
    };
    return all;
}

/// Every key of `o` is one that the form names.
Status check_keys(const JsonObject& o, const ScalingForm& form) {
    for (const char* key : form.required) GOSSET_TRY(o.require(key));
    for (const auto& item : o.object().items()) {
        const std::string& key = item.key();
        bool known = item.value().is_null() || key == "rope_type" || key == "type" ||
                     key == "rope_theta" || key == "partial_rotary_factor";
        for (const char* k : form.required) known |= key == k;
        for (const char* k : form.optional) known |= key == k;
        if (!known)
            return unsupported(o.where() + ": key " + printable(key) + " of rope type '" +
                               form.name + "' cannot be imported");
    }
    return {};
}

/// Every key of `o` that says how the rotation is scaled.
Status read_scaling(const JsonObject& o, const RopeHabits& habits, uint32_t original_context,
                    RopeKind* rope) {
    std::string type = "default";
    GOSSET_TRY(o.read("type", &type));  // the old spelling
    GOSSET_TRY(o.read("rope_type", &type));
    if (type == "su" || (type == "yarn" && habits.yarn_is_longrope)) type = "longrope";
    const ScalingForm* form = nullptr;
    for (const ScalingForm& f : forms())
        if (type == f.name) form = &f;
    if (!form)
        return unsupported(o.where() + ": rope type " + printable(type) + " cannot be imported");
    GOSSET_TRY(check_keys(o, *form));
    rope->scaling = form->scaling;
    if (form->scaling == RopeScaling::yarn) rope->beta_fast = 32.0f, rope->beta_slow = 1.0f;
    if (form->scaling == RopeScaling::yarn || form->scaling == RopeScaling::longrope)
        rope->original_context = original_context;
    GOSSET_TRY(o.read("factor", &rope->factor));
    GOSSET_TRY(o.read("low_freq_factor", &rope->low_freq_factor));
    GOSSET_TRY(o.read("high_freq_factor", &rope->high_freq_factor));
    GOSSET_TRY(o.read("beta_fast", &rope->beta_fast));
    GOSSET_TRY(o.read("beta_slow", &rope->beta_slow));
    GOSSET_TRY(o.read("attention_factor", &rope->attention_factor));
    GOSSET_TRY(o.read("short_factor", &rope->short_factors));
    GOSSET_TRY(o.read("long_factor", &rope->long_factors));
    return o.read("original_max_position_embeddings", &rope->original_context);
}

Status read_partial(const JsonObject& o, uint32_t head_dim, RopeKind* rope) {
    float part = 1.0f;
    GOSSET_TRY(o.read("partial_rotary_factor", &part));
    if (part == 1.0f) return {};
    if (!(part > 0.0f && part < 1.0f))
        return o.wrong("partial_rotary_factor", "above 0, at most 1");
    rope->rotary_dim = uint32_t(double(head_dim) * double(part));
    if (rope->rotary_dim == 0) return o.wrong("partial_rotary_factor", "large enough for one pair");
    return {};
}

/// What scales, from the object under `key` of `o`; `top` is where model-wide keys are.
Status read_object(const JsonObject& o, const char* key, const JsonObject& top,
                   const RopeHabits& habits, const ModelConfig& c, RopeKind* rope) {
    if (!o.has(key)) return {};
    if (!o.at(key).is_object()) return o.wrong(key, "an object");
    const JsonObject inside(o.at(key), o.where() + ": " + key);
    const uint32_t original = habits.original_context ? habits.original_context : c.max_context;
    GOSSET_TRY(inside.read("rope_theta", &rope->theta));
    GOSSET_TRY(read_scaling(inside, habits, original, rope));
    if (rope->original_context != 0)  // the model's own key wins over the one inside
        GOSSET_TRY(top.read("original_max_position_embeddings", &rope->original_context));
    if (rope->scaling == RopeScaling::longrope && !inside.has("factor") && rope->original_context)
        rope->factor = float(double(c.max_context) / double(rope->original_context));
    return read_partial(inside, c.head_dim, rope);
}

}  // namespace

Status read_rope(const JsonObject& o, const RopeHabits& habits, ModelConfig* c) {
    RopeKind rope;
    GOSSET_TRY(o.read("rope_theta", &rope.theta));
    GOSSET_TRY(read_partial(o, c->head_dim, &rope));
    for (const char* key : {"rope_scaling", "rope_parameters"})
        GOSSET_TRY(read_object(o, key, o, habits, *c, &rope));
    c->ropes.push_back(std::move(rope));
    return {};
}

Status read_ropes_by_layer_type(const JsonObject& o, ModelConfig* c) {
    RopeKind global, local;
    global.theta = 1e6f;
    GOSSET_TRY(o.read("rope_theta", &global.theta));
    GOSSET_TRY(o.read("rope_local_base_freq", &local.theta));
    if (o.has("rope_parameters")) {
        if (!o.at("rope_parameters").is_object()) return o.wrong("rope_parameters", "an object");
        const JsonObject types(o.at("rope_parameters"), o.where() + ": rope_parameters");
        for (const auto& item : types.object().items())
            if (item.key() != "full_attention" && item.key() != "sliding_attention")
                return unsupported(types.where() + ": key " + printable(item.key()) +
                                   " is not a kind of layer");
        GOSSET_TRY(read_object(types, "full_attention", o, {}, *c, &global));
        GOSSET_TRY(read_object(types, "sliding_attention", o, {}, *c, &local));
    }
    GOSSET_TRY(read_object(o, "rope_scaling", o, {}, *c, &global));
    c->ropes = {std::move(global)};
    if (c->window_layers.empty()) return {};
    c->ropes.push_back(std::move(local));
    c->rope_of_layer = c->window_layers;
    return {};
}

}  // namespace gosset
