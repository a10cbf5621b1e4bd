/// The rotary embedding of a GGUF model: rope.* keys and the tensor rope_freqs.weight.
#pragma once

#include <cstdint>
#include <string>

#include "format/config.hpp"
#include "runtime/base/status.hpp"
#include "tools/import/gguf.hpp"

namespace gosset {

/// `prefix` is the architecture with a dot ("llama."). A rope_freqs.weight that holds the divisors
/// of Llama 3's scaling (the usual case) becomes RopeScaling::llama3, any other becomes longrope
/// with the divisors as they are: both divide the frequency of pair i by factor i.
Result<RopeKind> gguf_rope(const GgufFile& file, const std::string& prefix, uint32_t head_dim,
                           uint32_t max_context);

}  // namespace gosset
