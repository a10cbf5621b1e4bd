#include "platforms/fp_env.hpp"

#if defined(__SSE__)
#include <xmmintrin.h>
#elif !defined(__aarch64__) && !defined(__arm__)
#include <cfenv>
#endif

namespace gosset {

namespace {

#if defined(__SSE__)
// MXCSR: bits 7-12 mask the six exceptions; 13-14 rounding; 15 FTZ; 6 DAZ; 0-5 sticky flags.
constexpr uint64_t kOurs = 0x1f80;
uint64_t get() {
    return _mm_getcsr();
}
void set(uint64_t v) {
    _mm_setcsr(unsigned(v));
}
#elif defined(__aarch64__)
// FPCR: 22-23 rounding, 24 FZ, 25 DN, 8-15 trap enables, 19 FZ16: all 0.
constexpr uint64_t kOurs = 0;
uint64_t get() {
    uint64_t v;
    __asm__ volatile("mrs %0, fpcr" : "=r"(v));
    return v;
}
void set(uint64_t v) {
    __asm__ volatile("msr fpcr, %0" : : "r"(v));
}
#elif defined(__arm__)
constexpr uint64_t kOurs = 0;  // FPSCR, laid out as FPCR; the flags live here too
uint64_t get() {
    uint32_t v;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(v));
    return v;
}
void set(uint64_t v) {
    __asm__ volatile("vmsr fpscr, %0" : : "r"(uint32_t(v)));
}
#else
constexpr uint64_t kOurs = FE_TONEAREST;  // traps and flushing are off unless a host is exotic
uint64_t get() {
    return uint64_t(std::fegetround());
}
void set(uint64_t v) {
    std::fesetround(int(v));
}
#endif

}  // namespace

FpEnv::FpEnv() : saved_(get()) {
    set(kOurs);
}
FpEnv::~FpEnv() {
    set(saved_);
}

}  // namespace gosset
