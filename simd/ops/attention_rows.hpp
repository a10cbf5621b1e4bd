/// How kernels read rows of the KV cache: as halves or as floats. Relies on simd/parts/f32x16.hpp.
#pragma once

#include "simd/ops/kernel.hpp"

namespace gosset::GOSSET_ISA {
namespace {

struct HalfRows {
    using Element = uint16_t;
    static GOSSET_INLINE F32x16 load_first(const uint16_t* p, size_t count) {
        return count == 16 ? load_half(p) : load_some_half(p, count);
    }
};
struct FloatRows {
    using Element = float;
    static GOSSET_INLINE F32x16 load_first(const float* p, size_t count) {
        return GOSSET_ISA::load_first(p, count);
    }
};

}  // namespace
}  // namespace gosset::GOSSET_ISA
