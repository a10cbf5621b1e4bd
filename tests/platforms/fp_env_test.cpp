// The host's floating-point mode must not reach our numbers, and ours must not leak to the host.
#include "platforms/fp_env.hpp"

#include <cfenv>
#include <cfloat>

#include "tests/support/support.hpp"

namespace {

float third() {
    volatile float one = 1.0f, three = 3.0f;
    return one / three;
}
float half_of_smallest_normal() {
    volatile float x = FLT_MIN, two = 2.0f;
    return x / two;
}

}  // namespace

TEST_CASE("rounding is ours inside and the host's outside") {
    const float nearest = third();
    REQUIRE(std::fesetround(FE_DOWNWARD) == 0);
    const float downward = third();
    CHECK(downward != nearest);
    {
        const gosset::FpEnv env;
        CHECK(third() == nearest);
    }
    CHECK(std::fegetround() == FE_DOWNWARD);
    CHECK(third() == downward);
    std::fesetround(FE_TONEAREST);
}

#if defined(__SSE__)
TEST_CASE("subnormals are kept and traps are masked inside") {
    const unsigned before = __builtin_ia32_stmxcsr();
    const unsigned hostile = 0x8040 | 0x6000 | 0x1d80;  // FTZ, DAZ, toward zero, /0 not masked
    __builtin_ia32_ldmxcsr(hostile);
    CHECK(half_of_smallest_normal() == 0);
    {
        const gosset::FpEnv env;
        CHECK((__builtin_ia32_stmxcsr() & 0xffc0u) == 0x1f80u);
        CHECK(half_of_smallest_normal() > 0);
        volatile float zero = 0.0f, one = 1.0f;
        CHECK(one / zero > FLT_MAX);  // would trap in the host's mode
    }
    CHECK((__builtin_ia32_stmxcsr() & 0xffc0u) == (hostile & 0xffc0u));
    __builtin_ia32_ldmxcsr(before);
}
#endif
