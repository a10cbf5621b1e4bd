#include "simd/codecs/q8/layout.hpp"
#include "simd/family.hpp"
#include "simd/parts/panel_loop.hpp"

namespace gosset::GOSSET_ISA {

namespace {

struct Q8Panel : BlockScaled<q8::kBytes, q8::kIndexAt> {
    using Sums = S8Sums;

    explicit GOSSET_INLINE Q8Panel(const Weights&) {}
    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const uint8_t* slice = panel + kSliceBytes * s;
        for_lanes([&](auto j) __attribute__((always_inline)) { sink(j, load(slice + 64 * j)); });
    }
};

constexpr CodecKernels members[] = {{gemv<Q8Panel>, gemm<Q8Panel>, decode_row<Q8Panel>, nullptr}};

}  // namespace

extern const FamilyKernels q8_kernels;
constinit const FamilyKernels q8_kernels = {members, 1};

}  // namespace gosset::GOSSET_ISA
