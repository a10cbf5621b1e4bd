#include "simd/codecs/q4/layout.hpp"
#include "simd/family.hpp"
#include "simd/parts/panel_loop.hpp"

namespace gosset::GOSSET_ISA {

namespace {

struct Q4Panel {
    static constexpr uint32_t kBytes = q4::kBytes;
    static constexpr uint32_t kIndexAt = q4::kIndexAt;
    using Sums = NibbleSums<1, 15>;  // 2 * n - 15

    template <class Sink>
    GOSSET_INLINE static void decode(const uint8_t* panel, Sink sink) {
        const B64 low = set1(0x0f);
        const B64 v0 = load(panel), v1 = load(panel + 64);
        const B64 v2 = load(panel + 128), v3 = load(panel + 192);
        sink(Lane<0>(), v0 & low), sink(Lane<1>(), shr16<4>(v0) & low);
        sink(Lane<2>(), v1 & low), sink(Lane<3>(), shr16<4>(v1) & low);
        sink(Lane<4>(), v2 & low), sink(Lane<5>(), shr16<4>(v2) & low);
        sink(Lane<6>(), v3 & low), sink(Lane<7>(), shr16<4>(v3) & low);
    }
};

constexpr CodecKernels members[] = {{gemv<Q4Panel>, gemm<Q4Panel>, nullptr, nullptr}};

}  // namespace

extern const FamilyKernels q4_kernels;
constinit const FamilyKernels q4_kernels = {members, 1};

}  // namespace gosset::GOSSET_ISA
