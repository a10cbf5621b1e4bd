/// The nearest of all gain * y, y in P(8, K): exact, also under a diagonal weight of the squared
/// error. For one gain the problem is separable and convex with a constraint on the sum: rounding
/// every coordinate, then moving the sum to K by the cheapest unit step each time, is optimal
/// (Fox, Management Science 13(3), 1966).
#pragma once

#include "simd/encode_scales.hpp"

namespace gosset::pvq {

struct Gains : SortedScales {
    Gains(const float* table, uint32_t size) : SortedScales(table, size, 1, 1e-6f, 1e6f) {}
};

/// Eight columns of a row, in units of the row's scale, and the weights of their squared errors.
struct Target {
    float x[8], w[8];
    float size[8];         ///< |x|
    float total;           ///< sum of size
    float inverse_weight;  ///< 1 / sum of 1 / w

    void measure() {
        total = 0;
        float sum = 0;
        for (int i = 0; i < 8; i++) {
            size[i] = x[i] < 0 ? -x[i] : x[i];
            total += size[i], sum += 1 / w[i];  // 1 / 0: the bound below is 0, as it should
        }
        inverse_weight = 1 / sum;
    }
};

struct Found {
    int y[8];
    uint32_t gain;  ///< index in the table
    float error;    ///< weighted, in units of x
};

/// The best y >= 0 for |x| at one gain; returns the error.
template <int K>
inline float round_to_pyramid(const Target& t, float gain, float inverse, int y[8]) {
    float a[8];
    int sum = 0;
    for (int i = 0; i < 8; i++) {
        const float v = t.size[i] * inverse;
        a[i] = v, y[i] = int((v < float(K) ? v : float(K)) + 0.5f);
        sum += y[i];
    }
    for (; sum < K; sum++) {
        int at = 0;
        float least = t.w[0] * (1 - 2 * (a[0] - float(y[0])));
        for (int i = 1; i < 8; i++) {
            const float cost = t.w[i] * (1 - 2 * (a[i] - float(y[i])));
            if (cost < least) least = cost, at = i;
        }
        y[at]++;
    }
    for (; sum > K; sum--) {
        int at = -1;
        float least = 0;
        for (int i = 0; i < 8; i++) {
            const float cost = t.w[i] * (1 + 2 * (a[i] - float(y[i])));
            if (y[i] > 0 && (at < 0 || cost < least)) least = cost, at = i;
        }
        y[at]--;
    }
    float error = 0;
    for (int i = 0; i < 8; i++) {
        const float d = t.size[i] - gain * float(y[i]);
        error += t.w[i] * (d * d);
    }
    return error;
}

/// Gains are tried outwards from the one that fits the sum of |x|, while they can still win: a
/// point whose coordinates sum to gain * K has an error of at least (total - gain * K)^2 / sum(1 /
/// w). (The margin is for the rounding of both sides.)
template <int K>
inline void search(const Target& t, const Gains& gains, Found& best) {
    const auto bound = [&](int k) {
        const float miss = t.total - gains.value[k] * float(K);
        return miss * miss * t.inverse_weight * 0.9999f;
    };
    int high = 0;
    while (high < gains.count && gains.value[high] * float(K) < t.total) high++;
    int low = high - 1;
    best.error = 3.4e38f, best.gain = 0;
    for (int i = 0; i < 8; i++) best.y[i] = i ? 0 : K;
    while (low >= 0 || high < gains.count) {
        const bool up = low < 0 || (high < gains.count && bound(high) < bound(low));
        const int k = up ? high++ : low--;
        if (bound(k) >= best.error) break;  // those further out on either side are worse still
        int y[8];
        const float error = round_to_pyramid<K>(t, gains.value[k], gains.inverse[k], y);
        if (!(error < best.error)) continue;
        best.error = error, best.gain = gains.index[k];
        for (int i = 0; i < 8; i++) best.y[i] = y[i];
    }
    for (int i = 0; i < 8; i++)
        if (t.x[i] < 0) best.y[i] = -best.y[i];
}

}  // namespace gosset::pvq
