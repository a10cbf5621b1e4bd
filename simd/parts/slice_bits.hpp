/// What the lattice codecs need beyond simd/parts/slice.hpp: permuted bit fields of bytes.
/// Relies on slice.hpp.
#pragma once

#include "simd/parts/slice.hpp"
#include "simd/parts/slice_tables.hpp"

namespace gosset::GOSSET_ISA {
namespace {

/// Bits of each byte moved by `distance` (left if positive) and masked, or'ed over all distances.
template <int distance, int b1, int b2, int b3, int b4>
GOSSET_INLINE Bytes moved_bits(Bytes a, Bytes out) {
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

/// out | (bit bK of a at bit K, K = 1..4; bK = -1: nothing there), byte by byte. Those bits of out
/// are 0.
template <int b1, int b2, int b3, int b4>
GOSSET_INLINE Bytes or_bits(Bytes a, Bytes out) {
#if defined(__AVX512VBMI__)
    constexpr auto from = [](int bit, int k) {
        return bit < 0 ? uint64_t(0) : uint64_t(1) << bit << 8 * k;
    };
    return bit_matrix<from(b1, 1) | from(b2, 2) | from(b3, 3) | from(b4, 4)>(a) | out;
#else
    return moved_bits<-7, b1, b2, b3, b4>(a, out);
#endif
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
