/// What this machine's processor and operating system can run, and how many cores this process may
/// use. Relies on nothing of ours. CPUID alone is never trusted: a register file that the operating
/// system does not save (XCR0) does not count, whatever the processor announces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace gosset {

/// Instruction sets that some tier, or `gosset cpu`, asks about.
enum class CpuFeature : uint8_t {
#define GOSSET_CPU_FEATURE(name) name,
#include "platforms/cpu_features.def"
#undef GOSSET_CPU_FEATURE
    count
};

const char* cpu_feature_name(CpuFeature);

/// The usable features: announced by the processor and enabled by the operating system.
struct CpuFeatures {
    uint64_t bits = 0;    ///< bit i: CpuFeature i
    char brand[64] = {};  ///< "Intel(R) Xeon(R) ...", NUL-terminated; empty when unknown

    bool has(CpuFeature f) const { return bits >> unsigned(f) & 1; }
    bool has_all(std::initializer_list<CpuFeature> list) const {
        for (CpuFeature f : list)
            if (!has(f)) return false;
        return true;
    }
    void set(CpuFeature f) { bits |= uint64_t(1) << unsigned(f); }
};

/// One answer of the x86 CPUID instruction.
struct CpuidLeaf {
    uint32_t leaf, subleaf, eax, ebx, ecx, edx;
};

/// Raw facts -> features, so that tests can replay other machines' dumps. A leaf that is not in the
/// dump, or lies beyond the highest leaf that leaf 0 (or 0x80000000) names, reads as zeros. `xcr0`
/// is what XGETBV(0) gave; it counts only where CPUID announces OSXSAVE.
CpuFeatures cpu_from_cpuid(std::span<const CpuidLeaf> leaves, uint64_t xcr0);
/// The same for aarch64 Linux: AT_HWCAP and AT_HWCAP2 of getauxval.
CpuFeatures cpu_from_hwcap(uint64_t hwcap, uint64_t hwcap2);

/// This machine, asked once.
const CpuFeatures& cpu_features();
/// "avx2 fma f16c ...", in the order of cpu_features.def.
std::string cpu_feature_list(const CpuFeatures&);
/// Whether this process may use the AMX tiles, which Linux gives only to those that ask: asks. The
/// answer holds for all threads, those to come included, and until the process ends; from then on
/// the kernel wants an alternate signal stack to have room for the tiles. False on other systems.
bool permit_tiles();
/// Cores that this process may be scheduled on, at least 1.
unsigned usable_cores();

namespace detail {
CpuFeatures read_cpu();  ///< one definition per architecture: cpu_x86.cpp, cpu_arm.cpp
}

}  // namespace gosset
