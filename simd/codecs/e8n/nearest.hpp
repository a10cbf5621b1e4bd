/// Nearest points of E8 for four vectors at once (a lane is one group of 8 columns), exact, also
/// under a diagonal weight of the squared error. For the encoder only; relies on
/// simd/parts/encode_lanes.hpp.
///
/// Conway and Sloane, "Fast quantizing and decoding algorithms for lattice quantizers and codes",
/// IEEE Trans. Inf. Theory 28(2), 1982: E8 = D8 + (D8 + 1/2), and the nearest point of D8 is the
/// rounded vector, with one coordinate moved to its other neighbour when the sum came out odd.
#pragma once

#include "simd/parts/encode_lanes.hpp"

namespace gosset::e8n {

/// max <y, root> over the 240 roots of E8 (+-ei +-ej; (+-1/2)^8 with an even number of signs):
/// a vector lies strictly inside Q times the Voronoi cell when its gauge is below Q.
inline F4 gauge(const F4 y[8]) {
    F4 largest = abs4(y[0]), second = splat(0), smallest = largest, sum = largest;
    I4 signs = bits_of(y[0]);
    for (int i = 1; i < 8; ++i) {
        const F4 a = abs4(y[i]);
        signs ^= bits_of(y[i]);
        sum += a;
        smallest = min4(smallest, a);
        second = max4(second, min4(largest, a));
        largest = max4(largest, a);
    }
    const F4 odd = floats_of(bits_of(smallest) & (signs >> 31));  // smallest if signs are odd
    return max4(largest + second, 0.5f * sum - odd);
}

/// The nearest point in one coset of D8 before its repair.
struct Rounded {
    F4 point[8];  ///< every coordinate at its nearest
    F4 cost;      ///< weighted squared error after the repair
    I4 move;      ///< the coordinate to move by one towards y, or -1
};

/// Coset D8 + shift (0 or 1/2) of y, |y| < 2^21. Adding 1.5 * 2^23 rounds to an integer and leaves
/// its parity in the lowest bit of the sum.
inline void round_to_coset(const F4 y[8], const F4 w[8], float shift, Rounded& out) {
    constexpr float kRound = 12582912.0f;
    F4 cost = splat(0), best = splat(0);
    I4 index = {}, parity = {};
    for (int i = 0; i < 8; ++i) {
        const F4 t = y[i] - shift, u = t + kRound, rounded = u - kRound, e = t - rounded;
        parity ^= bits_of(u);
        out.point[i] = rounded + shift;
        cost += w[i] * (e * e);
        const F4 price = w[i] * (1.0f - 2.0f * abs4(e));  // (1 - |e|)^2 - e^2
        if (i == 0) {
            best = price;
        } else {
            const I4 better = price < best;
            best = select(better, price, best);
            index = (index & ~better) | (better & i);
        }
    }
    const I4 odd = -(parity & 1);
    out.cost = cost + floats_of(bits_of(best) & odd);
    out.move = index | ~odd;
}

/// point[0..8): nearest to y in E8 in the metric sum w (y - point)^2, w >= 0. Returns that error.
inline F4 nearest_e8(const F4 y[8], const F4 w[8], F4 point[8]) {
    Rounded a, b;
    round_to_coset(y, w, 0.0f, a);
    round_to_coset(y, w, 0.5f, b);
    const I4 first = a.cost <= b.cost;
    const I4 move = (a.move & first) | (b.move & ~first);
    for (int i = 0; i < 8; ++i) {
        const F4 p = select(first, a.point[i], b.point[i]);
        const I4 sign = bits_of(y[i] - p) & int32_t(0x80000000);
        const F4 step = floats_of((bits_of(splat(1)) | sign) & (move == i));
        point[i] = p + step;
    }
    return select(first, a.cost, b.cost);
}

}  // namespace gosset::e8n
