#include "tools/quantize/block_ldl.hpp"

#include <algorithm>
#include <cmath>

namespace gosset::quantize {

namespace {

constexpr uint64_t kBlock = 64;  ///< rows factored between two updates of the rest

/// c[rows][cols] at (r, c) of h loses the products of rows [begin, end).
void subtract(float* h, uint64_t n, uint64_t begin, uint64_t end, uint64_t r, uint64_t rows,
              uint64_t c, uint64_t cols, const OpKernels& ops) {
    MatrixUpdate m{};
    m.c = h + r * n + c, m.c_stride = n;
    m.a = h + begin * n + r, m.a_row = 1, m.a_step = n;
    m.b = h + begin * n + c, m.b_stride = n;
    m.rows = rows, m.cols = cols, m.k = end - begin;
    m.subtract = true;
    if (cols) ops.matrix_update(m);
}

/// Cholesky factorization in place, by blocks of rows. The lower triangle is not touched.
bool factor(float* h, uint64_t n, const OpKernels& ops) {
    for (uint64_t begin = 0; begin < n; begin += kBlock) {
        const uint64_t end = std::min(begin + kBlock, n);
        if (!factor_block(h, n, begin, end)) return false;
        for (uint64_t r = end; r < n; r += kBlock) {
            const uint64_t next = std::min(r + kBlock, n);
            for (uint64_t i = r; i < next; i++) subtract(h, n, begin, end, i, 1, i, next - i, ops);
            subtract(h, n, begin, end, r, next - r, next, n - next, ops);
        }
    }
    return true;
}

}  // namespace

bool factor_block(float* h, uint64_t n, uint64_t begin, uint64_t end) {
    for (uint64_t r = begin; r < end; r++) {
        float* row = h + r * n;
        for (uint64_t p = begin; p < r; p++) {
            const float scale = h[p * n + r];
            const float* from = h + p * n;
            for (uint64_t c = r; c < n; c++) row[c] -= scale * from[c];
        }
        if (!(row[r] > 0)) return false;
        const float inverse = 1 / std::sqrt(row[r]);
        for (uint64_t c = r; c < n; c++) row[c] *= inverse;
    }
    return true;
}

bool damp_and_factor(std::vector<float>& h, uint64_t n, float damping, const OpKernels& ops,
                     std::vector<float>& damped) {
    std::vector<float> diagonal(n);
    damped.resize(n);
    double trace = 0;
    for (uint64_t r = 0; r < n; r++) {
        trace += double(diagonal[r] = h[r * n + r]);
        for (uint64_t c = 0; c < r; c++) h[r * n + c] = h[c * n + r];
    }
    const float mean = float(trace / double(n));
    if (!(mean > 0) || !std::isfinite(mean)) return false;
    for (; damping < 1e3f; damping *= 10) {
        for (uint64_t r = 0; r < n; r++) {
            for (uint64_t c = r + 1; c < n; c++) h[r * n + c] = h[c * n + r];
            h[r * n + r] = damped[r] = diagonal[r] + damping * mean;
        }
        if (factor(h.data(), n, ops)) return true;
    }
    return false;
}

void divide_by_group(const float* r, uint64_t n, uint64_t j, uint32_t group, float* y) {
    for (uint32_t c = group; c-- > 0;) {
        for (uint32_t m = c + 1; m < group; m++) y[c] -= y[m] * r[(j + c) * n + j + m];
        y[c] /= r[(j + c) * n + j + c];
    }
}

void feed_back(const float* r, uint64_t n, uint64_t j, uint64_t k, uint32_t group, float* out) {
    for (uint32_t c = 0; c < group; c++) out[c] = r[(j + c) * n + k];
    divide_by_group(r, n, j, group, out);
}

}  // namespace gosset::quantize
