/// The tables of decode_avx512.hpp, each of 64 bytes by six bits of which some are foreign.
/// Relies on nothing; residue.hpp says what |d|, h, p1 and p2 are.
#pragma once

#include <cstdint>

#include "simd/parts/isa.hpp"

namespace gosset::GOSSET_ISA {

namespace {

template <int Q>
constexpr int size_of(int r) {
    return r < Q ? r : 2 * Q - r;
}

/// Key of residue r at coordinate i, ordered by |d|, then by i: the low nibble 2 * i + (d < 0) and
/// 32 |d|, 16 |d| or, for lack of room, 16 * (|d| / 2); in a group all |d| have the parity h.
template <int Q>
constexpr uint8_t key(int i, int r) {
    const int d = size_of<Q>(r), size = Q == 16 ? d / 2 * 16 : Q == 8 ? 16 * d : 32 * d;
    return uint8_t(size + 2 * i + (r >= Q));
}

/// By the bits of a residue, h among them; coordinate 7 has residues below Q.
template <int Q>
struct Keys {
    uint8_t at[8][64];
};
template <int Q>
constexpr Keys<Q> make_keys() {
    Keys<Q> t{};
    for (int i = 0; i < 8; ++i)
        for (int x = 0; x < 64; ++x) t.at[i][x] = key<Q>(i, x & (i == 7 ? Q - 1 : 2 * Q - 1));
    return t;
}
template <int Q>
alignas(64) constexpr Keys<Q> kKeys = make_keys<Q>();

/// Q = 16: what sum(key) / 4 is compared with, less the half sum of the keys of the longest (0
/// without p1) and the shortest. Both sides of the norm test doubled:
///     4 sum(|d| / 2) + 16 h + p1 (4Q - 8 (M / 2) - 4 h)  >  8Q + p2 (8 (m / 2) + 4 h)
/// by h and p1 (bits 0 and 5) and a bias of 20, which covers 4 h p2 too.
struct Bound {
    uint8_t at[64];
};
constexpr Bound make_bound() {
    Bound t{};
    for (int x = 0; x < 64; ++x) {
        const int h = x & 1, p1 = x >> 5 & 1;
        t.at[x] = uint8_t(128 - 16 * h - p1 * (64 - 4 * h) + 20);
    }
    return t;
}
alignas(64) constexpr Bound kBound = make_bound();

/// Q = 8: the pair (0, 7), bits 0-3 the residue of 0, 4 and 5 the upper bits of that of 7. `mean`
/// is 8 (|d| + |d'|), the mean of the keys without their low nibbles.
struct Outer {
    uint8_t most[64], least[64], mean[64];
};
constexpr Outer make_outer() {
    Outer t{};
    for (int x = 0; x < 64; ++x) {
        const int r = x & 15, s = (x >> 3 & 6) | (x & 1);
        const uint8_t a = key<8>(0, r), b = key<8>(7, s);
        t.most[x] = a > b ? a : b;
        t.least[x] = a > b ? b : a;
        t.mean[x] = uint8_t(8 * (size_of<8>(r) + size_of<8>(s)));
    }
    return t;
}
alignas(64) constexpr Outer kOuter = make_outer();

/// Q = 4: pairs (1, 2), (3, 4), (5, 6) and (0, 7). `sum` is 8 (|d| + |d'|), and for the last pair
/// what the norm test subtracts, less that.
struct Pairs {
    uint8_t most[4][64], least[4][64], sum[4][64];
};
constexpr Pairs make_pairs() {
    Pairs t{};
    for (int x = 0; x < 64; ++x)
        for (int pair = 0; pair < 4; ++pair) {
            const int h = x & 1, p1 = x >> 4 & 1;
            const int i = pair < 3 ? 2 * pair + 1 : 0, j = pair < 3 ? 2 * pair + 2 : 7;
            const int at_i = pair == 2 ? x >> 1 : x;
            const int at_j = pair == 2 ? x >> 3 : pair == 3 ? x >> 2 & 2 : x >> 2;
            const int r = (at_i & 6) | h, s = (at_j & 6) | h;
            const uint8_t a = key<4>(i, r), b = key<4>(j, s);
            const int sum = 8 * (size_of<4>(r) + size_of<4>(s));
            t.most[pair][x] = a > b ? a : b;
            t.least[pair][x] = a > b ? b : a;
            t.sum[pair][x] = uint8_t(pair < 3 ? sum : 128 - 64 * p1 - sum);
        }
    return t;
}
alignas(64) constexpr Pairs kPairs = make_pairs();

/// From the low nibble of a key to its opposite move, with a bit that tells it from none. No key
/// ends in 15, as coordinate 7 has residues below Q.
struct Turn {
    uint8_t at[16];
};
constexpr Turn make_turn() {
    Turn t{};
    for (int x = 0; x < 15; ++x) t.at[x] = uint8_t(0x40 | (x ^ 1));
    return t;
}
alignas(16) constexpr Turn kTurn = make_turn();

}  // namespace

}  // namespace gosset::GOSSET_ISA
