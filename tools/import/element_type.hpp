/// Element types of source files (GGUF, safetensors) and their conversion to float. A type is
/// either an element of its own or a block of 32 or 256 that shares scales (ggml_blocks.hpp).
/// Relies on runtime/base/half.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tools/import/ggml_blocks.hpp"

namespace gosset {

enum class ElementType : uint8_t {
    f32,
    f16,
    bf16,
    q8_0,
    q4_0,
    q4_1,
    q5_0,
    q5_1,
    q2_k,
    q3_k,
    q4_k,
    q5_k,
    q6_k,
    iq4_nl,
    iq4_xs,
};

/// A readable type: `length` weights take `bytes` bytes.
struct ElementInfo {
    const char* name;  ///< "F32", "BF16", "Q4_1": the spelling of both file formats
    uint32_t length;
    uint32_t bytes;
    BlockDecoder decode;  ///< of a block; null for F32, F16 and BF16
};
const ElementInfo& element_info(ElementType type);

/// Converts n values (a multiple of the block length) at `source`, which may be unaligned. Exact,
/// but for one rounding in blocks that have a minimum.
void elements_to_float(ElementType type, const uint8_t* source, size_t n, float* out);

/// Index of the first value that is infinite or NaN, or n.
size_t first_non_finite(const float* values, size_t n);

}  // namespace gosset
