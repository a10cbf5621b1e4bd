/// The search of one block: 32 columns of a row against a list of scales, and what to do with a
/// block that none of them covers. Shared by the encoder and by the fit of the scale table.
#pragma once

#include <cmath>

#include "simd/codecs/e8n/nearest.hpp"
#include "simd/codecs/e8n/residue.hpp"
#include "simd/encode_scales.hpp"
#include "simd/kernels.hpp"

namespace gosset::e8n {

/// A block in units of its row's scale; lane g of x[i] is column 8 * g + i.
struct Block {
    F4 x[8];
    F4 w[8];       ///< weights of the squared error
    F4 extent;     ///< gauge(x)
    float widest;  ///< the largest lane of extent

    /// x and w are set.
    void measure() { extent = gauge(x), widest = max_lane(extent); }
};

struct Found {
    F4 point[8];  ///< in E8, times the scale
    float error;  ///< weighted, in units of x
    bool coded;   ///< the codes of every group give its point back
};

/// How far from y its nearest point may reach along any root (gauge of the difference): the
/// covering radius 1 times |root| = sqrt 2, and 7/4 + 1/2 for a weighted search, whose moved
/// coordinate is at most 1 away and the others 1/2; with room for rounding.
inline constexpr float kReach = 1.45f, kReachWeighted = 2.3f;

/// All ones in the lanes whose point no codes name. Strictly inside Q times the cell every point is
/// coded; of the points on its boundary the decoder returns one of each coset. (Leaving them all
/// out costs 0.2 dB at Q = 16 and far more below.)
template <int Q>
inline I4 overloaded(const F4 point[8]) {
    const F4 extent = gauge(point);
    I4 result = extent > float(Q);
    const I4 boundary = extent == float(Q);
    for (int g = 0; g < 4; ++g) {
        if (!boundary[g]) continue;
        int level[8], back[8];
        uint8_t c[8];
        for (int i = 0; i < 8; ++i) level[i] = int(2 * point[i][g]);
        encode_group<Q>(level, c);
        decode_group<Q>(c, back);
        for (int i = 0; i < 8; ++i) result[g] |= -(level[i] != back[i]);
    }
    return result;
}

inline bool any(I4 mask) {
    return (mask[0] | mask[1] | mask[2] | mask[3]) != 0;
}

/// Nearest points of a block at the scale beta (inverse: 1 / beta). With an error of `limit` or
/// more it is of no interest whether the points are coded, and coded is false.
template <int Q>
inline void try_scale(const Block& block, float beta, float inverse, float limit, Found& found) {
    F4 y[8];
    for (int i = 0; i < 8; ++i) y[i] = block.x[i] * inverse;
    found.error = sum_lanes(nearest_e8(y, block.w, found.point)) * (beta * beta);
    found.coded = found.error < limit && !any(overloaded<Q>(found.point));
}

/// Nearest points of x * inverse (weights w of the squared error, extent = gauge(x)) that codes
/// name: the target of a group that overloads is shrunk until its point is coded. Ends because a
/// target of gauge Q - reach always is.
template <int Q>
inline void nearest_coded(const F4 x[8], const F4 w[8], F4 extent, F4 inverse, F4 point[8]) {
    const F4 reached = extent * inverse;
    F4 target = min4(reached, splat(float(Q) + 0.5f));
    I4 overload;
    do {
        const F4 shrink = inverse * select(reached > target, target / reached, splat(1));
        F4 y[8];
        for (int i = 0; i < 8; ++i) y[i] = x[i] * shrink;
        nearest_e8(y, w, point);
        overload = overloaded<Q>(point);
        target -= floats_of(bits_of(splat(0.5f)) & overload);
    } while (any(overload));
}

/// For a block that overloads at beta: the nearest that is coded all the same.
template <int Q>
inline void clamp_to_scale(const Block& block, float beta, float inverse, Found& found) {
    nearest_coded<Q>(block.x, block.w, block.extent, splat(inverse), found.point);
    F4 error = splat(0);
    for (int i = 0; i < 8; ++i) {
        const F4 e = block.x[i] - found.point[i] * beta;
        error += block.w[i] * (e * e);
    }
    found.error = sum_lanes(error);
    found.coded = true;
}

/// Scales beyond this multiple of the smallest one that fits are not tried: the granular error
/// grows with the square of the scale (costs under 0.1% of the MSE on N(0,1), 0.3% on Laplace
/// rows).
inline constexpr float kWindow = 1.15f;

/// The scales of the lattice: levels are doubled coordinates.
struct Scales : SortedScales {
    explicit Scales(const float* table) : SortedScales(table, kScaleTable, 2, 1e-6f, 1e6f) {}
};

/// The best of the scales, as a position in the list: first those at which the block fits, then
/// downwards those at which it must be clamped, while that helps (worth 1.3% of the MSE at Q = 16,
/// 3.5% at 8, two thirds at 4).
template <int Q>
inline int choose_scale(const Block& block, const Scales& scales, float reach, Found& best) {
    Found found;
    int chosen = -1, overloads = scales.count - 1;
    float end = INFINITY;
    best.error = INFINITY;
    for (int k = 0; k < scales.count && scales.value[k] <= end; ++k) {
        if (block.widest * scales.inverse[k] > float(Q) + reach) continue;  // overloads for sure
        try_scale<Q>(block, scales.value[k], scales.inverse[k], best.error, found);
        if (!found.coded) continue;
        if (chosen < 0) overloads = k - 1, end = kWindow * scales.value[k];
        best = found, chosen = k;
    }
    for (int k = overloads; k >= 0; --k) {
        clamp_to_scale<Q>(block, scales.value[k], scales.inverse[k], found);
        if (chosen >= 0 && !(found.error < best.error)) break;
        best = found, chosen = k;
    }
    return chosen;
}

}  // namespace gosset::e8n
