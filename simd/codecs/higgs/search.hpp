/// Exact nearest points of higgs grids for four vectors at once: a lane is four columns of one row.
/// Also under a diagonal weight of the squared error. For the encoder only; relies on
/// simd/parts/encode_lanes.hpp.
///
/// All points of the table are tried; the symmetries that shrink a grid shrink the search too. The
/// squared error is |x|^2 + |c|^2 - 2 <x, c>, and of all reflections of c that the code can name
/// the best is the one with the largest <x, c>: by the signs of the products.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "simd/codecs/higgs/layout.hpp"
#include "simd/parts/encode_lanes.hpp"

namespace gosset::higgs {

/// A grid in levels: entry i of the tables. For b4 they are >= 0.
struct Grid {
    std::array<float, 4> point[64];
};

/// The best of the points seen, by a cost that is less than the squared error by |x|^2.
struct Best {
    F4 cost = splat(3.4e38f);
    I4 index = {};

    void see(F4 candidate, uint32_t i) {
        const I4 better = candidate < cost;
        cost = min4(candidate, cost);
        const auto at = int32_t(i);
        index = select(better, I4{at, at, at, at}, index);
    }
};

/// x times the weights, doubled.
struct Scaled {
    F4 v[4];
    Scaled(const F4 x[4], const F4 w[4]) {
        for (int t = 0; t < 4; ++t) v[t] = 2.0f * (x[t] * w[t]);
    }
};

/// Weighted squared norm of a pair.
inline F4 norm(const float* c, const F4 w[2]) {
    return w[0] * (c[0] * c[0]) + w[1] * (c[1] * c[1]);
}

/// Member b4: the nearest point is in the quadrant of x.
inline I4 nearest_mirrored(const Grid& grid, const Scaled& wx2, const F4 w[4]) {
    Best best[2];
    for (uint32_t i = 0; i < 64; ++i)
        for (int k = 0; k < 2; ++k) {
            const float* c = grid.point[i].data();
            const F4 dot2 = abs4(wx2.v[2 * k]) * c[0] + abs4(wx2.v[2 * k + 1]) * c[1];
            best[k].see(norm(c, w + 2 * k) - dot2, i);
        }
    I4 code[2];
    for (int k = 0; k < 2; ++k)
        code[k] =
            best[k].index | (sign_mask(wx2.v[2 * k]) & 0x80) | (sign_mask(wx2.v[2 * k + 1]) & 0x40);
    return code[0] | code[1] << 8;
}

/// Members b3 and b3q: a pair or its negative; for b3q, both pairs with column 0 negated or
/// neither.
template <Member m>
I4 nearest_coset(const Grid& grid, const Scaled& wx2, const F4 w[4]) {
    constexpr int kinds = m == Member::b3q ? 2 : 1;
    Best best[kinds][2];
    for (uint32_t i = 0; i < 32; ++i)
        for (int k = 0; k < 2; ++k) {
            const float* c = grid.point[i].data();
            const F4 n = norm(c, w + 2 * k), p = wx2.v[2 * k] * c[0], q = wx2.v[2 * k + 1] * c[1];
            best[0][k].see(n - abs4(q + p), i);
            if constexpr (m == Member::b3q) best[1][k].see(n - abs4(q - p), i);
        }
    I4 negate = {};
    if constexpr (m == Member::b3q)
        negate = best[1][0].cost + best[1][1].cost < best[0][0].cost + best[0][1].cost;
    I4 code = negate & 1 << 12;
    for (int lane = 0; lane < 4; ++lane)
        for (int k = 0; k < 2; ++k) {
            const int32_t i = best[negate[lane] ? kinds - 1 : 0][k].index[lane];
            const float p = wx2.v[2 * k][lane] * grid.point[i][0];
            const float q = wx2.v[2 * k + 1][lane] * grid.point[i][1];
            code[lane] |= (i | ((negate[lane] ? q - p : q + p) < 0 ? 32 : 0)) << 6 * k;
        }
    return code;
}

/// What nearest_even found in one lane, with the signs of its products: an even number of them.
template <Member m>
int32_t even_code(const Grid& grid, const Scaled& wx2, int lane, uint32_t i, uint32_t swap) {
    F4 p;
    for (uint32_t t = 0; t < 4; ++t) p[t] = wx2.v[t][lane] * grid.point[i][t ^ swap];
    uint32_t negatives = 0;
    int least = 0;
    for (int t = 0; t < 4; ++t) {
        negatives |= uint32_t(bits_of(p)[t] < 0) << t;
        if (abs4(p)[t] < abs4(p)[least]) least = t;
    }
    if (std::popcount(negatives) % 2) negatives ^= 1u << least;
    const uint32_t n0 = negatives & 1, n1 = negatives >> 1 & 1, n2 = negatives >> 2 & 1;
    return int32_t(i | n0 << 7 | n1 << 6 | n2 << (m == Member::b2 ? 5 : 8) | swap << 9);
}

/// One point, its columns swapped in pairs or not, with the best even number of signs. Where an odd
/// number would be best, that of the least product gives in.
template <uint32_t swap>
inline void see_even(const F4 c[4], const Scaled& wx2, const F4 w[4], uint32_t i, Best& best) {
    F4 p[4], n = splat(0.0f), dot2 = splat(0.0f);
    I4 odd = {};
    for (uint32_t t = 0; t < 4; ++t) {
        const F4 v = c[t ^ swap];
        p[t] = wx2.v[t] * v, n += w[t] * (v * v);
        odd ^= bits_of(p[t]);
        p[t] = abs4(p[t]), dot2 += p[t];
    }
    const F4 least = min4(min4(p[0], p[1]), min4(p[2], p[3]));
    best.see(n - (dot2 - 2.0f * floats_of(bits_of(least) & odd >> 31)), i);
}

/// Members b2 and b2h: an even number of signs and, for b2h, both pairs in order or both swapped.
template <Member m>
I4 nearest_even(const Grid& grid, const Scaled& wx2, const F4 w[4]) {
    constexpr uint32_t swaps = m == Member::b2h ? 2 : 1;
    Best best;
    for (uint32_t i = 0; i < Layout<m>::kPoints; ++i) {
        F4 c[4];
        for (uint32_t t = 0; t < 4; ++t) c[t] = splat(grid.point[i][t]);
        see_even<0>(c, wx2, w, i * swaps, best);
        if constexpr (swaps == 2) see_even<1>(c, wx2, w, i * swaps + 1, best);
    }
    I4 code;
    for (int lane = 0; lane < 4; ++lane) {
        const uint32_t found = uint32_t(best.index[lane]);
        code[lane] = even_code<m>(grid, wx2, lane, found / swaps, found % swaps);
    }
    return code;
}

/// Codes of the points nearest to x in the metric sum w (x - point)^2, w >= 0.
template <Member m>
I4 nearest(const Grid& grid, const F4 x[4], const F4 w[4]) {
    const Scaled wx2(x, w);
    if constexpr (m == Member::b4) return nearest_mirrored(grid, wx2, w);
    if constexpr (m == Member::b3 || m == Member::b3q) return nearest_coset<m>(grid, wx2, w);
    return nearest_even<m>(grid, wx2, w);
}

}  // namespace gosset::higgs
