/// GGUF metadata to ModelConfig. Keys of the model's architecture that are not understood are
/// refused by name: they may change what the model computes.
#pragma once

#include "format/config.hpp"
#include "format/tokenizer_view.hpp"
#include "runtime/base/status.hpp"
#include "tools/import/gguf.hpp"
#include "tools/import/names.hpp"

namespace gosset {

/// The family that general.architecture names.
Result<const ModelFamily*> gguf_family(const GgufFile& file);

/// Which tensors are present decides on biases and on a tied head; rope_freqs.weight becomes a rope
/// scaling. The result is checked (check_config).
Result<ModelConfig> gguf_config(const GgufFile& file, const ModelFamily& family,
                                const TokenizerData& tokenizer);

}  // namespace gosset
