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
[[maybe_unused]] float half_of_smallest_normal() {
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

#if defined(__SSE__) || defined(__aarch64__)
namespace {
#if defined(__SSE__)
constexpr unsigned kSticky = 0x3f;                       // flags that any operation may set
constexpr unsigned kHostile = 0x8040 | 0x6000 | 0x1d80;  // FTZ, DAZ, toward zero, /0 not masked
constexpr unsigned kOurs = 0x1f80;
unsigned get() {
    return __builtin_ia32_stmxcsr();
}
void set(unsigned v) {
    __builtin_ia32_ldmxcsr(v);
}
#else
constexpr unsigned kSticky = 0;
constexpr unsigned kHostile = 3u << 22 | 1u << 24 | 1u << 25;  // toward zero, FZ, DN
constexpr unsigned kOurs = 0;
unsigned get() {
    unsigned long v;
    __asm__ volatile("mrs %0, fpcr" : "=r"(v));
    return unsigned(v);
}
void set(unsigned v) {
    __asm__ volatile("msr fpcr, %0" : : "r"((unsigned long)v));
}
#endif
}  // namespace

TEST_CASE("subnormals are kept and traps are masked inside") {
    const unsigned before = get();
    set(kHostile);
    CHECK(half_of_smallest_normal() == 0);
    {
        const gosset::FpEnv env;
        CHECK((get() & ~kSticky) == kOurs);
        CHECK(half_of_smallest_normal() > 0);
        volatile float zero = 0.0f, one = 1.0f;
        CHECK(one / zero > FLT_MAX);  // would trap in the host's mode
    }
    CHECK((get() & ~kSticky) == (kHostile & ~kSticky));
    set(before);
}
#endif
