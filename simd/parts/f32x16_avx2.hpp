/// F32x16 (simd/parts/f32x16.hpp) on AVX2, FMA and F16C.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <xsimd/xsimd.hpp>

namespace gosset::GOSSET_ISA {
namespace {
using FloatArch = xsimd::avx2;
}
}  // namespace gosset::GOSSET_ISA

#include "simd/parts/f32x16_xsimd.hpp"
#include "simd/parts/panel_x86.hpp"

namespace gosset::GOSSET_ISA {
namespace {

GOSSET_INLINE F32x16 wrap(__m256 low, __m256 high) {
    F32x16 r;
    r.part[0] = Batch(low);
    r.part[1] = Batch(high);
    return r;
}
GOSSET_INLINE __m256 low(F32x16 a) {
    return a.part[0];
}
GOSSET_INLINE __m256 high(F32x16 a) {
    return a.part[1];
}
GOSSET_INLINE __m256i low_bits(F32x16 a) {
    return _mm256_castps_si256(low(a));
}
GOSSET_INLINE __m256i high_bits(F32x16 a) {
    return _mm256_castps_si256(high(a));
}
GOSSET_INLINE F32x16 from_bits(__m256i l, __m256i h) {
    return wrap(_mm256_castsi256_ps(l), _mm256_castsi256_ps(h));
}

GOSSET_INLINE F32x16 operator/(F32x16 a, F32x16 b) {
    return wrap(_mm256_div_ps(low(a), low(b)), _mm256_div_ps(high(a), high(b)));
}
GOSSET_INLINE F32x16 fma(F32x16 a, F32x16 b, F32x16 c) {
    return wrap(_mm256_fmadd_ps(low(a), low(b), low(c)),
                _mm256_fmadd_ps(high(a), high(b), high(c)));
}
// min and max give their second operand where either is NaN, or both are zeros
GOSSET_INLINE F32x16 smaller(F32x16 a, F32x16 b) {
    return wrap(_mm256_min_ps(low(a), low(b)), _mm256_min_ps(high(a), high(b)));
}
GOSSET_INLINE F32x16 larger(F32x16 a, F32x16 b) {
    return wrap(_mm256_max_ps(low(b), low(a)), _mm256_max_ps(high(b), high(a)));
}
GOSSET_INLINE F32x16 shift_left_23(F32x16 a) {
    return from_bits(_mm256_slli_epi32(low_bits(a), 23), _mm256_slli_epi32(high_bits(a), 23));
}
GOSSET_INLINE F32x16 abs(F32x16 a) {
    const __m256 sign = _mm256_set1_ps(-0.0f);
    return wrap(_mm256_andnot_ps(sign, low(a)), _mm256_andnot_ps(sign, high(a)));
}
GOSSET_INLINE F32x16 copysign(F32x16 a, F32x16 s) {
    const __m256 sign = _mm256_set1_ps(-0.0f);
    const F32x16 m = abs(a);
    return wrap(_mm256_or_ps(low(m), _mm256_and_ps(sign, low(s))),
                _mm256_or_ps(high(m), _mm256_and_ps(sign, high(s))));
}
GOSSET_INLINE F32x16 flip(F32x16 a, uint32_t lanes) {
    // lane i's bit is shifted into the place of the sign
    const __m256i all = _mm256_set1_epi32(int32_t(lanes)), sign = _mm256_set1_epi32(INT32_MIN);
    const __m256i l = _mm256_sllv_epi32(all, _mm256_setr_epi32(31, 30, 29, 28, 27, 26, 25, 24));
    const __m256i h = _mm256_sllv_epi32(all, _mm256_setr_epi32(23, 22, 21, 20, 19, 18, 17, 16));
    return from_bits(_mm256_xor_si256(low_bits(a), _mm256_and_si256(l, sign)),
                     _mm256_xor_si256(high_bits(a), _mm256_and_si256(h, sign)));
}
GOSSET_INLINE F32x16 larger_bits(F32x16 a, F32x16 b) {
    return from_bits(_mm256_max_epi32(low_bits(a), low_bits(b)),
                     _mm256_max_epi32(high_bits(a), high_bits(b)));
}
template <int k>
GOSSET_INLINE __m256 lane_xor_8(__m256 v) {
    if constexpr (k == 4) return _mm256_permute2f128_ps(v, v, 1);
    if constexpr (k == 2) return _mm256_permute_ps(v, 0x4e);
    if constexpr (k == 1) return _mm256_permute_ps(v, 0xb1);
}
template <int k>
GOSSET_INLINE F32x16 lane_xor(F32x16 a) {
    if constexpr (k == 8)
        return wrap(high(a), low(a));
    else
        return wrap(lane_xor_8<k>(low(a)), lane_xor_8<k>(high(a)));
}
GOSSET_INLINE float first(F32x16 a) {
    return _mm256_cvtss_f32(low(a));
}

/// All ones in lanes begin + i < n.
GOSSET_INLINE __m256i first_lanes(int32_t n, int32_t begin) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n - begin), lane);
}
GOSSET_INLINE F32x16 load_some(const float* p, size_t n) {
    return wrap(_mm256_maskload_ps(p, first_lanes(int32_t(n), 0)),
                _mm256_maskload_ps(p + 8, first_lanes(int32_t(n), 8)));
}
GOSSET_INLINE void store_some(float* p, F32x16 v, size_t n) {
    _mm256_maskstore_ps(p, first_lanes(int32_t(n), 0), low(v));
    _mm256_maskstore_ps(p + 8, first_lanes(int32_t(n), 8), high(v));
}
GOSSET_INLINE F32x16 load_half(const uint16_t* p) {
    const __m128i* h = reinterpret_cast<const __m128i*>(p);
    return wrap(_mm256_cvtph_ps(_mm_loadu_si128(h)), _mm256_cvtph_ps(_mm_loadu_si128(h + 1)));
}
GOSSET_INLINE void store_half(uint16_t* p, F32x16 v) {
    constexpr int mode = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
    __m128i* h = reinterpret_cast<__m128i*>(p);
    _mm_storeu_si128(h, _mm256_cvtps_ph(low(v), mode));
    _mm_storeu_si128(h + 1, _mm256_cvtps_ph(high(v), mode));
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

GOSSET_INLINE int32_t store_panel(F32x16 a, F32x16 b, int8_t* q) {
    return store_panel_bytes(_mm256_cvtps_epi32(low(a)), _mm256_cvtps_epi32(high(a)),
                             _mm256_cvtps_epi32(low(b)), _mm256_cvtps_epi32(high(b)), q);
}
GOSSET_INLINE __m128 fold_to_4(F32x16 v) {
    const __m256 s = _mm256_add_ps(low(v), high(v));
    return _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
}
GOSSET_INLINE void store_sums(F32x16 a, F32x16 b, F32x16 c, F32x16 d, float* out) {
    store_sums_of_4(fold_to_4(a), fold_to_4(b), fold_to_4(c), fold_to_4(d), out);
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
