#include "tools/import/json_layers.hpp"

#include <algorithm>
#include <utility>

#include "tools/import/printable.hpp"

namespace gosset {

using nlohmann::json;

Status read_activation(const JsonObject& o, const char* key, ModelConfig* c) {
    if (!o.has(key)) return {};
    std::string name;
    GOSSET_TRY(o.read(key, &name));
    const std::pair<const char*, Activation> known[] = {
        {"silu", Activation::silu},          {"swish", Activation::silu},
        {"gelu", Activation::gelu_erf},      {"gelu_pytorch_tanh", Activation::gelu_tanh},
        {"gelu_new", Activation::gelu_tanh}, {"relu", Activation::relu},
        {"relu2", Activation::relu2},
    };
    for (const auto& [spelling, activation] : known)
        if (name == spelling) return c->activation = activation, Status();
    return unsupported(o.where() + ": key '" + key + "' is " + printable(name) +
                       ", which is not known");
}

Status read_attention_bias(const JsonObject& o, ModelConfig* c) {
    bool bias = false;
    GOSSET_TRY(o.read("attention_bias", &bias));
    c->q_bias = c->k_bias = c->v_bias = c->o_bias = bias;
    return {};
}

Status read_window(const JsonObject& o, ModelConfig* c) {
    GOSSET_TRY(o.read_or_null("sliding_window", 0u, &c->sliding_window));
    if (c->sliding_window == 0 && o.has("sliding_window"))
        return o.wrong("sliding_window", "1 or more, or null");
    return {};
}

Status read_window_layers(const JsonObject& o, const std::function<bool(uint32_t)>& windowed,
                          ModelConfig* c) {
    std::vector<uint8_t> layers;
    if (o.has("layer_types")) {
        const json& types = o.at("layer_types");
        if (!types.is_array() || types.size() != c->layers)
            return o.wrong("layer_types", "a list of one kind for each layer");
        for (const json& kind : types) {
            if (kind != "full_attention" && kind != "sliding_attention")
                return unsupported(o.where() +
                                   ": key 'layer_types' names a kind of layer other than "
                                   "full_attention and sliding_attention");
            layers.push_back(kind == "sliding_attention");
        }
    } else {
        // Bounded by the check of the sizes, which comes later: a model has no more layers.
        for (uint32_t i = 0; i < std::min(c->layers, 1u << 16); i++) layers.push_back(windowed(i));
    }
    const bool any = std::count(layers.begin(), layers.end(), 1) != 0;
    if (any && c->sliding_window == 0)
        return corrupt(o.where() + ": layers of sliding_attention, but no sliding_window in force");
    if (!any) c->sliding_window = 0;
    c->window_layers = any ? std::move(layers) : std::vector<uint8_t>();
    return {};
}

Status refuse_other_layer_types(const JsonObject& o, const char* only) {
    if (!o.has("layer_types")) return {};
    for (const json& kind : o.at("layer_types"))
        if (kind != only)
            return unsupported(o.where() + ": key 'layer_types' names a kind of layer other than " +
                               only);
    return {};
}

}  // namespace gosset
