#include "platforms/cpu.hpp"

#include <cstring>

#if defined(__linux__)
#include <sched.h>
#endif

#include "platforms/thread.hpp"

namespace gosset {

namespace {

const CpuidLeaf* find_leaf(std::span<const CpuidLeaf> leaves, uint32_t leaf, uint32_t subleaf) {
    for (const CpuidLeaf& l : leaves)
        if (l.leaf == leaf && l.subleaf == subleaf) return &l;
    return nullptr;
}

// Beyond the highest leaf a processor answers with the data of another leaf, so ask leaf 0 first.
CpuidLeaf get_leaf(std::span<const CpuidLeaf> leaves, uint32_t leaf, uint32_t subleaf) {
    const CpuidLeaf* top = find_leaf(leaves, leaf & 0x80000000u, 0);
    const CpuidLeaf* found = find_leaf(leaves, leaf, subleaf);
    return top && found && leaf <= top->eax ? *found : CpuidLeaf{leaf, subleaf, 0, 0, 0, 0};
}

void copy_brand(std::span<const CpuidLeaf> leaves, char (&brand)[64]) {
    char raw[49] = {};
    for (uint32_t i = 0; i < 3; i++) {
        const CpuidLeaf l = get_leaf(leaves, 0x80000002u + i, 0);
        const uint32_t words[4] = {l.eax, l.ebx, l.ecx, l.edx};
        std::memcpy(raw + 16 * i, words, 16);
    }
    const char* start = raw;  // padded with blanks on the left by some, on the right by others
    while (*start == ' ') start++;
    size_t n = std::strlen(start);
    while (n > 0 && start[n - 1] == ' ') n--;
    std::memcpy(brand, start, n);
}

}  // namespace

const char* cpu_feature_name(CpuFeature f) {
    static const char* const names[] = {
#define GOSSET_CPU_FEATURE(name) #name,
#include "platforms/cpu_features.def"
#undef GOSSET_CPU_FEATURE
    };
    return f < CpuFeature::count ? names[unsigned(f)] : "?";
}

CpuFeatures cpu_from_cpuid(std::span<const CpuidLeaf> leaves, uint64_t xcr0) {
    // Intel SDM volume 2, CPUID; XCR0: bit 1 SSE, 2 AVX, 5 opmask, 6 zmm 0-15 high, 7 zmm 16-31,
    // 17 and 18 the AMX tiles.
    const CpuidLeaf l1 = get_leaf(leaves, 1, 0), l7 = get_leaf(leaves, 7, 0);
    const CpuidLeaf l71 = l7.eax >= 1 ? get_leaf(leaves, 7, 1) : CpuidLeaf{};
    const bool osxsave = l1.ecx >> 27 & 1;
    const uint64_t saved = osxsave ? xcr0 : 0;
    const bool ymm = (saved & 0x6) == 0x6;
    const bool zmm = (saved & 0xe6) == 0xe6;
    // Leaf 0x1d, 1: the palette that kernels configure, 8 tiles of 16 rows of 64 bytes. A virtual
    // machine that shows the feature and hides the palette has no tiles.
    const CpuidLeaf palette = get_leaf(leaves, 0x1d, 1);
    const bool tiles = (saved & 0x60000) == 0x60000 && palette.ebx == (8u << 16 | 64) &&
                       (palette.ecx & 0xffff) == 16;

    const struct {
        CpuFeature feature;
        uint32_t word;
        unsigned bit;
        bool enabled;
    } rows[] = {
        {CpuFeature::sse4_2, l1.ecx, 20, true},     {CpuFeature::popcnt, l1.ecx, 23, true},
        {CpuFeature::avx, l1.ecx, 28, ymm},         {CpuFeature::f16c, l1.ecx, 29, ymm},
        {CpuFeature::fma, l1.ecx, 12, ymm},         {CpuFeature::avx2, l7.ebx, 5, ymm},
        {CpuFeature::bmi2, l7.ebx, 8, true},        {CpuFeature::avx_vnni, l71.eax, 4, ymm},
        {CpuFeature::avx512f, l7.ebx, 16, zmm},     {CpuFeature::avx512bw, l7.ebx, 30, zmm},
        {CpuFeature::avx512vl, l7.ebx, 31, zmm},    {CpuFeature::avx512dq, l7.ebx, 17, zmm},
        {CpuFeature::avx512_vnni, l7.ecx, 11, zmm}, {CpuFeature::avx512_vbmi, l7.ecx, 1, zmm},
        {CpuFeature::gfni, l7.ecx, 8, ymm},         {CpuFeature::avx512_bf16, l71.eax, 5, zmm},
        {CpuFeature::amx_tile, l7.edx, 24, tiles},  {CpuFeature::amx_int8, l7.edx, 25, tiles},
        {CpuFeature::amx_bf16, l7.edx, 22, tiles},  {CpuFeature::avx512_fp16, l7.edx, 23, zmm},
    };
    CpuFeatures f;
    for (const auto& r : rows)
        if (r.enabled && (r.word >> r.bit & 1)) f.set(r.feature);
    copy_brand(leaves, f.brand);
    return f;
}

CpuFeatures cpu_from_hwcap(uint64_t hwcap, uint64_t hwcap2) {
    // arch/arm64/include/uapi/asm/hwcap.h
    CpuFeatures f;
    if (hwcap >> 1 & 1) f.set(CpuFeature::neon);
    if (hwcap >> 20 & 1) f.set(CpuFeature::dotprod);
    if (hwcap >> 22 & 1) f.set(CpuFeature::sve);
    if (hwcap2 >> 13 & 1) f.set(CpuFeature::i8mm);
    return f;
}

const CpuFeatures& cpu_features() {
    static const CpuFeatures features = detail::read_cpu();
    return features;
}

std::string cpu_feature_list(const CpuFeatures& f) {
    std::string out;
    for (unsigned i = 0; i < unsigned(CpuFeature::count); i++) {
        if (!f.has(CpuFeature(i))) continue;
        if (!out.empty()) out += ' ';
        out += cpu_feature_name(CpuFeature(i));
    }
    return out;
}

unsigned usable_cores() {
#if defined(__linux__)
    for (int cpus = 1024; cpus <= 1 << 16; cpus *= 2) {  // the kernel refuses a mask too small
        cpu_set_t* set = CPU_ALLOC(cpus);
        if (!set) break;
        const size_t size = CPU_ALLOC_SIZE(cpus);
        CPU_ZERO_S(size, set);
        const int n = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
        CPU_FREE(set);
        if (n > 0) return unsigned(n);
    }
#endif
    const unsigned n = hardware_threads();
    return n > 0 ? n : 1;
}

}  // namespace gosset
