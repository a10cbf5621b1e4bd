/// Tables of levels by what a vector of codes looks like: an index byte has the bits of m
/// somewhere, and what they imply xored into others; a map says which list entry that is. The list
/// comes from the file, so the tables are made at the start of a call, one lookup each. Relies on
/// simd/parts/slice_tables.hpp.
#pragma once

#include "simd/parts/slice_tables.hpp"

namespace gosset::GOSSET_ISA {
namespace {

struct Map {
    alignas(64) uint8_t at[64];
};

/// m = base, and bit k of it the parity of the bits `masks[k]` of the index byte; bits in none are
/// ignored. `period`: how many index bytes matter, 64 or (tables of 16) 16.
template <int period, int base, int... masks>
constexpr Map make_map() {
    Map map{};
    for (int i = 0; i < 64; ++i) {
        int bit = 0;
        map.at[i] = uint8_t(base);
        for (const int mask : {masks...}) {
            int ones = 0;
            for (int b = 0; b < 6; ++b) ones ^= (i % period & mask) >> b & 1;
            map.at[i] |= uint8_t(ones << bit++);
        }
    }
    return map;
}
template <int period, int base, int... masks>
constexpr Map kMap = make_map<period, base, masks...>();

/// Levels of the list, formed, by an index byte.
template <int period, int base, int... masks>
GOSSET_INLINE Bytes mapped(const Table32& list) {
    return form_s8(lookup(list, load(kMap<period, base, masks...>.at)));
}

/// The codeword of four information bits: bit from[j] of the index byte is mj.0, j = 0..3; bit
/// to[j] of the result is mj.0, j = 0..7; -1: it is not wanted.
constexpr Map make_codewords(const int (&from)[4], const int (&to)[8]) {
    Map map{};
    for (int i = 0; i < 64; ++i) {
        int m[8] = {};
        for (int j = 0; j < 4; ++j) m[j] = i >> from[j] & 1;
        m[4] = m[0] ^ m[1] ^ m[2], m[5] = m[0] ^ m[1] ^ m[3];
        m[6] = m[0] ^ m[2] ^ m[3], m[7] = m[1] ^ m[2] ^ m[3];
        for (int j = 0; j < 8; ++j)
            if (to[j] >= 0) map.at[i] |= uint8_t(m[j] << to[j]);
    }
    return map;
}
/// From a nibble, bit j = mj.0 for both.
constexpr Map kCodewords = make_codewords({0, 1, 2, 3}, {0, 1, 2, 3, 4, 5, 6, 7});

}  // namespace
}  // namespace gosset::GOSSET_ISA
