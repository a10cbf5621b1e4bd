#include "runtime/base/math.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "runtime/base/math_float.hpp"

namespace gosset::math {

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLog2e = 0x1.71547652b82fep+0;
constexpr double kLn2 = 0x1.62e42fefa39efp-1, kLn2Lo = 0x1.abc9e3b39803fp-56;
constexpr double kRound = 0x1.8p52;  // x + kRound - kRound: to nearest integer, |x| < 2^51

/// The float of math_float.hpp.
struct F32x1 {
    float v;
    explicit F32x1(float f) : v(f) {}
};
F32x1 operator+(F32x1 a, F32x1 b) {
    return F32x1(a.v + b.v);
}
F32x1 operator-(F32x1 a, F32x1 b) {
    return F32x1(a.v - b.v);
}
F32x1 operator*(F32x1 a, F32x1 b) {
    return F32x1(a.v * b.v);
}
F32x1 operator/(F32x1 a, F32x1 b) {
    return F32x1(a.v / b.v);
}
F32x1 fma(F32x1 a, F32x1 b, F32x1 c) {
    return F32x1(std::fma(a.v, b.v, c.v));
}
F32x1 select_less(F32x1 a, F32x1 b, F32x1 yes, F32x1 no) {
    return a.v < b.v ? yes : no;
}
F32x1 smaller(F32x1 a, F32x1 b) {
    return a.v < b.v ? a : b;
}
F32x1 larger(F32x1 a, F32x1 b) {
    return a.v < b.v ? b : a;
}
F32x1 shift_left_23(F32x1 a) {
    return F32x1(std::bit_cast<float>(std::bit_cast<uint32_t>(a.v) << 23));
}
F32x1 abs(F32x1 a) {
    return F32x1(std::fabs(a.v));
}
F32x1 copysign(F32x1 a, F32x1 sign) {
    return F32x1(std::copysign(a.v, sign.v));
}

/// 2^n, n in [-1022, 1023].
double two_to(int64_t n) {
    return std::bit_cast<double>(uint64_t(n + 1023) << 52);
}

/// The sum of c[i] z^i, i < count, by Horner.
template <int count>
double horner(const double (&c)[count], double z) {
    double sum = c[count - 1];
    for (int i = count - 2; i >= 0; i--) sum = std::fma(sum, z, c[i]);
    return sum;
}

/// hi + lo = a + b exactly (Knuth).
struct Sum {
    double hi, lo;
};
Sum two_sum(double a, double b) {
    const double s = a + b, t = s - a;
    return {s, (a - (s - t)) + (b - t)};
}

/// x = 2^k m with m in [sqrt(1/2), sqrt(2)); x positive and finite.
struct Split {
    double m, k;
};
Split split(double x) {
    double k = 0;
    if (x < 0x1p-1022) x *= 0x1p54, k = -54;
    const uint64_t bits = std::bit_cast<uint64_t>(x);
    const int64_t e = int64_t(bits - 0x3fe6a09e667f3bcdu) >> 52;
    return {std::bit_cast<double>(bits - (uint64_t(e) << 52)), k + double(e)};
}

/// The 2 / (2 i + 3): log((1 + s) / (1 - s)) = 2 s + s * z * horner(this, z), z = s^2 < 0.0295.
constexpr double kAtanh[] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11, 2.0 / 13,
                             2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23};

/// log x as hi + lo, absolute error near 2^-61 or relative near 2^-59; x positive and finite.
Sum log_pair(double x) {
    const auto [m, k] = split(x);
    const Sum below = two_sum(m, 1.0);
    const double f = m - 1.0, s = f / below.hi;
    const double s_lo = (std::fma(-s, below.hi, f) - s * below.lo) / below.hi;
    const double z = s * s, tail = s * (z * horner(kAtanh, z));
    const double p = k * kLn2, p_lo = std::fma(k, kLn2, -p) + k * kLn2Lo;
    const Sum top = two_sum(p, 2 * s);
    return two_sum(top.hi, top.lo + (p_lo + 2 * s_lo + tail));
}

/// exp(hi + lo) for |lo| small against 1; finite hi.
double exp_pair(double hi, double lo) {
    const double e = exp(hi);
    return e == kInf ? e : std::fma(e, lo, e);
}

/// x = n pi/2 + hi + lo, |hi| <= pi/4, by Cody and Waite with pi/2 in three doubles.
struct Reduced {
    double hi, lo;
    int64_t n;
};
Reduced reduce(double x) {
    const double n = std::fma(x, 0x1.45f306dc9c883p-1, kRound) - kRound;
    const double a = std::fma(-n, 0x1.921fb54442d18p+0, x);  // exact
    const double w = n * 0x1.1a62633145c07p-54;
    const double w_lo = std::fma(n, 0x1.1a62633145c07p-54, -w);
    const Sum b = two_sum(a, -w);
    const double lo = std::fma(-n, -0x1.f1976b7ed8fbcp-110, b.lo - w_lo);
    const Sum r = two_sum(b.hi, lo);
    return {r.hi, r.lo, int64_t(n)};
}

/// sin(h + l), |h| <= pi/4: Taylor to h^17.
double sin_near(double h, double l) {
    static constexpr double c[] = {
        -1.0 / 6,        1.0 / 120,        -1.0 / 5040,         1.0 / 362880,
        -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368e3, 1.0 / 355687428096e3};
    const double z = h * h;
    return h + std::fma(h * z, horner(c, z), std::fma(-0.5 * z, l, l));
}
/// cos(h + l), |h| <= pi/4: Taylor to h^18.
double cos_near(double h, double l) {
    static constexpr double c[] = {
        1.0 / 24,        -1.0 / 720,         1.0 / 40320,         -1.0 / 3628800,
        1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888e3, -1.0 / 6402373705728e3};
    const double z = h * h, half = 0.5 * z, w = 1.0 - half;
    return w + (((1.0 - w) - half) + std::fma(z * z, horner(c, z), -h * l));
}

/// The 1 / (i + 2)!: e^r = 1 + r + r^2 horner(this, r).
constexpr double kExp[] = {1.0 / 2,           1.0 / 6,           1.0 / 24,        1.0 / 120,
                           1.0 / 720,         1.0 / 5040,        1.0 / 40320,     1.0 / 362880,
                           1.0 / 3628800,     1.0 / 39916800,    1.0 / 479001600, 1.0 / 6227020800,
                           1.0 / 87178291200, 1.0 / 1307674368e3};
/// More of them, for |r| <= 1.
constexpr double kExpLong[] = {1.0 / 2,
                               1.0 / 6,
                               1.0 / 24,
                               1.0 / 120,
                               1.0 / 720,
                               1.0 / 5040,
                               1.0 / 40320,
                               1.0 / 362880,
                               1.0 / 3628800,
                               1.0 / 39916800,
                               1.0 / 479001600,
                               1.0 / 6227020800,
                               1.0 / 87178291200,
                               1.0 / 1307674368e3,
                               1.0 / 20922789888e3,
                               1.0 / 355687428096e3,
                               1.0 / 6402373705728e3,
                               1.0 / 121645100408832e3};

}  // namespace

float exp(float x) {
    return exp_of(F32x1(x)).v;
}
float tanh(float x) {
    return tanh_of(F32x1(x)).v;
}

float log(float x) {
    if (!(x > 0)) return x == 0 ? float(-kInf) : float(kNan);
    if (x == float(kInf)) return x;
    float k = 0;
    if (x < 0x1p-126f) x *= 0x1p23f, k = -23;
    const uint32_t bits = std::bit_cast<uint32_t>(x);
    const int32_t e = int32_t(bits - 0x3f3504f3u) >> 23;
    k += float(e);
    // log(1 + f) = f - f^2 / 2 + f^3 R(f), R minimax (0.01 ulp)
    const float f = std::bit_cast<float>(bits - (uint32_t(e) << 23)) - 1.0f, z = f * f;
    static constexpr float c[] = {0x1.148b0cp-4f,  -0x1.de1b4ep-4f, 0x1.e6c3a6p-4f,
                                  -0x1.fc256cp-4f, 0x1.233b38p-3f,  -0x1.555c52p-3f,
                                  0x1.99a47ap-3f,  -0x1.000006p-2f, 0x1.555548p-2f};
    float r = c[0];
    for (int i = 1; i < 9; i++) r = std::fma(r, f, c[i]);
    float y = std::fma(f * z, r, k * -0x1.bd0106p-13f);  // ln 2 = 0x1.63p-1 - 0x1.bd0106p-13
    y = std::fma(-0.5f, z, y);
    return std::fma(k, 0x1.63p-1f, f + y);
}

double exp(double x) {
    if (!(x < 710.0)) return x >= 710.0 ? kInf : x;
    if (x < -746.0) return 0;
    const double n = std::fma(x, kLog2e, kRound) - kRound;
    const double a = std::fma(-n, kLn2, x), w = n * kLn2Lo, r = a - w;  // a is exact
    const double r_lo = (a - r) - w;
    const double y = 1.0 + (r + std::fma(r * r, horner(kExp, r), r_lo));
    const int64_t half = int64_t(n) / 2;
    return y * two_to(half) * two_to(int64_t(n) - half);
}

double log(double x) {
    if (!(x > 0)) return x == 0 ? -kInf : kNan;
    if (x == kInf) return x;
    const Sum r = log_pair(x);
    return r.hi + r.lo;
}

double sin(double x) {
    if (!(std::fabs(x) <= 0x1p30)) return kNan;
    if (std::fabs(x) < 0x1p-27) return x;  // also keeps -0
    const Reduced r = reduce(x);
    const double y = r.n & 1 ? cos_near(r.hi, r.lo) : sin_near(r.hi, r.lo);
    return r.n & 2 ? -y : y;
}

double cos(double x) {
    if (!(std::fabs(x) <= 0x1p30)) return kNan;
    const Reduced r = reduce(x);
    const double y = r.n & 1 ? sin_near(r.hi, r.lo) : cos_near(r.hi, r.lo);
    return (r.n + 1) & 2 ? -y : y;
}

double pow(double x, double y) {
    if (y == 0 || x == 1) return 1;
    if (!(x >= 0) || y != y) return kNan;
    if (x == 0 || x == kInf) return (x == 0) == (y < 0) ? kInf : 0;
    const Sum l = log_pair(x);
    const double p = y * l.hi;
    if (!(std::fabs(p) < 800)) return p > 0 ? kInf : 0;
    return exp_pair(p, std::fma(y, l.hi, -p) + y * l.lo);
}

double tanh(double x) {
    const double a = std::fabs(x), t = a + a;
    double y;
    if (a < 0.5) {  // expm1 / (expm1 + 2)
        const double e = std::fma(t * t, horner(kExpLong, t), t);
        y = e / (e + 2.0);
    } else {
        y = 1.0 - 2.0 / (exp(t) + 1.0);
    }
    return std::copysign(y, x);
}

/// Below 1 the Taylor series 2 / sqrt(pi) sum (-1)^n x^(2n+1) / (n! (2n + 1)); above, 1 - erfc by
/// its continued fraction (Abramowitz and Stegun 7.1.5, 7.1.14).
double erf(double x) {
    const double a = std::fabs(x), z = a * a;
    if (!(a < 6.0)) return x != x ? x : std::copysign(1.0, x);
    if (a < 1.0) {
        double factorial = 1.0, c[20];
        for (int n = 0; n < 20; n++) {
            c[n] = 1.0 / (factorial * (2 * n + 1));
            factorial *= -(n + 1);
        }
        return x * (0x1.20dd750429b6dp+0 * horner(c, z));
    }
    double tail = a;
    for (int n = 300; n >= 1; n--) tail = a + 0.5 * n / tail;
    const double gauss = exp_pair(-z, -std::fma(a, a, -z));
    return std::copysign(1.0 - gauss / (tail * 0x1.c5bf891b4ef6bp+0), x);
}

}  // namespace gosset::math
