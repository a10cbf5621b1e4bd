/// Element types of source files (GGUF, safetensors) and their conversion to float. A type is
/// either an element of its own or a block of 32 that shares scales. Relies on
/// runtime/base/half.hpp.
///
/// Blocks, little-endian, as ggml defines them (d and m are binary16; x is the value of a weight):
///
///     Q8_0   34 bytes   | d:2 | q[32] : int8 |               x[i] = d * q[i]
///     Q4_0   18 bytes   | d:2 | q[16] |                      x[i] = d * (nibble(i) - 8)
///     Q4_1   20 bytes   | d:2 | m:2 | q[16] |                x[i] = d * nibble(i) + m
///     nibble(i) is the low half of q[i] for i < 16 and the high half of q[i - 16] for i >= 16.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gosset {

enum class ElementType : uint8_t { f32, f16, bf16, q8_0, q4_0, q4_1 };

/// A readable type: `length` weights take `bytes` bytes.
struct ElementInfo {
    const char* name;  ///< "F32", "BF16", "Q4_1": the spelling of both file formats
    uint32_t length;
    uint32_t bytes;
};
const ElementInfo& element_info(ElementType type);

/// Converts n values (a multiple of the block length) at `source`, which may be unaligned. Exact
/// for F32, F16 and BF16; blocks take one rounded multiplication, and Q4_1 one rounded addition
/// more.
void elements_to_float(ElementType type, const uint8_t* source, size_t n, float* out);

/// Index of the first value that is infinite or NaN, or n.
size_t first_non_finite(const float* values, size_t n);

}  // namespace gosset
