#include "tools/import/json_rope.hpp"

#include <string>
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

Status read_scaling(const JsonObject& o, uint32_t max_context, RopeKind* rope) {
    std::string type = "default";
    GOSSET_TRY(o.read("type", &type));  // the old spelling
    GOSSET_TRY(o.read("rope_type", &type));
    const ScalingForm* form = nullptr;
    for (const ScalingForm& f : forms())
        if (type == f.name) form = &f;
    if (!form)
        return unsupported(o.where() + ": rope type " + printable(type) + " cannot be imported");
    GOSSET_TRY(check_keys(o, *form));
    rope->scaling = form->scaling;
    if (form->scaling == RopeScaling::yarn) rope->beta_fast = 32.0f, rope->beta_slow = 1.0f;
    if (form->scaling == RopeScaling::yarn || form->scaling == RopeScaling::longrope)
        rope->original_context = max_context;
    GOSSET_TRY(o.read("rope_theta", &rope->theta));
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

}  // namespace

Result<RopeKind> rope_from_json(const JsonObject& config, uint32_t head_dim, uint32_t max_context) {
    RopeKind rope;
    GOSSET_TRY(config.read("rope_theta", &rope.theta));
    GOSSET_TRY(read_partial(config, head_dim, &rope));
    for (const char* key : {"rope_scaling", "rope_parameters"}) {
        if (!config.has(key)) continue;
        if (!config.at(key).is_object()) return config.wrong(key, "an object");
        const JsonObject o(config.at(key), config.where() + ": " + key);
        GOSSET_TRY(read_scaling(o, max_context, &rope));
        GOSSET_TRY(read_partial(o, head_dim, &rope));
    }
    return rope;
}

}  // namespace gosset
