/// The tables of the enumeration: constants of the codec, made at compile time (halves.cpp).
///
/// A half is a point of P(4, k). Multiplication by the 8 unit quaternions +-1, +-i, +-j, +-k
/// permutes and negates its coordinates, keeps k and moves every point but the origin: V(4, k) is a
/// multiple of 8, and a half is a unit (3 bits) times one representative. As representative we take
/// (m, b, c, d) with m >= |b|, |c|, |d|. As m = k - t with t = |b| + |c| + |d|, representatives of
/// k are all (b, c, d) with t + max(|b|, |c|, |d|) < k, and some where it is k and a coordinate as
/// large as m could stand in front. So one list, ordered by that number, serves all k: those of k
/// are its first half_count(k) entries.
#pragma once

#include "simd/codecs/pvq/layout.hpp"

namespace gosset::pvq {

/// Bytes -t, b, c, d of an entry, from the lowest, as int8.
struct alignas(64) HalfTable {
    uint32_t entry[kHalves];
};
extern const HalfTable kHalfTable;

/// 8 minus each byte of the first entries, all that K = 13 needs for the half of fewer pulses.
struct alignas(64) SmallHalfTable {
    uint32_t entry[96];
};
extern const SmallHalfTable kSmallHalfTable;

/// P(8, 6) up to a unit that multiplies both halves and up to their exchange. Byte i of an entry
/// has coordinate i of the first half + 6 in the low nibble, of the second + 6 in the high nibble.
/// Entries from kOrbits on are points of zeros.
struct alignas(64) OrbitTable {
    uint32_t entry[kOrbitEntries];
};
extern const OrbitTable kOrbitTable;

/// Point r of the list with k pulses. (From half_count(k) on it has another number of pulses.)
inline void half_point(uint32_t r, int k, int out[4]) {
    for (int i = 0; i < 4; i++) out[i] = int8_t(kHalfTable.entry[r] >> 8 * i);
    out[0] += k;
}

/// A point of P(8, 6) whose first half, point r1 of a >= 3 pulses, is a representative and whose
/// second is unit * (point r2 of 6 - a pulses).
struct Orbit {
    uint32_t a, r1, r2, unit;
};
/// Its place in the table; kOrbitEntries where the exchanged halves, (conj(unit) r1, r2) once the
/// second is turned to its representative, are in the table instead. The unit of an origin is 0.
constexpr uint32_t orbit_index(const Orbit& o) {
    if (o.a == 6) return o.r1;
    uint32_t at = half_count(6);
    if (o.a == 5) return at + o.r1 + half_count(5) * o.unit;
    at += 8 * half_count(5);
    if (o.a == 4) return at + o.r1 + half_count(4) * (o.unit + 8 * o.r2);
    at += 8 * half_count(4) * half_count(2);
    if (o.r1 < o.r2) return at + 8 * (o.r2 * (o.r2 - 1) / 2 + o.r1) + o.unit;
    at += 4 * half_count(3) * (half_count(3) - 1);
    if (o.r1 == o.r2 && o.unit <= 4) return at + 5 * o.r1 + o.unit;
    return kOrbitEntries;
}
static_assert(orbit_index({3, 10, 10, 4}) + 1 == kOrbits);

}  // namespace gosset::pvq
