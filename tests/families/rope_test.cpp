// Scaled rotations against their published formulas, in long double.
#include "runtime/layers/rope.hpp"

#include <cmath>
#include <functional>

#include "tests/support/support.hpp"

namespace gosset::test {
namespace {

using Real = long double;
constexpr Real kPi = 3.14159265358979323846L;

void check(const std::vector<double>& got, uint32_t pairs, const std::function<Real(Real)>& want) {
    REQUIRE(got.size() == pairs);
    for (uint32_t i = 0; i < pairs; i++) {
        CAPTURE(i);
        CHECK(got[i] == doctest::Approx(double(want(Real(i)))).epsilon(1e-13));
    }
}

Real plain(Real theta, Real i, Real pairs) {
    return std::pow(theta, -i / pairs);
}

TEST_CASE("plain, partial and linear") {
    RopeKind kind;
    kind.theta = 500000;
    check(make_rope(kind, 128).frequency, 64, [](Real i) { return plain(500000, i, 64); });
    kind.rotary_dim = 20;
    check(make_rope(kind, 80).frequency, 10, [](Real i) { return plain(500000, i, 10); });
    kind.scaling = RopeScaling::linear, kind.factor = 8;
    const Rope rope = make_rope(kind, 80);
    check(rope.frequency, 10, [](Real i) { return plain(500000, i, 10) / 8; });
    CHECK(rope.attention_factor == 1);
    CHECK(rope.long_frequency.empty());
}

TEST_CASE("llama3: Llama 3.1's own parameters") {
    RopeKind kind;
    kind.theta = 500000, kind.scaling = RopeScaling::llama3, kind.factor = 8;
    kind.low_freq_factor = 1, kind.high_freq_factor = 4, kind.original_context = 8192;
    check(make_rope(kind, 128).frequency, 64, [](Real i) -> Real {
        const Real f = plain(500000, i, 64), wavelength = 2 * kPi / f;
        if (wavelength < 8192.0L / 4) return f;
        if (wavelength > 8192.0L) return f / 8;
        const Real smooth = (8192 / wavelength - 1) / 3;
        return (1 - smooth) * f / 8 + smooth * f;
    });
}

TEST_CASE("yarn: Qwen2.5's parameters") {
    RopeKind kind;
    kind.theta = 1e6f, kind.scaling = RopeScaling::yarn, kind.factor = 4;
    kind.beta_fast = 32, kind.beta_slow = 1, kind.original_context = 32768;
    const Rope rope = make_rope(kind, 128);
    const auto pair = [](Real turns) {
        return 128 * std::log(32768 / (turns * 2 * kPi)) / (2 * std::log(1e6L));
    };
    const Real low = std::floor(pair(32)), high = std::ceil(pair(1));
    CHECK((low == 23 && high == 40));
    check(rope.frequency, 64, [&](Real i) {
        const Real ramp = std::min(std::max((i - low) / (high - low), 0.0L), 1.0L);
        return plain(1e6L, i, 64) * (ramp / 4 + (1 - ramp));
    });
    CHECK(rope.attention_factor == doctest::Approx(double(0.1L * std::log(4.0L) + 1)));
    kind.attention_factor = 1.25f;
    CHECK(make_rope(kind, 128).attention_factor == 1.25);
    kind.attention_factor = 0, kind.factor = 1;
    CHECK(make_rope(kind, 128).attention_factor == 1);
}

TEST_CASE("longrope takes its factors by the length of the session") {
    RopeKind kind;
    kind.scaling = RopeScaling::longrope, kind.factor = 32, kind.original_context = 4096;
    for (int i = 0; i < 48; i++) {
        kind.short_factors.push_back(1 + float(i) / 64);
        kind.long_factors.push_back(1 + float(i));
    }
    const Rope rope = make_rope(kind, 96);
    check(rope.of_context(1), 48, [](Real i) { return plain(10000, i, 48) / (1 + i / 64); });
    check(rope.of_context(4096), 48, [](Real i) { return plain(10000, i, 48) / (1 + i / 64); });
    check(rope.of_context(4097), 48, [](Real i) { return plain(10000, i, 48) / (1 + i); });
    CHECK(rope.attention_factor ==
          doctest::Approx(std::sqrt(1 + std::log(32.0) / std::log(4096.0))));
}

TEST_CASE("angles are cosines and sines of position times frequency, times the factor") {
    RopeKind kind;
    const Rope rope = make_rope(kind, 64);
    for (const uint32_t position : {0u, 1u, 1000u, 131071u}) {
        float cosine[33], sine[33];
        cosine[32] = sine[32] = -77.0f;
        rope_angles(rope.frequency, 1.5, position, cosine, sine);
        CHECK((cosine[32] == -77.0f && sine[32] == -77.0f));
        for (int i = 0; i < 32; i++) {
            const Real angle = Real(position) * plain(10000, i, 32);
            CHECK(std::fabs(Real(cosine[i]) - 1.5L * std::cos(angle)) < 1e-7L);
            CHECK(std::fabs(Real(sine[i]) - 1.5L * std::sin(angle)) < 1e-7L);
        }
    }
}

}  // namespace
}  // namespace gosset::test
