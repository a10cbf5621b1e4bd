#include "simd/tiers.hpp"

#include <cstring>

namespace gosset {

#define GOSSET_KERNELS(isa, family)              \
    namespace isa {                              \
    extern const FamilyKernels family##_kernels; \
    }
#include "simd/built.def"

#if GOSSET_HAVE_OPS
extern const OpKernels reference_ops;
#define GOSSET_TIER(isa)               \
    namespace isa {                    \
    extern const OpKernels op_kernels; \
    }
#include "simd/built.def"
#define GOSSET_OPS(table) &table
#else
#define GOSSET_OPS(table) nullptr
#endif

namespace {

bool runs_scalar(const CpuFeatures&) {
    return true;
}

// Each must cover the flags of its line in simd/isas.cmake. GFNI is in every processor with VBMI
// and VNNI (Ice Lake, Zen 4 and later).
[[maybe_unused]] bool runs_avx2(const CpuFeatures& f) {
    using enum CpuFeature;
    return f.has_all({sse4_2, popcnt, avx, f16c, fma, avx2, bmi2});
}
[[maybe_unused]] bool runs_avx512(const CpuFeatures& f) {
    using enum CpuFeature;
    return runs_avx2(f) &&
           f.has_all({avx512f, avx512bw, avx512vl, avx512dq, avx512_vnni, avx512_vbmi, gfni});
}

// Asked last: permission is a question to the kernel, and lasts as long as the process.
[[maybe_unused]] bool runs_avx512_amx(const CpuFeatures& f) {
    using enum CpuFeature;
    return runs_avx512(f) && f.has_all({amx_tile, amx_bf16, avx512_fp16}) && permit_tiles();
}

[[maybe_unused]] bool runs_neon(const CpuFeatures& f) {
    return f.has(CpuFeature::neon);
}
// What else Armv8.2 brings (atomics, CRC, rounding multiplies) is nothing that a compiler uses for
// this code by itself.
[[maybe_unused]] bool runs_neon_dotprod(const CpuFeatures& f) {
    return f.has_all({CpuFeature::neon, CpuFeature::dotprod});
}

struct Entry {
    const char* tier;
    const char* family;
    const FamilyKernels* kernels;
};

const Entry entries[] = {
#define GOSSET_KERNELS(isa, family) {#isa, #family, &isa::family##_kernels},
#include "simd/built.def"
    {"", "", nullptr},
};

}  // namespace

std::span<const Tier> all_tiers() {
    static const Tier tiers[] = {
        {"scalar", runs_scalar, GOSSET_OPS(reference_ops), nullptr},
#define GOSSET_TIER(isa) {#isa, runs_##isa, GOSSET_OPS(isa::op_kernels), nullptr},
#define GOSSET_TILE_TIER(isa, base) {#isa, runs_##isa, GOSSET_OPS(base::op_kernels), #base},
#include "simd/built.def"
    };
    return tiers;
}

const FamilyKernels* tier_kernels(const char* tier, const Family& family) {
    for (const Entry& e : entries)
        if (!std::strcmp(e.tier, tier) && !std::strcmp(e.family, family.name)) return e.kernels;
    return nullptr;
}

}  // namespace gosset
