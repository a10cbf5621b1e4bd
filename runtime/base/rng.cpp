#include "runtime/base/rng.hpp"

#include <cmath>

namespace gosset {

namespace {
uint64_t rotl(uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
}

// Inverse of the normal distribution function for p in (0, 0.5] by Acklam's rational approximation
// in the centre and, in the tail, in r = sqrt(-2 ln p), where ln is computed by the series below:
// only + - * / sqrt, so every machine gets the same bits. Relative error below 1.2e-9.
double log_det(double x) {  // x > 0; atanh series on the mantissa
    int e;
    double m = std::frexp(x, &e);  // exact
    if (m < 0.70710678118654752440) m *= 2, e--;
    const double s = (m - 1) / (m + 1), z = s * s;
    double t = 0;
    for (int k = 23; k >= 1; k -= 2) t = t * z + 1.0 / k;
    return e * 0.69314718055994530942 + 2 * s * t;
}

double normal_quantile(double p) {
    static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,
                               -2.759285104469687e+02, 1.383577518672690e+02,
                               -3.066479806614716e+01, 2.506628277459239e+00};
    static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02,
                               -1.556989798598866e+02, 6.680131188771972e+01,
                               -1.328068155288572e+01};
    static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01,
                               -2.400758277161838e+00, -2.549732539343734e+00,
                               4.374664141464968e+00,  2.938163982698783e+00};
    static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                               3.754408661907416e+00};
    if (p < 0.02425) {
        const double r = std::sqrt(-2 * log_det(p));
        return (((((c[0] * r + c[1]) * r + c[2]) * r + c[3]) * r + c[4]) * r + c[5]) /
               ((((d[0] * r + d[1]) * r + d[2]) * r + d[3]) * r + 1);
    }
    const double q = p - 0.5, r = q * q;
    return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
           (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
}
}  // namespace

Rng::Rng(uint64_t seed) {
    for (uint64_t& s : s_) s = splitmix64(seed);
}

uint64_t Rng::next() {
    const uint64_t result = rotl(s_[1] * 5, 7) * 9, t = s_[1] << 17;
    s_[2] ^= s_[0], s_[3] ^= s_[1], s_[1] ^= s_[2], s_[0] ^= s_[3], s_[2] ^= t;
    s_[3] = rotl(s_[3], 45);
    return result;
}

uint32_t Rng::below(uint32_t n) {  // Lemire 2019
    uint64_t m = uint64_t(uint32_t(next() >> 32)) * n;
    if (uint32_t(m) < n) {
        const uint32_t threshold = uint32_t(-n) % n;
        while (uint32_t(m) < threshold) m = uint64_t(uint32_t(next() >> 32)) * n;
    }
    return uint32_t(m >> 32);
}

double Rng::uniform() {
    return double(next() >> 11) * 0x1p-53;
}

float Rng::normal() {
    const uint64_t bits = next();
    const double p = (double(bits >> 12) + 0.5) * 0x1p-53;  // (0, 0.5)
    const double x = normal_quantile(p);                    // negative half
    return float(bits & 1 ? x : -x);
}

void Rng::normals(float* out, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = normal();
}

}  // namespace gosset
