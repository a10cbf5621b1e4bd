/// The rotary embedding in config.json: rope_theta and rope_scaling, or the newer rope_parameters.
#pragma once

#include <cstdint>

#include "format/config.hpp"
#include "runtime/base/status.hpp"
#include "tools/import/json_text.hpp"

namespace gosset {

/// Scaling types default, linear, llama3, yarn and longrope; others, and keys that are not
/// understood, are refused by name.
Result<RopeKind> rope_from_json(const JsonObject& config, uint32_t head_dim, uint32_t max_context);

}  // namespace gosset
