/// What codecs of grids need beyond simd/parts/slice.hpp: several tables of levels under one index,
/// and signs, which are reflections of a grid. Relies on slice.hpp.
///
///   LevelIndex<n>  made from Bytes, of which only bits 0 .. log2(n) - 1 count; n = 32 or 64
///   Levels<n>      n levels (int8), formed by form_s8: lookup(levels, index)
///   Signs          sign_of<k>(a): of bit k = 5, 6, 7;  signs(mask);  a ^ b
///                  negate(signs, w): w formed levels; -128 stays
///   quarter_bit<slice, k>(plane)
///                  a Mask from 16 bytes, in which byte lane l of the panel is at bit
///                  2 * (l / 16) + k, k = 0 or 1, of byte l % 16
#pragma once

#include <type_traits>

#include "simd/parts/slice.hpp"

namespace gosset::GOSSET_ISA {
namespace {

#if defined(__AVX512VBMI__)

// vpermb looks at bits 0-5; a table of 32 is there twice.
template <int n>
struct LevelIndex {
    explicit GOSSET_INLINE LevelIndex(Bytes index) : v(index) {}
    Bytes v;
};
template <int n>
using LevelTable = std::conditional_t<n == 64, Table64, Table32>;
template <int n>
struct Levels {
    explicit GOSSET_INLINE Levels(const void* p) : t(p) { t.v = form_s8({t.v}).v; }
    LevelTable<n> t;
};
template <int n>
GOSSET_INLINE Bytes lookup(const Levels<n>& levels, const LevelIndex<n>& index) {
    return lookup(levels.t, index.v);
}

struct Signs {
    __mmask64 m;
};
GOSSET_INLINE Signs signs(Mask a) {
    return {a.m};
}
template <int k>
GOSSET_INLINE Signs sign_of(Bytes a) {
    if constexpr (k == 7) return {sign_bit(a).m};
    return {any_bit(a, set1(1 << k)).m};
}
GOSSET_INLINE Signs operator^(Signs a, Signs b) {
    return {a.m ^ b.m};
}
// A formed level is 128 + w: its negative mod 256 is 128 - w.
GOSSET_INLINE Bytes negate(Signs s, Bytes w) {
    return {_mm512_mask_sub_epi8(w.v, s.m, _mm512_setzero_si512(), w.v)};
}

template <int slice, int k>
GOSSET_INLINE Mask quarter_bit(const uint8_t* plane) {
    const __m512i bit =
        _mm512_set_epi64(0x4040404040404040 << k, 0x4040404040404040 << k, 0x1010101010101010 << k,
                         0x1010101010101010 << k, 0x0404040404040404 << k, 0x0404040404040404 << k,
                         0x0101010101010101 << k, 0x0101010101010101 << k);
    return {_mm512_test_epi8_mask(Table16(plane).v, bit)};
}

#elif defined(__AVX2__)

// vpshufb gives 0 where bit 7 of the index is set, and else looks at its low four bits: tables of
// differences by xor add up to the entry. The n / 16 indices serve all tables.
template <int n>
struct LevelIndex {
    explicit GOSSET_INLINE LevelIndex(Bytes index) {
        v[0] = index & set1(n - 1);
        GOSSET_UNROLL
        for (int k = 1; k < n / 16; k++) v[k] = sub(v[0], set1(16 * k));
    }
    Bytes v[n / 16];
};
template <int n>
struct Levels {
    explicit GOSSET_INLINE Levels(const void* p) {
        const char* at = static_cast<const char*>(p);
        v[0] = both_halves(at);
        GOSSET_UNROLL
        for (int k = 1; k < n / 16; k++)
            v[k] = _mm256_xor_si256(both_halves(at + 16 * k), both_halves(at + 16 * k - 16));
    }
    __m256i v[n / 16];
};
template <int n>
GOSSET_INLINE Bytes lookup(const Levels<n>& levels, const LevelIndex<n>& index) {
    Bytes k[n / 16];
    GOSSET_UNROLL
    for (int i = 0; i < n / 16; i++) k[i] = {_mm256_shuffle_epi8(levels.v[i], index.v[i].v)};
    if constexpr (n == 32) return k[0] ^ k[1];
    if constexpr (n == 64) return (k[0] ^ k[1]) ^ (k[2] ^ k[3]);
}

/// Bytes as vpsignb wants them: negative, or positive and not 0.
struct Signs {
    Bytes v;
};
GOSSET_INLINE Signs signs(Mask a) {
    return {a.m | set1(1)};
}
template <int k>
GOSSET_INLINE Signs sign_of(Bytes a) {
    if constexpr (k == 7) return {a | set1(1)};
    if constexpr (k == 6) return {add(a, a) | set1(1)};
    if constexpr (k < 6) return {shl16<7 - k>(a) | set1(1)};
}
GOSSET_INLINE Signs operator^(Signs a, Signs b) {
    return {(a.v ^ b.v) | set1(1)};
}
GOSSET_INLINE Bytes negate(Signs s, Bytes w) {
    return {_mm256_sign_epi8(w.v, s.v.v)};
}

template <int slice, int k>
GOSSET_INLINE Mask quarter_bit(const uint8_t* plane) {
    constexpr int first = 1 << (4 * slice + k), second = 4 * first;
    const __m256i bit = _mm256_setr_m128i(_mm_set1_epi8(char(first)), _mm_set1_epi8(char(second)));
    return {{_mm256_cmpeq_epi8(_mm256_and_si256(both_halves(plane), bit), bit)}};
}

#else

template <int n>
struct LevelIndex {
    explicit GOSSET_INLINE LevelIndex(Bytes index) : v(index & set1(n - 1)) {}
    Bytes v;
};
template <int n>
using LevelTable = std::conditional_t<n == 64, Table64, Table32>;
template <int n>  // form_s8 does nothing here
struct Levels {
    explicit GOSSET_INLINE Levels(const void* p) : t(p) {}
    LevelTable<n> t;
};
template <int n>
GOSSET_INLINE Bytes lookup(const Levels<n>& levels, const LevelIndex<n>& index) {
    return lookup(levels.t, index.v);
}

/// Bytes of 0 or 0xff.
struct Signs {
    Bytes m;
};
GOSSET_INLINE Signs signs(Mask a) {
    return {a.m};
}
template <int k>
GOSSET_INLINE Signs sign_of(Bytes a) {
    if constexpr (k == 7) return {{vreinterpretq_u8_s8(vshrq_n_s8(vreinterpretq_s8_u8(a.v), 7))}};
    return {any_bit(a, set1(1 << k)).m};
}
GOSSET_INLINE Signs operator^(Signs a, Signs b) {
    return {a.m ^ b.m};
}
GOSSET_INLINE Bytes negate(Signs s, Bytes w) {
    return sub(w ^ s.m, s.m);
}

template <int slice, int k>
GOSSET_INLINE Mask quarter_bit(const uint8_t* plane) {
    return any_bit(load(plane), set1(1 << (2 * slice + k)));
}

#endif

}  // namespace
}  // namespace gosset::GOSSET_ISA
