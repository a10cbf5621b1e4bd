/// exp and tanh of floats, written once over a vector type V: one float in runtime/base/math.cpp,
/// 16 lanes in simd/parts/f32x16.hpp. Every V gives the same bits. Relies on V alone.
///
/// V has: V(float) in every lane; + - * /; and the free functions
///   fma(a, b, c)                 a * b + c, rounded once
///   select_less(a, b, yes, no)   a < b ? yes : no  (NaN: no)
///   smaller(a, b)                a < b ? a : b
///   larger(a, b)                 a < b ? b : a
///   shift_left_23(a)             the bits of a, shifted as an unsigned integer
///   abs(a), copysign(a, sign)
/// and, if it is cheap, scale_exponent(a, n): a * 2^n, rounded once, for whole n in [-252, 254].
/// Everything is inlined always: a call would pass vectors through memory.
#pragma once

#define GOSSET_MATH_INLINE inline __attribute__((always_inline))

namespace gosset::math {

/// 2^n for whole n in [-126, 127]: the low bits of 1.5 * 2^23 + 127 + n are n + 127, the exponent.
template <class V>
GOSSET_MATH_INLINE V two_to(V n) {
    return shift_left_23(n + V(0x1.8p23f + 127.0f));
}

/// y * 2^n for whole n in [-252, 254] and y in [1/2, 2], rounded once: subnormal results too, for
/// the first half of 2^n leaves y normal.
template <class V>
GOSSET_MATH_INLINE V times_two_to(V y, V n) {
    if constexpr (requires { scale_exponent(y, n); }) {
        return scale_exponent(y, n);
    } else {
        const V half = fma(n, V(0.5f), V(0x1.8p23f)) - V(0x1.8p23f);
        return y * two_to(half) * two_to(n - half);
    }
}

/// exp_of(x) for x that is not above 89.
template <class V>
GOSSET_MATH_INLINE V exp_below(V x) {
    const V round(0x1.8p23f);
    x = larger(x, V(-104.0f));  // e^-104 rounds to 0
    const V n = fma(x, V(0x1.715476p+0f), round) - round;
    V r = fma(n, V(-0x1.62e43p-1f), x);  // exact
    r = fma(n, V(0x1.05c61p-29f), r);
    V q = fma(V(0x1.6a4b98p-10f), r, V(0x1.123e5cp-7f));
    q = fma(q, r, V(0x1.5558bap-5f));
    q = fma(q, r, V(0x1.55548cp-3f));
    q = fma(q, r, V(0x1.fffffcp-2f));
    return times_two_to(fma(r * r, q, r) + V(1.0f), n);
}

/// Cody and Waite's reduction x = n ln 2 + r, |r| <= ln(2) / 2, then 1 + r + r^2 Q(r) with a
/// minimax Q (0.06 ulp).
template <class V>
GOSSET_MATH_INLINE V exp_of(V x) {
    return exp_below(smaller(V(89.0f), x));  // e^89 overflows
}

/// x + x^3 P(x^2) with a minimax P below 0.625, else 1 - 2 / (e^(2|x|) + 1) with the sign of x.
template <class V>
GOSSET_MATH_INLINE V tanh_of(V x) {
    const V a = abs(x), z = x * x;
    V p = fma(V(0x1.1a3d9ap-9f), z, V(-0x1.0c6332p-7f));
    p = fma(p, z, V(0x1.63a5e2p-6f));
    p = fma(p, z, V(-0x1.b9f18ep-5f));
    p = fma(p, z, V(0x1.11107ap-3f));
    p = fma(p, z, V(-0x1.555554p-2f));
    const V small = fma(x * z, p, x);
    const V large = V(1.0f) - V(2.0f) / (exp_of(a + a) + V(1.0f));
    return copysign(select_less(a, V(0.625f), small, large), x);
}

}  // namespace gosset::math

#undef GOSSET_MATH_INLINE
