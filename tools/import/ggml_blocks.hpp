/// Blocks of quantized weights as ggml defines them, to floats: one function a type, its layout
/// drawn beside it. Relies on runtime/base/half.hpp.
///
/// Each takes one block at any alignment (its bytes are in element_type.cpp's table) and writes its
/// 32 or 256 values. Any bytes are a block: a scale that is infinite or no number gives values that
/// are not finite either, which the caller refuses. A scale has 11 significant bits, so that its
/// product with the integers (12 bits at most) is exact; types with a minimum round once, where it
/// is added.
///
/// In the drawings a field is `name:bytes`, d and m are binary16, integers are little-endian, and a
/// byte is written with its highest bit first.
#pragma once

#include <cstdint>

namespace gosset {

using BlockDecoder = void (*)(const uint8_t* block, float* out);

// 32 weights: ggml_blocks_32.cpp
void decode_q4_0(const uint8_t* block, float* out);
void decode_q4_1(const uint8_t* block, float* out);
void decode_q5_0(const uint8_t* block, float* out);
void decode_q5_1(const uint8_t* block, float* out);
void decode_q8_0(const uint8_t* block, float* out);

// 256 weights in groups with scales of their own: ggml_blocks_k.cpp
void decode_q2_k(const uint8_t* block, float* out);
void decode_q3_k(const uint8_t* block, float* out);
void decode_q4_k(const uint8_t* block, float* out);
void decode_q5_k(const uint8_t* block, float* out);
void decode_q6_k(const uint8_t* block, float* out);

// 32 and 256 weights, of 16 unevenly spaced levels: ggml_blocks_iq4.cpp
void decode_iq4_nl(const uint8_t* block, float* out);
void decode_iq4_xs(const uint8_t* block, float* out);

}  // namespace gosset
