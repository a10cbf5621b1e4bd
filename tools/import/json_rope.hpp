/// The rotary embedding of a Hugging Face configuration: rope_theta, rope_scaling, rope_parameters
/// (its newer name, which holds rope_theta too), partial_rotary_factor.
#pragma once

#include <cstdint>

#include "format/config.hpp"
#include "runtime/base/status.hpp"
#include "tools/import/json_text.hpp"

namespace gosset {

/// Where a family differs.
struct RopeHabits {
    uint32_t original_context = 0;  ///< where no key says it; 0: the context of the model
    bool yarn_is_longrope = false;  ///< an old name, as "su" is
};

/// Adds the one rotary embedding of all layers to c->ropes. Refuses, by name, types of scaling that
/// are not those of RopeKind, and unknown keys inside rope_scaling.
Status read_rope(const JsonObject& o, const RopeHabits& habits, ModelConfig* c);

/// Gemma 3: one for layers that see all, one for those of a window (c->window_layers), under
/// rope_parameters.{full,sliding}_attention or rope_theta with rope_scaling, and
/// rope_local_base_freq.
Status read_ropes_by_layer_type(const JsonObject& o, ModelConfig* c);

}  // namespace gosset
