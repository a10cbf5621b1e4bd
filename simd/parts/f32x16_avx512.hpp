/// F32x16 (simd/parts/f32x16.hpp) on AVX-512 F, BW, DQ, VL.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <xsimd/xsimd.hpp>

namespace gosset::GOSSET_ISA {
namespace {
using FloatArch = xsimd::avx512f;
}
}  // namespace gosset::GOSSET_ISA

#include "simd/parts/f32x16_xsimd.hpp"
#include "simd/parts/panel_x86.hpp"

namespace gosset::GOSSET_ISA {
namespace {

GOSSET_INLINE F32x16 wrap(__m512 v) {
    F32x16 r;
    r.part[0] = Batch(v);
    return r;
}
GOSSET_INLINE __m512 raw(F32x16 a) {
    return a.part[0];
}
GOSSET_INLINE __m512i bits(F32x16 a) {
    return _mm512_castps_si512(raw(a));
}
GOSSET_INLINE F32x16 from_bits(__m512i v) {
    return wrap(_mm512_castsi512_ps(v));
}

GOSSET_INLINE F32x16 operator/(F32x16 a, F32x16 b) {
    return wrap(_mm512_div_ps(raw(a), raw(b)));
}
GOSSET_INLINE F32x16 fma(F32x16 a, F32x16 b, F32x16 c) {
    return wrap(_mm512_fmadd_ps(raw(a), raw(b), raw(c)));
}
// min and max give their second operand where either is NaN, or both are zeros
GOSSET_INLINE F32x16 smaller(F32x16 a, F32x16 b) {
    return wrap(_mm512_min_ps(raw(a), raw(b)));
}
GOSSET_INLINE F32x16 larger(F32x16 a, F32x16 b) {
    return wrap(_mm512_max_ps(raw(b), raw(a)));
}
/// a * 2^n, rounded once, for whole n (runtime/base/math_float.hpp).
GOSSET_INLINE F32x16 scale_exponent(F32x16 a, F32x16 n) {
    return wrap(_mm512_scalef_ps(raw(a), raw(n)));
}
GOSSET_INLINE F32x16 shift_left_23(F32x16 a) {
    return from_bits(_mm512_slli_epi32(bits(a), 23));
}
GOSSET_INLINE F32x16 abs(F32x16 a) {
    return from_bits(_mm512_and_si512(bits(a), _mm512_set1_epi32(0x7fffffff)));
}
GOSSET_INLINE F32x16 copysign(F32x16 a, F32x16 sign) {
    const __m512i magnitude = _mm512_set1_epi32(0x7fffffff);
    return from_bits(_mm512_ternarylogic_epi32(magnitude, bits(a), bits(sign), 0xca));
}
GOSSET_INLINE F32x16 flip(F32x16 a, uint32_t lanes) {
    return wrap(_mm512_mask_xor_ps(raw(a), __mmask16(lanes), raw(a), _mm512_set1_ps(-0.0f)));
}
GOSSET_INLINE F32x16 larger_bits(F32x16 a, F32x16 b) {
    return from_bits(_mm512_max_epi32(bits(a), bits(b)));
}
template <int k>
GOSSET_INLINE F32x16 lane_xor(F32x16 a) {
    if constexpr (k == 8) return wrap(_mm512_shuffle_f32x4(raw(a), raw(a), 0x4e));
    if constexpr (k == 4) return wrap(_mm512_shuffle_f32x4(raw(a), raw(a), 0xb1));
    if constexpr (k == 2) return wrap(_mm512_permute_ps(raw(a), 0x4e));
    if constexpr (k == 1) return wrap(_mm512_permute_ps(raw(a), 0xb1));
}
GOSSET_INLINE float first(F32x16 a) {
    return _mm512_cvtss_f32(raw(a));
}

GOSSET_INLINE __mmask16 first_lanes(size_t n) {
    return __mmask16((1u << n) - 1);
}
GOSSET_INLINE F32x16 load_some(const float* p, size_t n) {
    return wrap(_mm512_maskz_loadu_ps(first_lanes(n), p));
}
GOSSET_INLINE void store_some(float* p, F32x16 v, size_t n) {
    _mm512_mask_storeu_ps(p, first_lanes(n), raw(v));
}
GOSSET_INLINE F32x16 load_half(const uint16_t* p) {
    return wrap(_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))));
}
GOSSET_INLINE F32x16 load_some_half(const uint16_t* p, size_t n) {
    return wrap(_mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first_lanes(n), p)));
}
GOSSET_INLINE __m256i to_half(F32x16 v) {
    return _mm512_cvtps_ph(raw(v), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
GOSSET_INLINE void store_half(uint16_t* p, F32x16 v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), to_half(v));
}
GOSSET_INLINE void store_some_half(uint16_t* p, F32x16 v, size_t n) {
    _mm256_mask_storeu_epi16(p, first_lanes(n), to_half(v));
}

GOSSET_INLINE int32_t store_panel(F32x16 a, F32x16 b, int8_t* q) {
    const __m512i x = _mm512_cvtps_epi32(raw(a)), y = _mm512_cvtps_epi32(raw(b));
    return store_panel_bytes(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1),
                             _mm512_castsi512_si256(y), _mm512_extracti64x4_epi64(y, 1), q);
}
/// bfloat16 in the upper halves of dwords, rounded to nearest, ties to even; NaNs stay NaNs.
GOSSET_INLINE __m512i round_upper_halves(F32x16 v) {
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits(v), 16), _mm512_set1_epi32(1));
    const __m512i rounded =
        _mm512_add_epi32(_mm512_add_epi32(bits(v), _mm512_set1_epi32(0x7fff)), odd);
    const __mmask16 nan = _mm512_cmp_ps_mask(raw(v), raw(v), _CMP_UNORD_Q);
    return _mm512_mask_or_epi32(rounded, nan, bits(v), _mm512_set1_epi32(0x400000));
}
/// A row of OpKernels::round_tiles from columns 0 .. 15 and 16 .. 31. Dword 2 j + g of it:
///   upper half: b[8 g + j]   lower half: a[8 g + j]
GOSSET_INLINE void store_rounded(F32x16 a, F32x16 b, uint16_t* row) {
    const __m512i upper =
        _mm512_and_si512(round_upper_halves(b), _mm512_set1_epi32(int(0xffff0000)));
    const __m512i both = _mm512_or_si512(upper, _mm512_srli_epi32(round_upper_halves(a), 16));
    const __m512i at = _mm512_setr_epi32(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
    _mm512_store_si512(row, _mm512_permutexvar_epi32(at, both));
}
GOSSET_INLINE __m128 fold_to_4(F32x16 v) {
    const __m256 s =
        _mm256_add_ps(_mm512_castps512_ps256(raw(v)), _mm512_extractf32x8_ps(raw(v), 1));
    return _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
}
GOSSET_INLINE void store_sums(F32x16 a, F32x16 b, F32x16 c, F32x16 d, float* out) {
    store_sums_of_4(fold_to_4(a), fold_to_4(b), fold_to_4(c), fold_to_4(d), out);
}

/// Sums of the parts (128 bits) of a and b that two shuffles pick.
template <int low, int high>
GOSSET_INLINE __m512 add_parts(__m512 a, __m512 b) {
    return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, low), _mm512_shuffle_f32x4(a, b, high));
}
template <int low, int high>
GOSSET_INLINE __m512 add_lanes(__m512 a, __m512 b) {
    return _mm512_add_ps(_mm512_shuffle_ps(a, b, low), _mm512_shuffle_ps(a, b, high));
}
/// Half the instructions of four times store_sums: all 16 go through the tree together.
GOSSET_INLINE void store_sums_4x4(const F32x16 (&v)[4][4], float* out, size_t stride) {
    __m512 column[4];  // four partial sums of each row of v
    GOSSET_UNROLL
    for (int i = 0; i < 4; i++) {
        const __m512 rows01 = add_parts<0x44, 0xee>(raw(v[0][i]), raw(v[1][i]));
        const __m512 rows23 = add_parts<0x44, 0xee>(raw(v[2][i]), raw(v[3][i]));
        column[i] = add_parts<0x88, 0xdd>(rows01, rows23);
    }
    const __m512 left = add_lanes<0x44, 0xee>(column[0], column[1]);
    const __m512 right = add_lanes<0x44, 0xee>(column[2], column[3]);
    const __m512 sums = add_lanes<0x88, 0xdd>(left, right);
    _mm_storeu_ps(out, _mm512_castps512_ps128(sums));
    _mm_storeu_ps(out + stride, _mm512_extractf32x4_ps(sums, 1));
    _mm_storeu_ps(out + 2 * stride, _mm512_extractf32x4_ps(sums, 2));
    _mm_storeu_ps(out + 3 * stride, _mm512_extractf32x4_ps(sums, 3));
}

/// Every block of 4 x 4 first, then the blocks.
GOSSET_INLINE void store_transposed(const F32x16 (&a)[16], float* out) {
    __m512 block[4][4];  // [g][i]: 128-bit part p is lane 4p + i of a[4g .. 4g + 4)
    GOSSET_UNROLL
    for (int g = 0; g < 4; g++) {
        const __m512 r0 = raw(a[4 * g]), r1 = raw(a[4 * g + 1]);
        const __m512 r2 = raw(a[4 * g + 2]), r3 = raw(a[4 * g + 3]);
        const __m512 low01 = _mm512_unpacklo_ps(r0, r1), high01 = _mm512_unpackhi_ps(r0, r1);
        const __m512 low23 = _mm512_unpacklo_ps(r2, r3), high23 = _mm512_unpackhi_ps(r2, r3);
        block[g][0] = _mm512_shuffle_ps(low01, low23, 0x44);
        block[g][1] = _mm512_shuffle_ps(low01, low23, 0xee);
        block[g][2] = _mm512_shuffle_ps(high01, high23, 0x44);
        block[g][3] = _mm512_shuffle_ps(high01, high23, 0xee);
    }
    GOSSET_UNROLL
    for (int i = 0; i < 4; i++) {
        const __m512 even01 = _mm512_shuffle_f32x4(block[0][i], block[1][i], 0x88);
        const __m512 even23 = _mm512_shuffle_f32x4(block[2][i], block[3][i], 0x88);
        const __m512 odd01 = _mm512_shuffle_f32x4(block[0][i], block[1][i], 0xdd);
        const __m512 odd23 = _mm512_shuffle_f32x4(block[2][i], block[3][i], 0xdd);
        _mm512_storeu_ps(out + 16 * i, _mm512_shuffle_f32x4(even01, even23, 0x88));
        _mm512_storeu_ps(out + 16 * (4 + i), _mm512_shuffle_f32x4(odd01, odd23, 0x88));
        _mm512_storeu_ps(out + 16 * (8 + i), _mm512_shuffle_f32x4(even01, even23, 0xdd));
        _mm512_storeu_ps(out + 16 * (12 + i), _mm512_shuffle_f32x4(odd01, odd23, 0xdd));
    }
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
