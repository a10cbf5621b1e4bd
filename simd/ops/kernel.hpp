/// The vector operations of one ISA, by name: simd/ops/kernel.cpp puts them into the table that
/// dispatch reads. Each equals its definition in simd/ops/reference.cpp bit for bit (which NaN is
/// not said). Relies on simd/kernels.hpp and simd/parts.
#pragma once

#include "runtime/base/math_float.hpp"
#include "simd/kernels.hpp"
#include "simd/parts/f32x16.hpp"

namespace gosset::GOSSET_ISA {

void quantize(const float* x, size_t n, size_t blocks, int8_t* q, float* scale, int32_t* sums);
void round_tiles(const float* x, size_t n, size_t blocks, size_t t, uint16_t* tiles);
void rms_norm(const float* x, const float* w, size_t n, float eps, float offset, float* out);
void hadamard(float* x, const Hadamard& h, bool inverse, float* scratch);
void rope(float* x, size_t heads, size_t head_dim, size_t half, const float* cos, const float* sin);
void silu_mul(const float* g, const float* u, size_t n, float* out);
void add(const float* a, const float* b, size_t n, float* out);
void to_f16(const float* x, size_t n, uint16_t* out);
void attention_chunk(const AttentionChunk& a);
void attention_queries(const AttentionChunk& a);  // the same, for many queries
void attention_merge(const float* max, const float* sums, const float* partial, size_t stride,
                     size_t chunks, size_t v_dim, float* out);
float dot(const float* a, const float* b, size_t n);
float log_sum_exp(const float* x, size_t n);
void softmax(float* x, size_t n);
void matrix_update(const MatrixUpdate& m);
void gelu_tanh_mul(const float* g, const float* u, size_t n, float* out);
void softcap(float* x, size_t n, float cap);

namespace {

/// f(i, count) for the vectors of [0, n): count is 16, and less for the last of a ragged n.
/// f is inlined twice, so that the whole vectors pay nothing for the ragged one.
template <class F>
GOSSET_INLINE void for_vectors(size_t n, F f) {
    size_t i = 0;
    for (; i + 16 <= n; i += 16) f(i, size_t(16));
    if (i < n) f(i, n - i);
}
GOSSET_INLINE F32x16 load_first(const float* p, size_t count) {
    return count == 16 ? load(p) : load_some(p, count);
}
GOSSET_INLINE void store_first(float* p, F32x16 v, size_t count) {
    count == 16 ? store(p, v) : store_some(p, v, count);
}
/// The lanes from `count` on get `other`'s.
GOSSET_INLINE F32x16 keep_first(F32x16 v, F32x16 other, size_t count) {
    static const float lane[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return count == 16 ? v : select_less(load(lane), F32x16(float(count)), v, other);
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
