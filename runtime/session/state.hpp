/// A sequence's saved state: what positions [0, length) hold in the KV cache, in a form that
/// another session of the same model takes back. Relies on XXH3 (format/hash.hpp). Little-endian:
///
///      0               8         12        16              24        28        32
///     +---------------+---------+---------+---------------+---------+---------+
///     | magic         | version | kv type | model         | layers  | KV heads|
///     +---------------+---------+---------+---------------+---------+---------+
///     | K dim  | V dim| length  | 0       | total size    | xxh3              |
///     +---------------+---------+---------+---------------+-------------------+
///     32      36      40        44        48              56                  64
///
/// magic    89 'G' 'S' 'T' 'A' 'T' 0D 0A
/// kv type  0: f16, 1: f32
/// model    identity of the model's file: XXH3 of its header and metadata, which name the hash of
///          every weight
/// xxh3     XXH3-64 of these 64 bytes with this field as 0, followed by the rest
///
/// Then, for each layer and KV head, K of all positions [length][K dim] and V [length][V dim].
/// Any values are defined: a state that somebody forged gives nonsense, never a fault.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "runtime/base/status.hpp"
#include "runtime/model/weights.hpp"
#include "runtime/model/workspace.hpp"

namespace gosset {

inline constexpr uint32_t kStateVersion = 1;
inline constexpr size_t kStateHeader = 64;

/// Size of the state of `length` positions in a session of that shape.
uint64_t state_size(const ModelConfig& c, const SessionShape& shape, uint32_t length);

/// Writes the header of `state`, whose rest is there already.
void write_state_header(const ModelWeights& model, const SessionShape& shape, uint32_t length,
                        std::span<uint8_t> state);

/// Proves that `state` can be put into a session of that shape; its length. Errors: corrupt (cut,
/// changed, not a state), unsupported (another version), invalid_argument (of another model or
/// kv type), limit (longer than the context).
Result<uint32_t> check_state(const ModelWeights& model, const SessionShape& shape,
                             std::span<const uint8_t> state);

}  // namespace gosset
