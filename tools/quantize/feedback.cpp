#include "tools/quantize/feedback.hpp"

#include <algorithm>
#include <cmath>

namespace gosset::quantize {

namespace {

constexpr uint64_t kBlock = 64;  ///< rows factored between two updates of the rest

/// Row r of the upper triangular R, H = R^T R, from column r on; false: H is not positive definite.
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

/// Damps and factors h. Its lower triangle serves as the copy from which to try again.
bool damp_and_factor(std::vector<float>& h, uint64_t n, float damping, const OpKernels& ops) {
    std::vector<float> diagonal(n);
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
            h[r * n + r] = diagonal[r] + damping * mean;
        }
        if (factor(h.data(), n, ops)) return true;
    }
    return false;
}

/// x L_JJ = y for the group of columns [j, j + group); L_JJ[m][c] is R[j + c][j + m].
void divide_by_group(const float* r, uint64_t n, uint64_t j, uint32_t group, float* y) {
    for (uint32_t c = group; c-- > 0;) {
        for (uint32_t m = c + 1; m < group; m++) y[c] -= y[m] * r[(j + c) * n + j + m];
        y[c] /= r[(j + c) * n + j + c];
    }
}

}  // namespace

uint64_t Feedback::offset(uint64_t panel) const {
    // Panel p has width - 32 (p + 1) rows of 32.
    return 32 * (panel * width_ - 32 * panel * (panel + 1) / 2);
}

Feedback Feedback::make(std::vector<float> h, uint64_t width, uint32_t group, float damping,
                        const OpKernels& ops) {
    Feedback f;
    f.ops_ = &ops, f.width_ = width;
    if (!damp_and_factor(h, width, damping, ops)) return f;
    const uint64_t panels = width / kPanelCols;
    f.behind_.resize(f.offset(panels));
    f.inside_.assign(panels * kPanelCols * kPanelCols, 0.0f);
    for (uint64_t p = 0; p < panels; p++) {
        const uint64_t first = p * kPanelCols;
        for (uint64_t k = first; k < width; k++) {
            const uint64_t inside = k - first;
            float* row = inside < kPanelCols ? &f.inside_[(first + inside) * kPanelCols]
                                             : &f.behind_[f.offset(p) + 32 * (inside - 32)];
            for (uint64_t j = 0; j < kPanelCols; j += group) {
                if (k < first + j + group) break;  // the group itself, and those behind it
                for (uint32_t c = 0; c < group; c++) row[j + c] = h[(first + j + c) * width + k];
                divide_by_group(h.data(), width, first + j, group, row + j);
            }
        }
    }
    return f;
}

void Feedback::encode(const Codec& codec, const Encoder& encoder, const float* rows, uint64_t count,
                      const Tables& tables, float* error, uint8_t* panels,
                      uint16_t* row_scales) const {
    const uint64_t n = width_, blocks = n / kPanelCols;
    for (uint64_t r = 0; r < count; r += kPanelRows)
        encoder.choose_row_scales(codec, rows + r * n, n, tables, row_scales + r);
    float target[kPanelRows][kPanelCols], panel_error[kPanelRows][kPanelCols];
    for (uint64_t b = blocks; b-- > 0;) {
        const uint64_t first = b * kPanelCols;
        for (uint64_t r = 0; r < count; r += kPanelRows) {
            for (uint64_t i = 0; i < kPanelRows; i++)
                std::copy_n(rows + (r + i) * n + first, kPanelCols, target[i]);
            MatrixUpdate m{};
            m.c = target[0], m.c_stride = kPanelCols;
            m.a = error + r * n + first + kPanelCols, m.a_row = n, m.a_step = 1;
            m.b = behind(b), m.b_stride = kPanelCols;
            m.rows = kPanelRows, m.cols = kPanelCols, m.k = n - first - kPanelCols;
            if (m.k) ops_->matrix_update(m);
            uint8_t* panel = panels + ((r / kPanelRows) * blocks + b) * codec.panel_bytes;
            encoder.encode_panel(codec, {rows + r * n + first, size_t(n), target, inside(b),
                                         &tables, row_scales + r, panel, panel_error});
            for (uint64_t i = 0; i < kPanelRows; i++)
                std::copy_n(panel_error[i], kPanelCols, error + (r + i) * n + first);
        }
    }
}

}  // namespace gosset::quantize
