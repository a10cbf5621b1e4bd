// Hadamard rotations. Sylvester factors are butterflies, two stages a pass over memory (four in a
// register for the last factor); dense factors are small matrix products with +1 and -1, where fma
// adds or subtracts exactly.
#include <utility>

#include "simd/ops/kernel.hpp"

namespace gosset::GOSSET_ISA {

namespace {

void flip_signs(float* x, const Hadamard& h) {
    for_vectors(
        h.n, [&](size_t i, size_t count) __attribute__((always_inline)) {
            const uint32_t lanes = h.signs[i / 32] >> (i % 32) & 0xffff;
            store_first(x + i, flip(load_first(x + i, count), lanes), count);
        });
}

/// Lanes whose index has bit k.
constexpr uint32_t upper_lanes(int k) {
    return k == 8 ? 0xff00 : k == 4 ? 0xf0f0 : k == 2 ? 0xcccc : 0xaaaa;
}
/// Pairs (a, b) of lanes i, i ^ k become (a + b, a - b).
template <int k>
GOSSET_INLINE F32x16 butterfly(F32x16 v) {
    return lane_xor<k>(v) + flip(v, upper_lanes(k));
}
/// The stages 1, 2, 4, 8 of a last factor.
void stages_in_registers(float* x, size_t n) {
    for (size_t i = 0; i < n; i += 16) {
        F32x16 v = load(x + i);
        v = butterfly<1>(v);
        v = butterfly<2>(v);
        v = butterfly<4>(v);
        store(x + i, butterfly<8>(v));
    }
}

/// One stage: runs of `half` contiguous floats a, followed by as many b.
void stage(float* x, size_t n, size_t half) {
    for (size_t base = 0; base < n; base += 2 * half)
        for_vectors(
            half, [&](size_t i, size_t count) __attribute__((always_inline)) {
                float *pa = x + base + i, *pb = pa + half;
                const F32x16 a = load_first(pa, count), b = load_first(pb, count);
                store_first(pa, a + b, count);
                store_first(pb, a - b, count);
            });
}
/// The stages `half` and 2 * half in one pass.
void two_stages(float* x, size_t n, size_t half) {
    for (size_t base = 0; base < n; base += 4 * half)
        for_vectors(
            half, [&](size_t i, size_t count) __attribute__((always_inline)) {
                float* p = x + base + i;
                const F32x16 a = load_first(p, count), b = load_first(p + half, count);
                const F32x16 c = load_first(p + 2 * half, count);
                const F32x16 d = load_first(p + 3 * half, count);
                const F32x16 ab = a + b, a_b = a - b, cd = c + d, c_d = c - d;
                store_first(p, ab + cd, count);
                store_first(p + half, a_b + c_d, count);
                store_first(p + 2 * half, ab - cd, count);
                store_first(p + 3 * half, a_b - c_d, count);
            });
}
void sylvester(float* x, size_t n, size_t order, size_t inner) {
    size_t half = inner;
    if (inner == 1 && order >= 16) {
        stages_in_registers(x, n);
        half = 16;
    }
    for (; 2 * half < order * inner; half *= 4) two_stages(x, n, half);
    if (half < order * inner) stage(x, n, half);
}

/// rows x (16 * vectors) outputs of one dense product; count: of the last vector. column points at
/// H[0][first row]: as H is symmetric, the entries of a column are contiguous.
template <int rows, int vectors>
GOSSET_INLINE void dense_tile(const float* column, size_t order, const float* x, size_t inner,
                              size_t count, float* y) {
    F32x16 sum[rows][vectors];
    GOSSET_UNROLL
    for (int r = 0; r < rows; r++) {
        GOSSET_UNROLL
        for (int i = 0; i < vectors; i++) sum[r][i] = F32x16(0.0f);
    }
    for (size_t c = 0; c < order; c++, column += order) {
        F32x16 v[vectors];
        GOSSET_UNROLL
        for (int i = 0; i < vectors; i++) v[i] = load_first(x + c * inner + 16 * i, count);
        GOSSET_UNROLL
        for (int r = 0; r < rows; r++) {
            const F32x16 h(column[r]);
            GOSSET_UNROLL
            for (int i = 0; i < vectors; i++) sum[r][i] = fma(h, v[i], sum[r][i]);
        }
    }
    GOSSET_UNROLL
    for (int r = 0; r < rows; r++) {
        GOSSET_UNROLL
        for (int i = 0; i < vectors; i++)
            store_first(y + size_t(r) * inner + 16 * i, sum[r][i], count);
    }
}
template <int rows, int vectors>
void dense_tiles(const float* matrix, size_t order, const float* x, size_t inner, float* y) {
    size_t i = 0;
    for (; i + 16 * vectors <= inner; i += 16 * vectors)
        dense_tile<rows, vectors>(matrix, order, x + i, inner, 16, y + i);
    for_vectors(
        inner - i, [&](size_t k, size_t count) __attribute__((always_inline)) {
            dense_tile<rows, 1>(matrix, order, x + i + k, inner, count, y + i + k);
        });
}
/// Orders of dense factors are multiples of 4.
void dense_rows(const float* matrix, size_t order, const float* x, size_t inner, float* y) {
    constexpr int rows = kWide ? 12 : 4, vectors = kWide ? 2 : 1;
    size_t r = 0;
    for (; r + rows <= order; r += rows)
        dense_tiles<rows, vectors>(matrix + r, order, x, inner, y + r * inner);
    for (; r < order; r += 4) dense_tiles<4, vectors>(matrix + r, order, x, inner, y + r * inner);
}

/// The same with rows in lanes, for an inner below 16: `vectors` times 16 rows from row r.
template <int vectors>
GOSSET_INLINE void narrow_tile(const float* column, size_t order, size_t rows, const float* x,
                               size_t inner, float* y) {
    F32x16 sum[vectors];
    GOSSET_UNROLL
    for (F32x16& s : sum) s = F32x16(0.0f);
    for (size_t c = 0; c < order; c++, column += order) {
        const F32x16 v(x[c * inner]);
        GOSSET_UNROLL
        for (int k = 0; k < vectors; k++) {
            const size_t count = vectors == 1 ? rows : 16;
            sum[k] = fma(load_first(column + 16 * k, count), v, sum[k]);
        }
    }
    float out[16 * vectors];
    GOSSET_UNROLL
    for (int k = 0; k < vectors; k++) store(out + 16 * k, sum[k]);
    for (size_t r = 0; r < rows; r++) y[r * inner] = out[r];
}
void dense_narrow(const float* matrix, size_t order, const float* x, size_t inner, float* y) {
    for (size_t i = 0; i < inner; i++) {
        size_t r = 0;
        for (; r + 64 <= order; r += 64)
            narrow_tile<4>(matrix + r, order, 64, x + i, inner, y + r * inner + i);
        for (; r < order; r += 16) {
            const size_t rows = order - r < 16 ? order - r : 16;
            narrow_tile<1>(matrix + r, order, rows, x + i, inner, y + r * inner + i);
        }
    }
}

}  // namespace

void hadamard(float* x, const Hadamard& h, bool inverse, float* scratch) {
    if (!inverse) flip_signs(x, h);
    float *from = x, *to = scratch;
    size_t inner = 1;
    for (uint32_t f = h.n_factors; f-- > 0; inner *= h.factors[f].order) {
        const size_t order = h.factors[f].order;
        const float* matrix = h.factors[f].matrix;
        if (!matrix) {
            sylvester(from, h.n, order, inner);
            continue;
        }
        for (size_t base = 0; base < h.n; base += order * inner)
            (inner < 16 ? dense_narrow : dense_rows)(matrix, order, from + base, inner, to + base);
        std::swap(from, to);
    }
    const F32x16 norm(h.norm);
    for_vectors(
        h.n, [&](size_t i, size_t count) __attribute__((always_inline)) {
            store_first(x + i, load_first(from + i, count) * norm, count);
        });
    if (inverse) flip_signs(x, h);
}

}  // namespace gosset::GOSSET_ISA
