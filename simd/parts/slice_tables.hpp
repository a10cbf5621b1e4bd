/// More of the vocabulary of slice.hpp, for codecs that look levels up: tables of 32 in two halves,
/// planes of half bytes and, on AVX-512, what goes with 64-byte tables.
///
///   TablePair          two Table16: lookup_low(pair, v, choice), lookup_high(pair, v, choice): by
///                      the lower or upper half of each byte, choice says which table; Choice c =
///                      choice<bit>(v): the second where v has that bit
///   nibbles<s>(p)      bytes whose low halves are a plane of 32 bytes at p, as lanes of slice s:
///                      lane L < 32 the low half of byte L, else the high half of byte L - 32. The
///                      high halves are anything.
///   AVX-512 only:
///   Table64(v)         of a vector; lookup reads the low six bits of an index
///   insert(a, m, o)    a but for the bits m, which are those of o
///   or_and(a, o, m)    a | (o & m);  and_xor<m>(a, x): (a & m) ^ x
///   bit_matrix<m>(a)   bit k of a byte is the parity of byte k of m and the byte of a
///   AVX2 only, for loops that the vector ports limit and loads do not:
///   SizedSums          w as int8, -128 excluded, with the activations' sizes kept in memory
///   ScalePairs         a ScaleTable of 2 KiB: the scales of two rows by a byte of indices
#pragma once

#include "simd/parts/slice.hpp"

namespace gosset::GOSSET_ISA {
namespace {

#if defined(__AVX512VBMI__)

struct TablePair {
    Table16 first, second;
    GOSSET_INLINE TablePair(Bytes a, Bytes b) : first(a), second(b) {}
};
using Choice = Mask;
template <int bit>
GOSSET_INLINE Choice choice(Bytes v) {
    return any_bit(v, set1(1 << bit));
}
GOSSET_INLINE Bytes lookup_low(const TablePair& t, Bytes v, Choice c) {
    const Bytes index = v & set1(15);
    return select(c, lookup(t.second, index), lookup(t.first, index));
}
GOSSET_INLINE Bytes lookup_high(const TablePair& t, Bytes v, Choice c) {
    return lookup_low(t, shr16<4>(v), c);
}

template <int s>
GOSSET_INLINE Bytes nibbles(const uint8_t* p) {
    const __m512i twice =
        _mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    const __m512i shifts = _mm512_set_epi64(0x0004000400040004, 0x0004000400040004,
                                            0x0004000400040004, 0x0004000400040004, 0, 0, 0, 0);
    return {_mm512_srlv_epi16(twice, shifts)};
}

// As blend and and_or, but for the operand whose register the result may take.
GOSSET_INLINE Bytes insert(Bytes a, Bytes m, Bytes o) {
    return {_mm512_ternarylogic_epi32(a.v, m.v, o.v, 0xb8)};
}
GOSSET_INLINE Bytes or_and(Bytes a, Bytes o, Bytes m) {
    return {_mm512_ternarylogic_epi32(a.v, o.v, m.v, 0xf8)};
}
template <int mask>
GOSSET_INLINE Bytes and_xor(Bytes a, Bytes x) {
    return {_mm512_ternarylogic_epi32(a.v, x.v, set1(mask).v, 0x6c)};
}

template <uint64_t m>
GOSSET_INLINE Bytes bit_matrix(Bytes a) {  // vgf2p8affineqb: its byte 7 - k makes bit k
    return {_mm512_gf2p8affine_epi64_epi8(
        a.v, _mm512_set1_epi64(static_cast<long long>(__builtin_bswap64(m))), 0)};
}

#elif defined(__AVX2__)

struct TablePair {
    Table16 first, second;
    GOSSET_INLINE TablePair(Bytes a, Bytes b) : first(a), second(b) {}
};
struct Choice {
    Bytes bit7;  ///< as vpblendvb reads it
};
template <int bit>
GOSSET_INLINE Choice choice(Bytes v) {
    if constexpr (bit == 7) return {v};
    return {shl16<7 - bit>(v)};
}
GOSSET_INLINE Bytes lookup_low(const TablePair& t, Bytes v, Choice c) {
    const Bytes index = v & set1(15);
    return {_mm256_blendv_epi8(lookup(t.first, index).v, lookup(t.second, index).v, c.bit7.v)};
}
GOSSET_INLINE Bytes lookup_high(const TablePair& t, Bytes v, Choice c) {
    return lookup_low(t, shr16<4>(v), c);
}

template <int s>
GOSSET_INLINE Bytes nibbles(const uint8_t* p) {
    const Bytes both = load(p);
    return s == 0 ? both : shr16<4>(both);
}

/// A block's activations and their absolute values, made once and read again by every slice.
struct SizedInputs : Inputs {
    explicit GOSSET_INLINE SizedInputs(const int8_t* block) : Inputs(block) {
        _mm256_store_si256(reinterpret_cast<__m256i*>(size), _mm256_abs_epi8(load(block).v));
        asm("" : "+m"(size));  // else GCC shuffles the dwords out of the register it has stored
    }
    /// Sum over g of w * x_j as |x| times sign(x) w: an instruction less than dot_s8, which must
    /// ask for |w| each time.
    template <int j>
    GOSSET_INLINE I32Rows dot(Bytes w) const {
        const __m256i sizes = _mm256_set1_epi32(load_unaligned<int32_t>(size + 4 * j));
        const __m256i signed_w = _mm256_sign_epi8(w.v, coordinate<j>(*this));
        return widen(_mm256_maddubs_epi16(sizes, signed_w));
    }
    alignas(32) int8_t size[32];
};

struct SizedSums : PlainSums<kAccs> {
    using Block = SizedInputs;
    using PlainSums<kAccs>::PlainSums;
    GOSSET_INLINE static int32_t start(int32_t) { return 0; }
    GOSSET_INLINE static Bytes form(Bytes w) { return w; }
    GOSSET_INLINE static int level(uint8_t w) { return int8_t(w); }
    template <int j>
    GOSSET_INLINE void add(Bytes w, const SizedInputs& x) {
        acc<j>() = acc<j>() + x.dot<j>(w);
    }
};

struct ScalePairs {
    explicit GOSSET_INLINE ScalePairs(const float* table) {
        for (int odd = 0; odd < 16; odd++)
            for (int even = 0; even < 16; even++)
                pair[16 * odd + even][0] = table[even], pair[16 * odd + even][1] = table[odd];
    }
    alignas(64) float pair[256][2];
};
template <int slice>
GOSSET_INLINE F32Rows lookup(const ScalePairs& t, const ScaleIndex& index) {
    const auto two = [&](int i) __attribute__((always_inline)) {
        const float* pair = t.pair[index.nibbles[4 * slice + i]];
        return _mm256_castpd_ps(_mm256_set1_pd(load_unaligned<double>(pair)));
    };
    return {_mm256_blend_ps(_mm256_blend_ps(two(0), two(1), 0x0c),
                            _mm256_blend_ps(two(2), two(3), 0xc0), 0xf0)};
}

#else

struct TablePair {
    uint8x16x2_t v;
    GOSSET_INLINE TablePair(Bytes a, Bytes b) : v{{a.v, b.v}} {}
};
struct Choice {
    Bytes bit4;  ///< 16 or 0, to be added to an index
};
template <int bit>
GOSSET_INLINE Choice choice(Bytes v) {
    if constexpr (bit > 4) return {shr16<bit - 4>(v) & set1(16)};
    if constexpr (bit < 4) return {shl16<4 - bit>(v) & set1(16)};
    return {v & set1(16)};
}
GOSSET_INLINE Bytes lookup_low(const TablePair& t, Bytes v, Choice c) {
    return {vqtbl2q_u8(t.v, and_or(v, set1(15), c.bit4).v)};
}
GOSSET_INLINE Bytes lookup_high(const TablePair& t, Bytes v, Choice c) {
    return {vqtbl2q_u8(t.v, (shr<4>(v) | c.bit4).v)};
}

template <int s>
GOSSET_INLINE Bytes nibbles(const uint8_t* p) {
    const Bytes both = load(p + 16 * (s % 2));
    return s < 2 ? both : shr16<4>(both);
}

#endif

}  // namespace
}  // namespace gosset::GOSSET_ISA
