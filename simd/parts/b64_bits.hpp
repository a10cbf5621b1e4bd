/// What the lattice codecs need beyond simd/parts/b64.hpp: permuted bit fields of bytes, and a dot
/// whose activations differ from row to row. Relies on b64.hpp.
#pragma once

#include "simd/parts/b64.hpp"

namespace gosset::GOSSET_ISA {
namespace {

/// Bits of each byte moved by `distance` (left if positive) and masked, or'ed over all distances.
template <int distance, int b1, int b2, int b3, int b4>
GOSSET_INLINE B64 moved_bits(B64 a, B64 out) {
    constexpr int mask =
        (1 - b1 == distance && b1 >= 0 ? 2 : 0) | (2 - b2 == distance && b2 >= 0 ? 4 : 0) |
        (3 - b3 == distance && b3 >= 0 ? 8 : 0) | (4 - b4 == distance && b4 >= 0 ? 16 : 0);
    if constexpr (mask != 0) {
        if constexpr (distance > 0) out = and_or(shl16<distance>(a), set1(mask), out);
        if constexpr (distance == 0) out = and_or(a, set1(mask), out);
        if constexpr (distance < 0) out = and_or(shr16<-distance>(a), set1(mask), out);
    }
    if constexpr (distance < 4) return moved_bits<distance + 1, b1, b2, b3, b4>(a, out);
    return out;
}

/// out | (bit bK of a at bit K, K = 1..4; bK = -1: nothing there), byte by byte.
template <int b1, int b2, int b3, int b4>
GOSSET_INLINE B64 or_bits(B64 a, B64 out) {
#if defined(__AVX512VBMI__) && defined(__GFNI__)
    // vgf2p8affineqb: byte 7 - k of the matrix says which input bits make output bit k.
    constexpr auto row = [](int bit, int k) {
        return bit < 0 ? uint64_t(0) : uint64_t(1) << bit << 8 * (7 - k);
    };
    constexpr uint64_t matrix = row(b1, 1) | row(b2, 2) | row(b3, 3) | row(b4, 4);
    const __m512i m = _mm512_set1_epi64(static_cast<long long>(matrix));
    return B64{_mm512_gf2p8affine_epi64_epi8(a.v, m, 0)} | out;
#else
    return moved_bits<-7, b1, b2, b3, b4>(a, out);
#endif
}

/// acc += sum over the group bytes of w * x, w in [0, 127], x in [-127, 127] of the same lanes.
GOSSET_INLINE I32Rows dot_u7_lanes(I32Rows acc, B64 w, B64 x) {
#if defined(__AVX512VBMI__)
    return {_mm512_dpbusd_epi32(acc.v, w.v, x.v)};
#elif defined(__AVX2__)
    return {dot_u7({acc.lo, acc.lo}, {w.lo, w.lo}, x.lo).lo,
            dot_u7({acc.hi, acc.hi}, {w.hi, w.hi}, x.hi).lo};
#endif
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
