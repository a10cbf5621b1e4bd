/// The bytes of a pvq panel and the enumeration of P(8, K), K = 6, 13, 25. Relies on nothing;
/// shared by the reference, the kernels and the encoder.
///
/// P(N, K) is the set of y in Z^N with |y_0| + ... + |y_{N-1}| = K: the pyramid. A group is 8
/// consecutive columns of one row; a panel has 16 rows x 4 groups. Dword r of a 64-byte vector
/// belongs to row r. (gN: a bit of the gain, sw: the halves are exchanged, u1, u2: unit
/// quaternions; see halves.hpp.)
///
/// K = 6, 128 bytes: vector v (0, 1) has groups 2v (low 16 bits) and 2v + 1 (high 16 bits) of a
/// row. The place of `orbit` differs, so that one shift or mask finds each field.
///
///     bit   31        21 20 19 18   16 15 14 13   11 10         0
///          |   orbit    |g0|sw|  u1   |g0|sw|  u1   |   orbit    |
///          |------- group 2v + 1 -----|-------- group 2v --------|
///
/// K = 13, 192 bytes: vectors 0 and 1 have words of groups 2v and 2v + 1 as above, vector 2 has
/// byte g of dword r for group g.
///
///     bit   15                       1  0        bit   7  6    4  3  2    0
///          |       index             |g1|             |g0|  u2  |sw|  u1   |
///
/// K = 25, 256 bytes: vector g has a dword for group g; `index` counts gains too.
///
///     bit   31                                         7  6    4  3  2    0
///          |                    index                   |  u2  |sw|  u1   |
#pragma once

#include <cstdint>

namespace gosset::pvq {

/// Points of P(4, k) up to the 8 rotations by unit quaternions: V(4, k) / 8 = k (k^2 + 2) / 3. The
/// origin, which they all keep, counts as one.
constexpr uint32_t half_count(uint32_t k) {
    return k ? k * (k * k + 2) / 3 : 1;
}

/// How many halves and orbits the tables hold (halves.hpp).
inline constexpr uint32_t kHalves = half_count(25), kOrbits = 1699, kOrbitEntries = 2048;
static_assert(kHalves == 5225);

/// One group's code. Any value of the fields has a meaning.
struct Fields {
    uint32_t index;  ///< K = 6: the orbit
    uint32_t unit1, unit2, swap, gain;
};

/// Where the splits of K pulses into a for one half and K - a for the other, a > K / 2, begin among
/// the indices: index = start(a) + r2 * half_count(a) + r1, for point r1 of the half with a pulses
/// and point r2 of the other.
template <uint32_t K>
struct Splits;

/// Starts are multiples of kBucket, so that the high bits of an index say what a is.
template <>
struct Splits<13> {
    static constexpr uint32_t kFirst = 7, kCount = 7, kBucket = 512, kBuckets = 64;
    static constexpr uint32_t kEnd = kBucket * kBuckets;  ///< of the index

    static constexpr uint32_t start(uint32_t a) {
        uint32_t at = 0;
        for (uint32_t s = kFirst; s < a; s++)
            at += (half_count(s) * half_count(13 - s) + kBucket - 1) / kBucket * kBucket;
        return at;
    }
    static constexpr uint32_t split_of(uint32_t index) {
        uint32_t a = kFirst;
        while (a < 13 && start(a + 1) <= index) a++;
        return a;
    }
};
static_assert(Splits<13>::start(13) + half_count(13) <= Splits<13>::kEnd);

/// The splits lie densely, from a = 25 down to 13. kBase is added to an index so that as a float it
/// has at most one start between neighbouring values of its exponent and first three fraction bits.
/// Indices up to kPerGain have one meaning for each of 13 gains.
template <>
struct Splits<25> {
    static constexpr uint32_t kFirst = 13, kCount = 13, kBase = 1 << 14;
    static constexpr uint32_t kPerGain = (1u << 25) / 13 / 8 * 8;  ///< a multiple of 8

    static constexpr uint32_t start(uint32_t a) {
        uint32_t at = 0;
        for (uint32_t s = 25; s > a; s--) at += half_count(s) * half_count(25 - s);
        return at;
    }
    static constexpr uint32_t split_of(uint32_t index) {
        uint32_t a = 25;
        while (a > kFirst && start(a - 1) <= index) a--;
        return a;
    }
};
static_assert(Splits<25>::start(13) + half_count(13) * half_count(12) <= Splits<25>::kPerGain);

/// Geometry of the member with K pulses.
template <uint32_t K>
struct Layout {
    static_assert(K == 6 || K == 13 || K == 25);
    static constexpr uint32_t kBits = K == 6 ? 2 : K == 13 ? 3 : 4;  ///< per weight
    static constexpr uint32_t kGains = K == 6 ? 2 : K == 13 ? 4 : 13;
    static constexpr uint32_t kPanelBytes = 64 * kBits;
};

/// Bytes of activations that the kernels want beside q, per token and 32 columns: for group g, half
/// h and unit u the dword 16 * g + 8 * h + u is the 4 activations of the half times u transposed,
/// that is conj(u) x.
inline constexpr uint32_t kExtBytes = 256;

/// A unit quaternion u = 0..7 (1, i, j, k, and their negatives) times x: coordinate i of the
/// product is kTurnSign[u % 4][i] * x[kTurnFrom[u % 4][i]], negated when u >= 4.
inline constexpr int8_t kTurnFrom[4][4] = {{0, 1, 2, 3}, {1, 0, 3, 2}, {2, 3, 0, 1}, {3, 2, 1, 0}};
inline constexpr int8_t kTurnSign[4][4] = {
    {1, 1, 1, 1}, {-1, 1, -1, 1}, {-1, 1, 1, -1}, {-1, -1, 1, 1}};

constexpr uint32_t conj(uint32_t unit) {
    return unit % 4 ? unit ^ 4 : unit;
}
constexpr void turn(uint32_t unit, const int x[4], int out[4]) {
    for (int i = 0; i < 4; i++) {
        const int v = kTurnSign[unit % 4][i] * x[kTurnFrom[unit % 4][i]];
        out[i] = unit & 4 ? -v : v;
    }
}

constexpr uint32_t read32(const uint8_t* p) {
    return uint32_t(p[0]) | uint32_t(p[1]) << 8 | uint32_t(p[2]) << 16 | uint32_t(p[3]) << 24;
}
constexpr void or32(uint8_t* p, uint32_t v) {
    for (int i = 0; i < 4; i++) p[i] = uint8_t(p[i] | v >> 8 * i);
}

/// The fields of group g of a row of a panel.
template <uint32_t K>
constexpr Fields get_fields(const uint8_t* panel, uint32_t row, uint32_t g) {
    const uint8_t* dword = panel + 4 * row;
    if constexpr (K == 6) {
        const uint32_t w = read32(dword + 64 * (g / 2));
        const uint32_t orbit = g % 2 ? w >> 21 : w & 0x7ff, rest = g % 2 ? w >> 16 : w >> 11;
        return {orbit, rest & 7, rest & 7, rest >> 3 & 1, rest >> 4 & 1};
    } else if constexpr (K == 13) {
        const uint32_t w = read32(dword + 64 * (g / 2)) >> 16 * (g % 2) & 0xffff;
        const uint32_t b = dword[128 + g];
        return {w >> 1, b & 7, b >> 4 & 7, b >> 3 & 1, (b >> 7) | (w & 1) << 1};
    } else {
        const uint32_t w = read32(dword + 64 * g), n = Splits<25>::kPerGain;
        return {(w >> 7) % n, w & 7, w >> 4 & 7, w >> 3 & 1, (w >> 7) / n};
    }
}

/// Sets them; the panel's bytes start as 0.
template <uint32_t K>
constexpr void put_fields(uint8_t* panel, uint32_t row, uint32_t g, const Fields& f) {
    uint8_t* dword = panel + 4 * row;
    if constexpr (K == 6) {
        const uint32_t rest = f.unit1 | f.swap << 3 | f.gain << 4;
        or32(dword + 64 * (g / 2), g % 2 ? rest << 16 | f.index << 21 : f.index | rest << 11);
    } else if constexpr (K == 13) {
        or32(dword + 64 * (g / 2), (f.index << 1 | f.gain >> 1) << 16 * (g % 2));
        dword[128 + g] = uint8_t(f.unit1 | f.swap << 3 | f.unit2 << 4 | (f.gain & 1) << 7);
    } else {
        const uint32_t index = f.index + f.gain * Splits<25>::kPerGain;
        or32(dword + 64 * g, f.unit1 | f.swap << 3 | f.unit2 << 4 | index << 7);
    }
}

}  // namespace gosset::pvq
