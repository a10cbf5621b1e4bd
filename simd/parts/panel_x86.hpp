/// What the x86 forms of F32x16 share: the end of store_panel and of store_sums.
/// Relies on AVX2.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "simd/parts/isa.hpp"

namespace gosset::GOSSET_ISA {
namespace {

/// g0..g3 are columns 8 * g + j, j = 0..7, as int32 in int8's range. Dword j of the panel order is
///   byte:   3            2            1           0
///           g3[j]        g2[j]        g1[j]       g0[j]
GOSSET_INLINE int32_t store_panel_bytes(__m256i g0, __m256i g1, __m256i g2, __m256i g3, int8_t* q) {
    const __m256i byte = _mm256_set1_epi32(0xff);
    const __m256i low = _mm256_or_si256(_mm256_and_si256(g0, byte),
                                        _mm256_slli_epi32(_mm256_and_si256(g1, byte), 8));
    const __m256i high = _mm256_or_si256(_mm256_slli_epi32(_mm256_and_si256(g2, byte), 16),
                                         _mm256_slli_epi32(g3, 24));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(q), _mm256_or_si256(low, high));
    const __m256i s = _mm256_add_epi32(_mm256_add_epi32(g0, g1), _mm256_add_epi32(g2, g3));
    __m128i t = _mm_add_epi32(_mm256_castsi256_si128(s), _mm256_extracti128_si256(s, 1));
    t = _mm_add_epi32(t, _mm_shuffle_epi32(t, 0x4e));
    t = _mm_add_epi32(t, _mm_shuffle_epi32(t, 0xb1));
    return _mm_cvtsi128_si32(t);
}

/// out[i] = (l0 + l2) + (l1 + l3) of the i-th vector.
GOSSET_INLINE void store_sums_of_4(__m128 a, __m128 b, __m128 c, __m128 d, float* out) {
    const __m128 ab = _mm_unpacklo_ps(a, b), cd = _mm_unpacklo_ps(c, d);    // a0 b0 a1 b1
    const __m128 ab2 = _mm_unpackhi_ps(a, b), cd2 = _mm_unpackhi_ps(c, d);  // a2 b2 a3 b3
    const __m128 s = _mm_add_ps(ab, ab2), t = _mm_add_ps(cd, cd2);          // 0 + 2 | 1 + 3
    _mm_storeu_ps(out, _mm_add_ps(_mm_movelh_ps(s, t), _mm_movehl_ps(t, s)));
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
