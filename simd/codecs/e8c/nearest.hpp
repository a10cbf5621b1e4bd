/// Nearest points of e8c for the four groups of a block (32 columns of a row) at once, exact, under
/// a diagonal weight of the squared error. A list's levels fall into classes (m mod 4 for whole
/// rates, m mod 2 for half rates); every coordinate needs only its nearest level of each class, and
/// the lattice says which classes go together:
///
///   whole rates: c = m.0 the same everywhere, an even number of m.1: for both c the better of m.1,
///   and if they come out odd, the cheapest change (Conway and Sloane's decoder of D8);
///   half rates: the m.0 are a codeword: the best of 16, by one Walsh-Hadamard transform (the
///   extended Hamming code is the first-order Reed-Muller code of length 8).
///
/// For the encoder only; relies on simd/parts/encode_lanes.hpp.
#pragma once

#include "simd/codecs/e8c/layout.hpp"
#include "simd/parts/encode_lanes.hpp"

namespace gosset::e8c {

/// 32 weights of a row, in units of its scale; lane g of x[j] is column 8 * g + j.
struct Block {
    F4 x[8];
    F4 w[8];  ///< weights of the squared error

    float size() const;  ///< root mean square
    float peak() const;  ///< the largest |x|
};

/// The nearest level of each class for every half-open cell of width 1/2: levels are integers, so
/// no cell has a point halfway between two inside.
struct Cells {
    static constexpr int kCells = 512;  ///< [-128, 128); beyond, the first and the last hold
    float level[kCells][4];             ///< by class
    uint8_t index[kCells][4];           ///< m

    /// `classes`: 4, or 2 (each then twice).
    Cells(const int8_t* list, int levels, int classes);
};

template <int H>
constexpr int kClasses = Layout<H>::kHalf ? 2 : 4;

/// Cells of y, |y| any but NaN.
inline I4 cells_of(F4 y) {
    const F4 t = max4(splat(0), min4(y * 2.0f + 256.0f, splat(511)));
    return __builtin_convertvector(t, I4);
}

/// The four classes' nearest levels of the four groups: out[class], lane = group.
inline void gather4(const Cells& cells, I4 at, F4 out[4]) {
    F4 r[4];
    for (int g = 0; g < 4; ++g) __builtin_memcpy(&r[g], cells.level[at[g]], sizeof r[g]);
    const F4 a = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
    const F4 b = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
    const F4 c = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
    const F4 d = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
    out[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
    out[1] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
    out[2] = __builtin_shufflevector(c, d, 0, 1, 4, 5);
    out[3] = __builtin_shufflevector(c, d, 2, 3, 6, 7);
}
inline void gather2(const Cells& cells, I4 at, F4 out[2]) {
    F4 r[4];
    for (int g = 0; g < 4; ++g) __builtin_memcpy(&r[g], cells.level[at[g]], sizeof r[g]);
    const F4 a = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
    const F4 b = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
    out[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
    out[1] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
}

/// Costs of the classes of coordinate j: weighted squares, in units of the levels.
template <int H>
inline void class_costs(const Cells& cells, F4 y, F4 w, F4 cost[4]) {
    constexpr int n = kClasses<H>;
    if constexpr (n == 4)
        gather4(cells, cells_of(y), cost);
    else
        gather2(cells, cells_of(y), cost);
    for (int k = 0; k < n; ++k) {
        const F4 e = y - cost[k];
        cost[k] = w * (e * e);
    }
}

/// Coordinates as points of F2^3, in which codewords are affine functions (layout.hpp's checks are
/// sums of points).
inline constexpr int kPoint[8] = {0, 1, 2, 4, 3, 5, 6, 7};

/// d[kPoint[j]]: what bit 1 of coordinate j costs more than bit 0. Afterwards d[k] is the
/// transform; the best codeword takes (max |d[k]| - d[0]) / 2 off the cost of all zeros.
inline void walsh_hadamard(F4 d[8]) {
    for (int half = 1; half < 8; half *= 2)
        for (int i = 0; i < 8; ++i)
            if (!(i & half)) {
                const F4 a = d[i], b = d[i + half];
                d[i] = a + b, d[i + half] = a - b;
            }
}

/// Weighted squared errors of the nearest points, lane = group; y in units of the levels.
template <int H>
inline F4 nearest_cost(const Cells& cells, const F4 y[8], const F4 w[8]) {
    F4 cost[4];
    if constexpr (Layout<H>::kHalf) {
        F4 base = splat(0), d[8];
        for (int j = 0; j < 8; ++j) {
            class_costs<H>(cells, y[j], w[j], cost);
            base += cost[0], d[kPoint[j]] = cost[1] - cost[0];
        }
        walsh_hadamard(d);
        F4 most = abs4(d[0]);
        for (int i = 1; i < 8; ++i) most = max4(most, abs4(d[i]));
        return base + 0.5f * (d[0] - most);
    } else {
        F4 sum[2] = {splat(0), splat(0)}, change[2] = {splat(3e38f), splat(3e38f)};
        F4 odd[2] = {splat(0), splat(0)};
        for (int j = 0; j < 8; ++j) {
            class_costs<H>(cells, y[j], w[j], cost);
            for (int c = 0; c < 2; ++c) {
                const F4 gain =
                    cost[c] - cost[c + 2];  // of an odd m.1; its sign bit: even is better
                sum[c] += min4(cost[c], cost[c + 2]);
                odd[c] = xor4(odd[c], gain);
                change[c] = min4(change[c], abs4(gain));
            }
        }
        // Eight coordinates: the number of odd ones has the parity of the number of even ones.
        for (int c = 0; c < 2; ++c) sum[c] += floats_of(bits_of(change[c]) & sign_mask(odd[c]));
        return min4(sum[0], sum[1]);
    }
}

/// The nearest points themselves: index m of coordinate j and group g in m[g][j].
template <int H>
void nearest_points(const Cells& cells, const F4 y[8], const F4 w[8], uint8_t m[4][8]);

}  // namespace gosset::e8c
