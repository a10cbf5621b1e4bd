// Operations with a sum over all elements, in the 16-lane order: dot, rms_norm, log_sum_exp,
// softmax.
#include <limits>

#include "runtime/base/math.hpp"
#include "simd/ops/kernel.hpp"

namespace gosset::GOSSET_ISA {

namespace {

GOSSET_INLINE float square_root(float x) {
    return __builtin_sqrtf(x);
}

float maximum(const float* x, size_t n) {
    const F32x16 lowest(-std::numeric_limits<float>::infinity());
    F32x16 m = lowest;
    for_vectors(
        n, [&](size_t i, size_t count) __attribute__((always_inline)) {
            m = larger(m, keep_first(load_first(x + i, count), lowest, count));
        });
    return max16(m) + 0.0f;
}

/// The 16-lane sum of exp(x - m), each handed to use(i, e, count) too.
template <class F>
GOSSET_INLINE float sum_exp(const float* x, size_t n, float m, F use) {
    F32x16 sum(0.0f);
    for_vectors(
        n, [&](size_t i, size_t count) __attribute__((always_inline)) {
            const F32x16 e = math::exp_of(load_first(x + i, count) - F32x16(m));
            sum = sum + keep_first(e, F32x16(0.0f), count);
            use(i, e, count);
        });
    return sum16(sum);
}

}  // namespace

float dot(const float* a, const float* b, size_t n) {
    F32x16 sum(0.0f);
    for_vectors(
        n, [&](size_t i, size_t count) __attribute__((always_inline)) {
            sum = fma(load_first(a + i, count), load_first(b + i, count), sum);
        });
    return sum16(sum);
}

void rms_norm(const float* x, const float* w, size_t n, float eps, float offset, float* out) {
    const F32x16 r(1.0f / square_root(dot(x, x, n) / float(n) + eps));
    for_vectors(
        n, [&](size_t i, size_t count) __attribute__((always_inline)) {
            const F32x16 weight = F32x16(offset) + load_first(w + i, count);
            store_first(out + i, (load_first(x + i, count) * r) * weight, count);
        });
}

float log_sum_exp(const float* x, size_t n) {
    const float m = maximum(x, n);
    return math::log(sum_exp(x, n, m, [](size_t, F32x16, size_t) {})) + m;
}

void softmax(float* x, size_t n) {
    const float m = maximum(x, n);
    const F32x16 sum(sum_exp(
        x, n, m, [&](size_t i, F32x16 e, size_t count) __attribute__((always_inline)) {
            store_first(x + i, e, count);
        }));
    for_vectors(
        n, [&](size_t i, size_t count) __attribute__((always_inline)) {
            store_first(x + i, load_first(x + i, count) / sum, count);
        });
}

}  // namespace gosset::GOSSET_ISA
