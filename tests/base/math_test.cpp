// runtime/base/math.hpp against the long double functions of the C library, at special values, and
// against one hash of its outputs that every compiler and CPU must reproduce.
#include "runtime/base/math.hpp"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "runtime/base/rng.hpp"
#include "tests/support/support.hpp"

namespace {

using gosset::Rng;
namespace math = gosset::math;

constexpr float kInf = std::numeric_limits<float>::infinity();
const float kNan = std::numeric_limits<float>::quiet_NaN();

/// |got - want| in ulp of a format with `digits` bits and least exponent `least`.
template <class T>
double ulps(T got, long double want, int digits, int least) {
    const T rounded = T(want);
    if (std::isnan(got) || std::isnan(rounded))
        return std::isnan(got) && std::isnan(rounded) ? 0 : 1e9;
    if (got == rounded)
        return got == 0 || std::isinf(got)
                   ? 0
                   : double(std::fabs(got - want) /
                            std::ldexp(1.0L, std::max(std::ilogb(got) + 1 - digits, least)));
    if (std::isinf(got) || std::isinf(rounded)) return 1e9;
    return double(
        std::fabs((long double)got - want) /
        std::ldexp(1.0L,
                   std::max(std::ilogb(std::max(std::fabs(got), std::fabs(rounded))) + 1 - digits,
                            least)));
}
double ulps(float got, long double want) {
    return ulps(got, want, 24, -149);
}
double ulps(double got, long double want) {
    return ulps(got, want, 53, -1074);
}

/// The worst error of f against g over draws of `draw`.
template <class F, class G, class D>
double worst(int n, D draw, F f, G g) {
    double w = 0;
    for (int i = 0; i < gosset::test::share(n); i++) {
        const auto x = draw();
        w = std::max(w, ulps(f(x), g(x)));
    }
    return w;
}

TEST_CASE("float functions are within their stated ulps over all bit patterns") {
    // A large odd stride visits every exponent; the start differs from run to run.
    const uint32_t start = uint32_t(gosset::test::seed());
    double e = 0, l = 0, t = 0;
    for (uint32_t i = 0; i < uint32_t(gosset::test::share(1 << 20)); i++) {
        const float x = std::bit_cast<float>(start + i * 4093u);
        e = std::max(e, ulps(math::exp(x), std::exp((long double)x)));
        l = std::max(l, ulps(math::log(x), std::log((long double)x)));
        t = std::max(t, ulps(math::tanh(x), std::tanh((long double)x)));
    }
    CHECK(e <= 1.1);
    CHECK(l <= 1.0);
    CHECK(t <= 2.0);

    Rng rng(gosset::test::seed());
    const auto in = [&](double lo, double hi) {
        return [&rng, lo, hi] { return float(lo + (hi - lo) * rng.uniform()); };
    };
    const auto exp32 = [](float x) { return math::exp(x); };
    const auto exp80 = [](float x) { return std::exp((long double)x); };
    CHECK(worst(200000, in(-104, 89), exp32, exp80) <= 1.1);
    CHECK(worst(100000, in(-104, -87), exp32, exp80) <= 1.1);  // subnormal results
    CHECK(worst(200000, in(-1, 1), exp32, exp80) <= 1.1);
    CHECK(worst(
              200000, in(0.5, 2), [](float x) { return math::log(x); },
              [](float x) { return std::log((long double)x); }) <= 1.0);
    CHECK(worst(
              200000, in(-10, 10), [](float x) { return math::tanh(x); },
              [](float x) { return std::tanh((long double)x); }) <= 2.0);
}

TEST_CASE("double functions are within their stated ulps") {
    Rng rng(gosset::test::seed() + 1);
    const auto in = [&](double lo, double hi) {
        return [&rng, lo, hi] { return lo + (hi - lo) * rng.uniform(); };
    };
    const int n = 100000;
#define WORST(name, draw)                                \
    worst(                                               \
        n, draw, [](double x) { return math::name(x); }, \
        [](double x) { return std::name((long double)x); })
    CHECK(WORST(exp, in(-745.2, 709.8)) <= 1.0);
    CHECK(WORST(exp, in(-1, 1)) <= 1.0);
    CHECK(WORST(log, in(0, 10)) <= 1.0);
    CHECK(WORST(log, in(0.99, 1.01)) <= 1.0);
    CHECK(WORST(log, ([&] { return std::bit_cast<double>(rng.next() % 0x7ff0000000000000u); })) <=
          1.0);
    CHECK(WORST(sin, in(-0x1p20, 0x1p20)) <= 1.0);
    CHECK(WORST(cos, in(-0x1p20, 0x1p20)) <= 1.0);
    CHECK(WORST(sin, in(-4, 4)) <= 1.0);
    CHECK(WORST(cos, in(-4, 4)) <= 1.0);
    CHECK(WORST(tanh, in(-3, 3)) <= 3.0);
    CHECK(WORST(tanh, in(-1e-3, 1e-3)) <= 3.0);
    CHECK(WORST(erf, in(-6.5, 6.5)) <= 4.0);
    CHECK(WORST(erf, in(-1e-3, 1e-3)) <= 4.0);
    // next to multiples of pi / 2, where the reduction cancels
    const auto near = [&] {
        const double x = double(rng.below(660000)) * 1.5707963267948966;
        return std::nextafter(x, rng.below(2) ? 1e9 : 0.0);
    };
    CHECK(WORST(sin, near) <= 1.0);
    CHECK(WORST(cos, near) <= 1.0);
#undef WORST
}

TEST_CASE("pow serves RoPE: theta^(-2i/d)") {
    double w = 0, far = 0;
    for (const double theta : {1e4, 1e5, 5e5, 1e6, 1e7, 10.0, 1.5})
        for (int d = 2; d <= (gosset::test::short_run() ? 32 : 256); d += 2)
            for (int i = 0; i < d / 2; i++) {
                const double y = -2.0 * i / d;
                w = std::max(
                    w, ulps(math::pow(theta, y), std::pow((long double)theta, (long double)y)));
            }
    CHECK(w <= 2.0);
    Rng rng(gosset::test::seed() + 2);
    for (int i = 0; i < 100000; i++) {
        const double x = 10 * rng.uniform(), y = 600 * rng.uniform() - 300;
        far = std::max(far, ulps(math::pow(x, y), std::pow((long double)x, (long double)y)));
    }
    CHECK(far <= 8.0);
}

TEST_CASE("special values are defined") {
    CHECK(math::exp(kInf) == kInf);
    CHECK(math::exp(-kInf) == 0);
    CHECK(math::exp(0.0f) == 1);
    CHECK(math::exp(88.8f) == kInf);
    CHECK(math::exp(-104.0f) == 0);
    CHECK(math::exp(-103.2f) == std::numeric_limits<float>::denorm_min());
    CHECK(std::isnan(math::exp(kNan)));
    CHECK(math::log(0.0f) == -kInf);
    CHECK(math::log(-0.0f) == -kInf);
    CHECK(math::log(1.0f) == 0);
    CHECK(math::log(kInf) == kInf);
    CHECK(std::isnan(math::log(-1.0f)));
    CHECK(std::isnan(math::log(kNan)));
    CHECK(math::tanh(kInf) == 1);
    CHECK(math::tanh(-kInf) == -1);
    CHECK(std::signbit(math::tanh(-0.0f)));
    CHECK(std::isnan(math::tanh(kNan)));

    CHECK(math::exp(710.0) == HUGE_VAL);
    CHECK(math::exp(-746.0) == 0);
    CHECK(math::exp(-745.0) == std::numeric_limits<double>::denorm_min());
    CHECK(math::exp(-HUGE_VAL) == 0);
    CHECK(std::isnan(math::exp(double(kNan))));
    CHECK(math::log(0.0) == -HUGE_VAL);
    CHECK(math::log(1.0) == 0);
    CHECK(math::log(HUGE_VAL) == HUGE_VAL);
    CHECK(std::isnan(math::log(-1.0)));
    CHECK(std::signbit(math::sin(-0.0)));
    CHECK(math::cos(0.0) == 1);
    CHECK(std::isnan(math::sin(HUGE_VAL)));
    CHECK(std::isnan(math::cos(double(kNan))));
    CHECK(math::pow(2.0, 10.0) == 1024);
    CHECK(math::pow(0.0, 2.0) == 0);
    CHECK(math::pow(0.0, -2.0) == HUGE_VAL);
    CHECK(math::pow(HUGE_VAL, -1.0) == 0);
    CHECK(math::pow(5.0, 0.0) == 1);
    CHECK(math::pow(10.0, 400.0) == HUGE_VAL);
    CHECK(math::pow(10.0, -400.0) == 0);
    CHECK(std::isnan(math::pow(-2.0, 2.0)));
    CHECK(math::tanh(400.0) == 1);
    CHECK(math::erf(0.0) == 0);
    CHECK(math::erf(-30.0) == -1);
    CHECK(std::isnan(math::erf(double(kNan))));
}

/// One number for many outputs; NaNs are counted as one, since their bits are not specified.
class Digest {
  public:
    template <class T>
    void add(T v) {
        if (v != v) v = std::numeric_limits<T>::quiet_NaN();
        unsigned char bytes[sizeof(T)];
        std::memcpy(bytes, &v, sizeof(T));
        bytes_.insert(bytes_.end(), bytes, bytes + sizeof(T));
    }
    uint64_t value() const { return XXH3_64bits(bytes_.data(), bytes_.size()); }

  private:
    std::vector<unsigned char> bytes_;
};

TEST_CASE("outputs have the pinned bits") {
    Digest floats, doubles;
    for (uint32_t i = 0; i < 100000; i++) {
        const float x = std::bit_cast<float>(i * 42943u);
        floats.add(math::exp(x)), floats.add(math::log(x)), floats.add(math::tanh(x));
    }
    Rng rng(1909);  // fixed: the hash pins these very inputs
    for (int i = 0; i < 20000; i++) {
        const double u = rng.uniform(), s = 2 * u - 1;
        doubles.add(math::exp(750 * s)), doubles.add(math::log(u)),
            doubles.add(math::log(1e300 * u));
        doubles.add(math::sin(0x1p20 * s)), doubles.add(math::cos(0x1p20 * s));
        doubles.add(math::sin(4 * s)), doubles.add(math::cos(4 * s));
        doubles.add(math::pow(1e6 * u, s)), doubles.add(math::pow(10 * u, 300 * s));
        doubles.add(math::tanh(3 * s)), doubles.add(math::erf(6 * s));
    }
    CHECK(floats.value() == 9690344763355808480u);
    CHECK(doubles.value() == 12494101243807379549u);
}

}  // namespace
