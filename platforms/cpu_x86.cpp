// CPUID and XGETBV, with baseline flags: this file runs before anything is known of the machine.
#include "platforms/cpu.hpp"

#if defined(__x86_64__) || defined(__i386__)

#include <cpuid.h>

#if defined(__linux__) && defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace gosset::detail {

namespace {
uint64_t read_xcr0() {
    uint32_t low, high;  // the mnemonic needs -mxsave, so: XGETBV
    __asm__ volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(low), "=d"(high) : "c"(0));
    return uint64_t(high) << 32 | low;
}
}  // namespace

CpuFeatures read_cpu() {
    const uint32_t wanted[][2] = {{0, 0},           {1, 0},           {7, 0},
                                  {7, 1},           {0x1d, 1},        {0x80000000u, 0},
                                  {0x80000002u, 0}, {0x80000003u, 0}, {0x80000004u, 0}};
    CpuidLeaf leaves[sizeof wanted / sizeof *wanted];
    size_t n = 0;
    for (const auto& w : wanted) {
        CpuidLeaf& l = leaves[n++];
        l.leaf = w[0], l.subleaf = w[1];
        __cpuid_count(l.leaf, l.subleaf, l.eax, l.ebx, l.ecx, l.edx);
    }
    const bool osxsave = leaves[1].ecx >> 27 & 1;  // else XGETBV is an illegal instruction
    return cpu_from_cpuid(leaves, osxsave ? read_xcr0() : 0);
}

}  // namespace gosset::detail

namespace gosset {

bool permit_tiles() {
#if defined(__linux__) && defined(__x86_64__)
    // arch/x86/include/uapi/asm/prctl.h; 18 is XFEATURE_XTILE_DATA. A granted request is believed
    // only if the permission then shows.
    constexpr long kGetPermission = 0x1022, kAskPermission = 0x1023, kTileData = 18;
    unsigned long granted = 0;
    return syscall(SYS_arch_prctl, kAskPermission, kTileData) == 0 &&
           syscall(SYS_arch_prctl, kGetPermission, &granted) == 0 && (granted >> kTileData & 1);
#else
    return false;
#endif
}

}  // namespace gosset

#endif
