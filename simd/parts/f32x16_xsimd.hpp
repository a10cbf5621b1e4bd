/// The part of F32x16 that xsimd carries: loads, stores, + - * and selection over kRegisters
/// batches of FloatArch. Not its fma (xsimd 8.1.0 has no fused one for AVX-512) nor its division
/// (on NEON it is an estimate, refined).
/// Relies on the including header for FloatArch.
#pragma once

#include <cstddef>
#include <xsimd/xsimd.hpp>

namespace gosset::GOSSET_ISA {
namespace {

using Batch = xsimd::batch<float, FloatArch>;
constexpr size_t kRegisters = 16 / Batch::size;

struct F32x16 {
    Batch part[kRegisters];
    F32x16() = default;
    GOSSET_INLINE explicit F32x16(float f) {
        GOSSET_UNROLL
        for (size_t i = 0; i < kRegisters; i++) part[i] = Batch(f);
    }
};

/// f of each register of a and b.
template <class F>
GOSSET_INLINE F32x16 each(F32x16 a, F32x16 b, F f) {
    F32x16 r;
    GOSSET_UNROLL
    for (size_t i = 0; i < kRegisters; i++) r.part[i] = f(a.part[i], b.part[i]);
    return r;
}

GOSSET_INLINE F32x16 operator+(F32x16 a, F32x16 b) {
    return each(a, b, [](Batch x, Batch y) { return x + y; });
}
GOSSET_INLINE F32x16 operator-(F32x16 a, F32x16 b) {
    return each(a, b, [](Batch x, Batch y) { return x - y; });
}
GOSSET_INLINE F32x16 operator*(F32x16 a, F32x16 b) {
    return each(a, b, [](Batch x, Batch y) { return x * y; });
}
GOSSET_INLINE F32x16 select_less(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) {
    F32x16 r;
    GOSSET_UNROLL
    for (size_t i = 0; i < kRegisters; i++)
        r.part[i] = xsimd::select(a.part[i] < b.part[i], yes.part[i], no.part[i]);
    return r;
}

GOSSET_INLINE F32x16 load(const float* p) {
    F32x16 r;
    GOSSET_UNROLL
    for (size_t i = 0; i < kRegisters; i++) r.part[i] = Batch::load_unaligned(p + i * Batch::size);
    return r;
}
GOSSET_INLINE void store(float* p, F32x16 v) {
    GOSSET_UNROLL
    for (size_t i = 0; i < kRegisters; i++) v.part[i].store_unaligned(p + i * Batch::size);
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
