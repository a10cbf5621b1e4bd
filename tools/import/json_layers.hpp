/// Keys of config.json that several families share, and read the same: activation, biases, which
/// layers see a window only. Relies on json_text.hpp; errors name the key.
#pragma once

#include <functional>

#include "format/config.hpp"
#include "runtime/base/status.hpp"
#include "tools/import/json_text.hpp"

namespace gosset {

/// `key` by the names of transformers; absent: stays as it is.
Status read_activation(const JsonObject& o, const char* key, ModelConfig* c);
/// attention_bias: of q, k, v and o.
Status read_attention_bias(const JsonObject& o, ModelConfig* c);

/// sliding_window: absent, it stays as it is; null: none.
Status read_window(const JsonObject& o, ModelConfig* c);
/// layer_types, or else `windowed(layer)`. Refuses other kinds of layers, and windows of no size.
Status read_window_layers(const JsonObject& o, const std::function<bool(uint32_t)>& windowed,
                          ModelConfig* c);
/// For families without kinds of layers: layer_types, if there, must say so.
Status refuse_other_layer_types(const JsonObject& o, const char* only);

}  // namespace gosset
