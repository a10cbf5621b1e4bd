// aarch64: the kernel's hwcaps on Linux and Android, sysctl on Apple. Other architectures than
// this and x86 report nothing and run the scalar tier.
#include "platforms/cpu.hpp"

#if !defined(__x86_64__) && !defined(__i386__)

#include <cstdio>
#include <cstring>

#if defined(__linux__)
#include <sys/auxv.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace gosset::detail {

#if defined(__APPLE__)
namespace {
bool flag(const char* name) {
    int value = 0;
    size_t size = sizeof value;
    return sysctlbyname(name, &value, &size, nullptr, 0) == 0 && value != 0;
}
}  // namespace
#elif defined(__linux__)
namespace {
// "Raspberry Pi 5 Model B ..." where the firmware left a name.
void read_board(char (&brand)[64]) {
    FILE* f = std::fopen("/sys/firmware/devicetree/base/model", "rb");
    if (!f) return;
    const size_t n = std::fread(brand, 1, sizeof brand - 1, f);
    brand[n] = 0;
    std::fclose(f);
}
}  // namespace
#endif

CpuFeatures read_cpu() {
    CpuFeatures f;
#if defined(__aarch64__) && defined(__linux__)
    f = cpu_from_hwcap(getauxval(AT_HWCAP), getauxval(AT_HWCAP2));
#elif defined(__aarch64__) && defined(__APPLE__)
    f.set(CpuFeature::neon);  // part of the base architecture
    if (flag("hw.optional.arm.FEAT_DotProd")) f.set(CpuFeature::dotprod);
    if (flag("hw.optional.arm.FEAT_I8MM")) f.set(CpuFeature::i8mm);
#elif defined(__aarch64__)
    f.set(CpuFeature::neon);
#endif
#if defined(__APPLE__)
    size_t size = sizeof f.brand - 1;
    if (sysctlbyname("machdep.cpu.brand_string", f.brand, &size, nullptr, 0) != 0) f.brand[0] = 0;
#elif defined(__linux__)
    read_board(f.brand);
#endif
    return f;
}

}  // namespace gosset::detail

namespace gosset {

bool permit_tiles() {
    return false;
}

}  // namespace gosset

#endif
