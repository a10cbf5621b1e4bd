/// What both importers check of a configuration before they trust its sizes: ranges, divisibility,
/// finite numbers. Relies on format/config.hpp.
#pragma once

#include <cstdint>
#include <string>

#include "format/config.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

/// `n_tensors`: how many tensors the source holds, which bounds the number of layers.
Status check_config(const ModelConfig& config, uint64_t n_tensors);

/// Adds `id` to the ids that end generation, once.
void add_end_id(ModelConfig* config, uint32_t id);

/// Scores are multiplied by 1 / sqrt(scalar).
void set_attention_scale(float scalar, ModelConfig* config);

}  // namespace gosset
