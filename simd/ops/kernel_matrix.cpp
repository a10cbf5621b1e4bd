// The matrix products of the quantizer, by tiles of c that stay in registers over all of k.
#include "simd/ops/kernel.hpp"

namespace gosset::GOSSET_ISA {

namespace {

// 16 vectors of c, 2 of b and one of a: with half-width registers a quarter of the rows.
constexpr size_t kTileRows = kWide ? 8 : 3, kTileVectors = 2;

/// c[rows][16 * vectors] of one tile; the last vector has `tail` columns.
template <size_t rows, size_t vectors>
GOSSET_INLINE void update_tile(const MatrixUpdate& m, size_t r, size_t j, size_t tail) {
    float* c = m.c + r * m.c_stride + j;
    const float *a = m.a + r * m.a_row, *b = m.b + j;
    const uint32_t sign = m.subtract ? 0xffff : 0;
    F32x16 sum[rows][vectors];
    GOSSET_UNROLL
    for (size_t i = 0; i < rows; i++) {
        GOSSET_UNROLL
        for (size_t v = 0; v < vectors; v++)
            sum[i][v] = load_first(c + i * m.c_stride + 16 * v, v + 1 < vectors ? 16 : tail);
    }
    for (size_t k = 0; k < m.k; k++, a += m.a_step, b += m.b_stride) {
        F32x16 x[vectors];
        GOSSET_UNROLL
        for (size_t v = 0; v < vectors; v++)
            x[v] = flip(load_first(b + 16 * v, v + 1 < vectors ? 16 : tail), sign);
        GOSSET_UNROLL
        for (size_t i = 0; i < rows; i++) {
            const F32x16 w(a[i * m.a_row]);
            GOSSET_UNROLL
            for (size_t v = 0; v < vectors; v++) sum[i][v] = fma(w, x[v], sum[i][v]);
        }
    }
    GOSSET_UNROLL
    for (size_t i = 0; i < rows; i++) {
        GOSSET_UNROLL
        for (size_t v = 0; v < vectors; v++)
            store_first(c + i * m.c_stride + 16 * v, sum[i][v], v + 1 < vectors ? 16 : tail);
    }
}

template <size_t vectors>
GOSSET_INLINE void update_columns(const MatrixUpdate& m, size_t j, size_t tail) {
    size_t r = 0;
    for (; r + kTileRows <= m.rows; r += kTileRows) update_tile<kTileRows, vectors>(m, r, j, tail);
    for (; r < m.rows; r++) update_tile<1, vectors>(m, r, j, tail);
}

}  // namespace

void matrix_update(const MatrixUpdate& m) {
    constexpr size_t wide = 16 * kTileVectors;
    size_t j = 0;
    for (; j + wide <= m.cols; j += wide) update_columns<kTileVectors>(m, j, 16);
    for (; j < m.cols; j += 16) update_columns<1>(m, j, m.cols - j < 16 ? m.cols - j : 16);
}

}  // namespace gosset::GOSSET_ISA
