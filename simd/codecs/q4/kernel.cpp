#include "simd/codecs/q4/layout.hpp"
#include "simd/family.hpp"
#include "simd/parts/panel_loop.hpp"

namespace gosset::GOSSET_ISA {

namespace {

struct Q4Panel : BlockScaled<q4::kBytes, q4::kIndexAt> {
    using Sums = NibbleSums<1, 15>;  // 2 * n - 15

    explicit GOSSET_INLINE Q4Panel(const Weights&) {}
    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const uint8_t* slice = panel + kSliceBytes * s;
        const Bytes low = set1(0x0f);
        const Bytes v0 = load(slice), v1 = load(slice + 64);
        const Bytes v2 = load(slice + 128), v3 = load(slice + 192);
        sink(Lane<0>(), v0 & low), sink(Lane<1>(), shr<4>(v0));
        sink(Lane<2>(), v1 & low), sink(Lane<3>(), shr<4>(v1));
        sink(Lane<4>(), v2 & low), sink(Lane<5>(), shr<4>(v2));
        sink(Lane<6>(), v3 & low), sink(Lane<7>(), shr<4>(v3));
    }
};

constexpr CodecKernels members[] = {{gemv<Q4Panel>, gemm<Q4Panel>, decode_row<Q4Panel>, nullptr}};

}  // namespace

extern const FamilyKernels q4_kernels;
constinit const FamilyKernels q4_kernels = {members, 1};

}  // namespace gosset::GOSSET_ISA
