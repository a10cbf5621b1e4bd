/// The tiers of kernels in this build as compiled: what each asks of the processor, and its tables.
/// dispatch.cpp merges them with the references. Relies on platforms/cpu.hpp.
#pragma once

#include <span>

#include "platforms/cpu.hpp"
#include "simd/family.hpp"

namespace gosset {

struct Tier {
    const char* name;
    bool (*runs_on)(const CpuFeatures&);
    const OpKernels* ops;  ///< null where this build has none; members may be null
    /// Not null: all is as in the tier of this name, and the own gemm becomes
    /// gemm_rounded.
    const char* base;
};

/// Plain to best; the first is "scalar", which runs everywhere.
std::span<const Tier> all_tiers();
/// The kernels that the tier of this name has for the family; null for scalar.
const FamilyKernels* tier_kernels(const char* tier, const Family& family);

}  // namespace gosset
