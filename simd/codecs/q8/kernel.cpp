#include "simd/codecs/q8/layout.hpp"
#include "simd/family.hpp"
#include "simd/parts/panel_loop.hpp"

namespace gosset::GOSSET_ISA {

namespace {

struct Q8Panel {
    static constexpr uint32_t kBytes = q8::kBytes;
    static constexpr uint32_t kIndexAt = q8::kIndexAt;
    using Sums = S8Sums;

    template <class Sink>
    GOSSET_INLINE static void decode(const uint8_t* slice, Sink sink) {
        for_lanes([&](auto j) __attribute__((always_inline)) { sink(j, load(slice + 64 * j)); });
    }
};

constexpr CodecKernels members[] = {{gemv<Q8Panel>, gemm<Q8Panel>, nullptr, nullptr}};

}  // namespace

extern const FamilyKernels q8_kernels;
constinit const FamilyKernels q8_kernels = {members, 1};

}  // namespace gosset::GOSSET_ISA
