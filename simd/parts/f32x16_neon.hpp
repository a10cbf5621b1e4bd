/// F32x16 (simd/parts/f32x16.hpp) on aarch64, whose base has fused multiply-add, division and
/// conversions to and from binary16.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <xsimd/xsimd.hpp>

namespace gosset::GOSSET_ISA {
namespace {
using FloatArch = xsimd::neon64;
}
}  // namespace gosset::GOSSET_ISA

#include "simd/parts/f32x16_xsimd.hpp"

namespace gosset::GOSSET_ISA {
namespace {

GOSSET_INLINE float32x4_t raw(Batch a) {
    return a;
}
GOSSET_INLINE int32x4_t bits(Batch a) {
    return vreinterpretq_s32_f32(a);
}
GOSSET_INLINE Batch from_bits(int32x4_t v) {
    return Batch(vreinterpretq_f32_s32(v));
}

GOSSET_INLINE F32x16 operator/(F32x16 a, F32x16 b) {
    return each(a, b, [](Batch x, Batch y) { return Batch(vdivq_f32(raw(x), raw(y))); });
}
GOSSET_INLINE F32x16 fma(F32x16 a, F32x16 b, F32x16 c) {
    GOSSET_UNROLL
    for (size_t i = 0; i < kRegisters; i++)
        c.part[i] = Batch(vfmaq_f32(raw(c.part[i]), raw(a.part[i]), raw(b.part[i])));
    return c;
}
GOSSET_INLINE F32x16 smaller(F32x16 a, F32x16 b) {
    return select_less(a, b, a, b);
}
GOSSET_INLINE F32x16 larger(F32x16 a, F32x16 b) {
    return select_less(a, b, b, a);
}
GOSSET_INLINE F32x16 shift_left_23(F32x16 a) {
    return each(a, a, [](Batch x, Batch) { return from_bits(vshlq_n_s32(bits(x), 23)); });
}
GOSSET_INLINE F32x16 abs(F32x16 a) {
    return each(a, a, [](Batch x, Batch) { return Batch(vabsq_f32(raw(x))); });
}
GOSSET_INLINE F32x16 copysign(F32x16 a, F32x16 s) {
    return each(a, s, [](Batch x, Batch y) {
        return Batch(vbslq_f32(vdupq_n_u32(0x80000000u), raw(y), raw(x)));
    });
}
GOSSET_INLINE F32x16 flip(F32x16 a, uint32_t lanes) {
    // lane i's bit is shifted into the place of the sign
    const uint32x4_t all = vdupq_n_u32(lanes), sign = vdupq_n_u32(0x80000000u);
    GOSSET_UNROLL
    for (int32_t i = 0; i < int32_t(kRegisters); i++) {
        const int32x4_t up = {31 - 4 * i, 30 - 4 * i, 29 - 4 * i, 28 - 4 * i};
        const uint32x4_t flips = vandq_u32(vshlq_u32(all, up), sign);
        a.part[i] = from_bits(veorq_s32(bits(a.part[i]), vreinterpretq_s32_u32(flips)));
    }
    return a;
}
GOSSET_INLINE F32x16 larger_bits(F32x16 a, F32x16 b) {
    return each(a, b, [](Batch x, Batch y) { return from_bits(vmaxq_s32(bits(x), bits(y))); });
}
template <int k>
GOSSET_INLINE F32x16 lane_xor(F32x16 a) {
    F32x16 r;
    GOSSET_UNROLL
    for (size_t i = 0; i < kRegisters; i++) {
        if constexpr (k >= 4) r.part[i] = a.part[i ^ (k / 4)];
        const float32x4_t v = raw(a.part[i]);
        if constexpr (k == 2) r.part[i] = Batch(vextq_f32(v, v, 2));
        if constexpr (k == 1) r.part[i] = Batch(vrev64q_f32(v));
    }
    return r;
}
GOSSET_INLINE float first(F32x16 a) {
    return vgetq_lane_f32(raw(a.part[0]), 0);
}

// There are no masked loads: a ragged end goes through memory.
GOSSET_INLINE F32x16 load_some(const float* p, size_t n) {
    float copy[16] = {};
    std::memcpy(copy, p, n * sizeof(float));
    return load(copy);
}
GOSSET_INLINE void store_some(float* p, F32x16 v, size_t n) {
    float copy[16];
    store(copy, v);
    std::memcpy(p, copy, n * sizeof(float));
}
GOSSET_INLINE F32x16 load_half(const uint16_t* p) {
    F32x16 r;
    GOSSET_UNROLL
    for (size_t i = 0; i < kRegisters; i++)
        r.part[i] = Batch(vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p + 4 * i))));
    return r;
}
GOSSET_INLINE void store_half(uint16_t* p, F32x16 v) {
    GOSSET_UNROLL
    for (size_t i = 0; i < kRegisters; i++)
        vst1_u16(p + 4 * i, vreinterpret_u16_f16(vcvt_f16_f32(raw(v.part[i]))));
}
GOSSET_INLINE F32x16 load_some_half(const uint16_t* p, size_t n) {
    uint16_t copy[16] = {};
    std::memcpy(copy, p, n * sizeof(uint16_t));
    return load_half(copy);
}
GOSSET_INLINE void store_some_half(uint16_t* p, F32x16 v, size_t n) {
    uint16_t copy[16];
    store_half(copy, v);
    std::memcpy(p, copy, n * sizeof(uint16_t));
}

/// Columns 8 * g .. 8 * g + 7, rounded half to even.
GOSSET_INLINE int16x8_t rounded(Batch low, Batch high) {
    return vcombine_s16(vmovn_s32(vcvtnq_s32_f32(raw(low))), vmovn_s32(vcvtnq_s32_f32(raw(high))));
}
GOSSET_INLINE int32_t store_panel(F32x16 a, F32x16 b, int8_t* q) {
    const int16x8_t g0 = rounded(a.part[0], a.part[1]), g1 = rounded(a.part[2], a.part[3]);
    const int16x8_t g2 = rounded(b.part[0], b.part[1]), g3 = rounded(b.part[2], b.part[3]);
    const int8x8x4_t bytes = {{vmovn_s16(g0), vmovn_s16(g1), vmovn_s16(g2), vmovn_s16(g3)}};
    vst4_s8(q, bytes);
    return vaddlvq_s16(vaddq_s16(vaddq_s16(g0, g1), vaddq_s16(g2, g3)));
}
/// Lane i holds lanes i, i + 4, i + 8 and i + 12, added as the tree does.
GOSSET_INLINE float32x4_t fold_to_4(F32x16 v) {
    return vaddq_f32(vaddq_f32(raw(v.part[0]), raw(v.part[2])),
                     vaddq_f32(raw(v.part[1]), raw(v.part[3])));
}
/// (a0 + a2, a1 + a3, b0 + b2, b1 + b3)
GOSSET_INLINE float32x4_t halves_added(float32x4_t a, float32x4_t b) {
    const float64x2_t x = vreinterpretq_f64_f32(a), y = vreinterpretq_f64_f32(b);
    return vaddq_f32(vreinterpretq_f32_f64(vzip1q_f64(x, y)),
                     vreinterpretq_f32_f64(vzip2q_f64(x, y)));
}
GOSSET_INLINE void store_sums(F32x16 a, F32x16 b, F32x16 c, F32x16 d, float* out) {
    vst1q_f32(out, vpaddq_f32(halves_added(fold_to_4(a), fold_to_4(b)),
                              halves_added(fold_to_4(c), fold_to_4(d))));
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
