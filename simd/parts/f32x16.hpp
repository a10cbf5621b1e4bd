/// Sixteen floats, the virtual vector of every float kernel: one AVX-512 register, two of AVX2,
/// four of NEON, or a plain array. Each function gives the same bits on all of them. Relies on the
/// ISA's flags and, for loads, stores and arithmetic, on xsimd.
///
///   F32x16(f)                      f in every lane
///   + - * /   fma(a, b, c)         a * b + c, rounded once
///   select_less(a, b, yes, no)     a < b ? yes : no; NaN: no
///   smaller(a, b)   larger(a, b)   a < b ? a : b and a < b ? b : a: so larger passes over NaNs in
///   b abs   copysign(a, sign)   shift_left_23(a)   (the bits) flip(a, bits) negates the lanes
///   whose bit of bits[0, 16) is 1 larger_bits(a, b)              the larger as signed integers:
///   for |x|, with NaN above inf lane_xor<k>(a)                 lane i gets a's lane i ^ k; k = 1,
///   2, 4 or 8 first(a)                       lane 0 load store                     16 floats,
///   unaligned load_some store_some           the first n of them, n in [0, 16]; nothing else is
///   touched,
///                                  other lanes read as +0
///   load_half load_some_half store_half store_some_half      the same for IEEE binary16
///   store_panel(a, b, q)           32 columns (|x| <= 127.5) rounded to int8 in panel order;
///                                  returns their sum
///   store_sums(a, b, c, d, out)    out[0..4) = sum16 of each
///   store_transposed(a, out)       out[16 * i + k] = lane i of a[k], k < 16
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/parts/isa.hpp"

#if defined(__AVX512F__)
#include "simd/parts/f32x16_avx512.hpp"
#elif defined(__AVX2__)
#include "simd/parts/f32x16_avx2.hpp"
#elif defined(__aarch64__)
#include "simd/parts/f32x16_neon.hpp"
#else
#include "simd/parts/f32x16_plain.hpp"
#endif

namespace gosset::GOSSET_ISA {
namespace {

/// Whether one register holds all lanes; kernels choose their tiles by it.
constexpr bool kWide = kRegisters == 1;

/// The fixed tree: i with i + 8, then + 4, + 2, + 1.
GOSSET_INLINE float sum16(F32x16 v) {
    v = v + lane_xor<8>(v);
    v = v + lane_xor<4>(v);
    v = v + lane_xor<2>(v);
    v = v + lane_xor<1>(v);
    return first(v);
}

/// out[r * stride + i] = sum16(v[r][i])
template <int rows>
GOSSET_INLINE void store_sums(const F32x16 (&v)[rows][4], float* out, size_t stride) {
    if constexpr (kWide && rows == 4) return store_sums_4x4(v, out, stride);
    GOSSET_UNROLL
    for (int r = 0; r < rows; r++)
        store_sums(v[r][0], v[r][1], v[r][2], v[r][3], out + size_t(r) * stride);
}

#if !defined(__AVX512F__)
GOSSET_INLINE void store_transposed(const F32x16 (&a)[16], float* out) {
    float rows[16][16];
    for (int k = 0; k < 16; k++) store(rows[k], a[k]);
    for (int i = 0; i < 16; i++) {
        for (int k = 0; k < 16; k++) out[16 * i + k] = rows[k][i];
    }
}
#endif
GOSSET_INLINE float max16(F32x16 v) {
    v = larger(v, lane_xor<8>(v));
    v = larger(v, lane_xor<4>(v));
    v = larger(v, lane_xor<2>(v));
    v = larger(v, lane_xor<1>(v));
    return first(v);
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
