/// Four floats side by side, for encoders: a lane is one group of 8 columns. The vector types of
/// GCC and Clang, which become SSE2 or NEON without flags; + - * and comparisons alone, so the same
/// everywhere. Relies on nothing; not for kernel files.
#pragma once

#include <bit>
#include <cstdint>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace gosset {

using F4 = float __attribute__((vector_size(16)));
using I4 = int32_t __attribute__((vector_size(16)));

inline I4 bits_of(F4 v) {
    return std::bit_cast<I4>(v);
}
inline F4 floats_of(I4 v) {
    return std::bit_cast<F4>(v);
}
inline F4 splat(float x) {
    return F4{x, x, x, x};
}
inline F4 abs4(F4 v) {
    return floats_of(bits_of(v) & 0x7fffffff);
}
inline F4 xor4(F4 a, F4 b) {
    return floats_of(bits_of(a) ^ bits_of(b));
}
/// All ones where the sign bit is set.
inline I4 sign_mask(F4 v) {
    return bits_of(v) >> 31;
}
inline F4 select(I4 mask, F4 a, F4 b) {
    return floats_of((bits_of(a) & mask) | (bits_of(b) & ~mask));
}
inline I4 select(I4 mask, I4 a, I4 b) {
    return (a & mask) | (b & ~mask);
}
/// a < b ? a : b; so b when one is NaN. (GCC makes four instructions of the expression.)
inline F4 min4(F4 a, F4 b) {
#if defined(__SSE2__)
    return _mm_min_ps(a, b);
#else
    return a < b ? a : b;
#endif
}
/// a > b ? a : b
inline F4 max4(F4 a, F4 b) {
#if defined(__SSE2__)
    return _mm_max_ps(a, b);
#else
    return a > b ? a : b;
#endif
}
/// A weight in units of its scale: NaN counts as 0, and what is farther than any code (only rows
/// beyond fp16 have such) as far.
inline F4 in_reach(F4 v) {
    constexpr float kFarthest = 1e6f;
    return select(v == v, max4(min4(v, splat(kFarthest)), splat(-kFarthest)), splat(0));
}
/// 32 columns of a row, lane g of x[j] column 8 * g + j: times inverse_scale, in reach; and their
/// weights, ones where importance is null.
inline void load_lanes(const float* row, const float* importance, float inverse_scale, F4 x[8],
                       F4 w[8]) {
    for (int j = 0; j < 8; ++j) {
        const float *v = row + j, *i = importance ? importance + j : nullptr;
        x[j] = in_reach(F4{v[0], v[8], v[16], v[24]} * inverse_scale);
        w[j] = i ? F4{i[0], i[8], i[16], i[24]} : splat(1);
    }
}
inline float sum_lanes(F4 v) {
    return (v[0] + v[1]) + (v[2] + v[3]);
}
inline float max_lane(F4 v) {
    const float a = v[0] > v[1] ? v[0] : v[1], b = v[2] > v[3] ? v[2] : v[3];
    return a > b ? a : b;
}

}  // namespace gosset
