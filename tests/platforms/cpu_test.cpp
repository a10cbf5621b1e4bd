// Features from recorded and mutated CPUID dumps: what must and what must not be believed.
#include "platforms/cpu.hpp"

#include <cstring>
#include <thread>
#include <vector>

#include "tests/support/support.hpp"

using gosset::CpuFeature;
using gosset::CpuFeatures;
using gosset::CpuidLeaf;

namespace {

// Recorded on a Sapphire Rapids server under KVM; XCR0 was 0x602e7.
const std::vector<CpuidLeaf> sapphire_rapids = {
    {0x0, 0, 0x00000020, 0x756e6547, 0x6c65746e, 0x49656e69},
    {0x1, 0, 0x000a0678, 0x00020800, 0xfffa3203, 0x1f8bfbff},
    {0x7, 0, 0x00000002, 0xf1bf27eb, 0x1b415fde, 0xbfd14410},
    {0x7, 1, 0x00001c30, 0x00000000, 0x00000000, 0x00000000},
    {0x1d, 1, 0x04002000, 0x00080040, 0x00000010, 0x00000000},
    {0x80000000, 0, 0x80000008, 0x00000000, 0x00000000, 0x00000000},
    {0x80000002, 0, 0x65746e49, 0x2952286c, 0x6f655820, 0x2952286e},
    {0x80000003, 0, 0x6f725020, 0x73736563, 0x0000726f, 0x00000000},
    {0x80000004, 0, 0x00000000, 0x00000000, 0x00000000, 0x00000000},
};
constexpr uint64_t kAllState = 0x602e7;

CpuidLeaf& leaf(std::vector<CpuidLeaf>& dump, uint32_t l, uint32_t sub = 0) {
    for (CpuidLeaf& x : dump)
        if (x.leaf == l && x.subleaf == sub) return x;
    REQUIRE(false);
    return dump[0];
}

CpuFeatures read(const std::vector<CpuidLeaf>& dump, uint64_t xcr0) {
    return gosset::cpu_from_cpuid(dump, xcr0);
}

bool any_avx512(const CpuFeatures& f) {
    using enum CpuFeature;
    for (CpuFeature x :
         {avx512f, avx512bw, avx512vl, avx512dq, avx512_vnni, avx512_vbmi, avx512_bf16})
        if (f.has(x)) return true;
    return false;
}

}  // namespace

TEST_CASE("a recorded dump with everything enabled") {
    const CpuFeatures f = read(sapphire_rapids, kAllState);
    CHECK(std::string(f.brand) == "Intel(R) Xeon(R) Processor");
    CHECK(gosset::cpu_feature_list(f) ==
          "sse4_2 popcnt avx f16c fma avx2 bmi2 avx_vnni avx512f avx512bw avx512vl avx512dq "
          "avx512_vnni avx512_vbmi gfni avx512_bf16 avx512_fp16 amx_tile amx_int8 amx_bf16");
}

TEST_CASE("registers that the operating system does not save do not count") {
    using enum CpuFeature;
    SUBCASE("no zmm state") {
        for (uint64_t missing : {0x20, 0x40, 0x80}) {
            const CpuFeatures f = read(sapphire_rapids, kAllState & ~missing);
            CHECK(!any_avx512(f));
            CHECK(f.has_all({avx2, fma, f16c, avx_vnni}));
        }
    }
    SUBCASE("no ymm state") {
        for (uint64_t missing : {0x2, 0x4}) {
            const CpuFeatures f = read(sapphire_rapids, kAllState & ~missing);
            CHECK(!any_avx512(f));
            CHECK(!f.has(avx2));
            CHECK(!f.has(avx));
            CHECK(!f.has(fma));
            CHECK(!f.has(f16c));
            CHECK(!f.has(avx_vnni));
            CHECK(f.has(sse4_2));
        }
    }
    SUBCASE("no tiles") {
        const CpuFeatures f = read(sapphire_rapids, 0xe7);
        CHECK(!f.has(amx_tile));
        CHECK(!f.has(amx_int8));
        CHECK(f.has(avx512f));
    }
    SUBCASE("a virtual machine that hides the palette of tiles") {
        auto dump = sapphire_rapids;
        SUBCASE("as zeros") {
            leaf(dump, 0x1d, 1) = {0x1d, 1, 0, 0, 0, 0};
        }
        SUBCASE("by its highest leaf") {
            leaf(dump, 0).eax = 0x1c;
        }
        SUBCASE("in part") {
            leaf(dump, 0x1d, 1).ebx = 0x00040040;
        }
        const CpuFeatures f = read(dump, kAllState);
        CHECK(!f.has(amx_tile));
        CHECK(!f.has(amx_int8));
        CHECK(f.has(avx512f));
    }
    SUBCASE("no OSXSAVE: XCR0 is not to be believed") {
        auto dump = sapphire_rapids;
        leaf(dump, 1).ecx &= ~(1u << 27);
        CHECK(gosset::cpu_feature_list(read(dump, kAllState)) == "sse4_2 popcnt bmi2");
    }
}

TEST_CASE("leaves beyond the highest one read as zeros") {
    using enum CpuFeature;
    auto dump = sapphire_rapids;
    SUBCASE("a processor without leaf 7") {
        leaf(dump, 0).eax = 6;  // the dump still has data there, as real processors answer
        const CpuFeatures f = read(dump, kAllState);
        CHECK(f.has(avx));
        CHECK(!f.has(avx2));
        CHECK(!any_avx512(f));
    }
    SUBCASE("without subleaf 1 of 7") {
        leaf(dump, 7).eax = 0;
        const CpuFeatures f = read(dump, kAllState);
        CHECK(f.has(avx512_vnni));
        CHECK(!f.has(avx_vnni));
        CHECK(!f.has(avx512_bf16));
    }
    SUBCASE("without a brand string") {
        leaf(dump, 0x80000000u).eax = 0x80000001u;
        CHECK(std::strlen(read(dump, kAllState).brand) == 0);
    }
    SUBCASE("an empty dump") {
        const CpuFeatures f = read({}, ~uint64_t(0));
        CHECK(f.bits == 0);
        CHECK(std::strlen(f.brand) == 0);
    }
}

TEST_CASE("a brand string that fills all 48 bytes and begins with blanks") {
    auto dump = sapphire_rapids;
    for (uint32_t l : {0x80000002u, 0x80000003u, 0x80000004u})
        leaf(dump, l) = {l, 0, 0x41414141, 0x41414141, 0x41414141, 0x41414141};
    CHECK(std::string(read(dump, kAllState).brand) == std::string(48, 'A'));
    leaf(dump, 0x80000002u) = {0x80000002u, 0, 0x20202020, 0x41412020, 0x41414141, 0x41414141};
    CHECK(std::string(read(dump, kAllState).brand) == std::string(42, 'A'));
}

TEST_CASE("hwcaps of aarch64 Linux") {
    // Raspberry Pi 4 (Cortex-A72): fp asimd evtstrm crc32 cpuid; Pi 5 (A76) adds asimddp.
    CHECK(gosset::cpu_feature_list(gosset::cpu_from_hwcap(0x887, 0)) == "neon");
    CHECK(gosset::cpu_feature_list(gosset::cpu_from_hwcap(0x119fff, 0)) == "neon dotprod");
    CHECK(gosset::cpu_feature_list(gosset::cpu_from_hwcap(0x500002, 1 << 13)) ==
          "neon dotprod i8mm sve");
    CHECK(gosset::cpu_feature_list(gosset::cpu_from_hwcap(0, 0)) == "");
}

TEST_CASE("this machine") {
    const CpuFeatures& f = gosset::cpu_features();
    MESSAGE("brand '" << f.brand << "', features: " << gosset::cpu_feature_list(f));
    CHECK(&f == &gosset::cpu_features());
#if defined(__x86_64__) && defined(__GNUC__)
    // The compiler's run-time library asks independently, XCR0 included.
    __builtin_cpu_init();
    CHECK(f.has(CpuFeature::avx2) == bool(__builtin_cpu_supports("avx2")));
    CHECK(f.has(CpuFeature::fma) == bool(__builtin_cpu_supports("fma")));
    CHECK(f.has(CpuFeature::avx512bw) == bool(__builtin_cpu_supports("avx512bw")));
    CHECK(f.has(CpuFeature::avx512_vnni) == bool(__builtin_cpu_supports("avx512vnni")));
    CHECK(f.has(CpuFeature::avx512_vbmi) == bool(__builtin_cpu_supports("avx512vbmi")));
#endif
    if (!f.has(CpuFeature::amx_tile)) MESSAGE("no AMX tiles: whether they are permitted is moot");
    if (f.has(CpuFeature::amx_tile)) CHECK(gosset::permit_tiles() == gosset::permit_tiles());
    CHECK(gosset::usable_cores() >= 1);
    const unsigned all = std::thread::hardware_concurrency();
    if (all > 0) CHECK(gosset::usable_cores() <= all);
}
