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

/// Damps and factors h. Its lower triangle serves as the copy from which to try again; `diagonal`:
/// the damped one.
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

/// x L_JJ = y for the group of columns [j, j + group); L_JJ[m][c] is R[j + c][j + m].
void divide_by_group(const float* r, uint64_t n, uint64_t j, uint32_t group, float* y) {
    for (uint32_t c = group; c-- > 0;) {
        for (uint32_t m = c + 1; m < group; m++) y[c] -= y[m] * r[(j + c) * n + j + m];
        y[c] /= r[(j + c) * n + j + c];
    }
}

/// L_KJ for one column k behind the group of columns from j on: [group].
void feed_back(const float* r, uint64_t n, uint64_t j, uint64_t k, uint32_t group, float* out) {
    for (uint32_t c = 0; c < group; c++) out[c] = r[(j + c) * n + k];
    divide_by_group(r, n, j, group, out);
}

/// Feedback::inside() of the 32 columns from `first` on; what is not set stays.
void set_inside(const float* r, uint64_t n, uint64_t first, uint32_t group, float* out) {
    for (uint64_t k = group; k < kPanelCols; k++)
        for (uint64_t j = 0; j + group <= k; j += group)
            feed_back(r, n, first + j, first + k, group, out + k * kPanelCols + j);
}

/// x S = y in place, S = R^T R of 32 columns.
void solve(const float* r, float* y) {
    for (uint64_t c = 0; c < kPanelCols; c++) {  // z R = y
        y[c] /= r[c * kPanelCols + c];
        for (uint64_t m = c + 1; m < kPanelCols; m++) y[m] -= y[c] * r[c * kPanelCols + m];
    }
    divide_by_group(r, kPanelCols, 0, kPanelCols, y);  // x R^T = z
}

/// x S x^T.
float weigh(const float* s, const float* x) {
    float sum = 0;
    for (uint64_t r = 0; r < kPanelCols; r++) {
        float of_row = 0;
        for (uint64_t c = 0; c < kPanelCols; c++) of_row += s[r * kPanelCols + c] * x[c];
        sum += x[r] * of_row;
    }
    return sum;
}

}  // namespace

uint64_t Feedback::offset(uint64_t panel) const {
    // Panel p has width - 32 (p + 1) rows of 32.
    return 32 * (panel * width_ - 32 * panel * (panel + 1) / 2);
}

Feedback Feedback::make(std::vector<float> h, uint64_t width, uint32_t group, float damping,
                        uint32_t refine, const OpKernels& ops) {
    Feedback f;
    f.ops_ = &ops, f.width_ = width;
    std::vector<float> diagonal;
    if (!damp_and_factor(h, width, damping, ops, diagonal)) return f;
    f.refine_ = refine;
    if (refine) f.make_around(h, diagonal, group);
    const uint64_t panels = width / kPanelCols;
    f.behind_.resize(f.offset(panels));
    f.inside_.assign(panels * kPanelCols * kPanelCols, 0.0f);
    for (uint64_t p = 0; p < panels; p++) {
        const uint64_t first = p * kPanelCols;
        set_inside(h.data(), width, first, group, &f.inside_[first * kPanelCols]);
        for (uint64_t k = first + kPanelCols; k < width; k++) {
            float* row = &f.behind_[f.offset(p) + kPanelCols * (k - first - kPanelCols)];
            for (uint64_t j = 0; j < kPanelCols; j += group)
                feed_back(h.data(), width, first + j, k, group, row + j);
        }
    }
    return f;
}

void Feedback::make_around(const std::vector<float>& h, const std::vector<float>& diagonal,
                           uint32_t group) {
    constexpr uint64_t kP = kPanelCols;
    const uint64_t n = width_, panels = n / kP;
    const auto original = [&](uint64_t r, uint64_t c) {  // from the lower triangle
        return r == c ? diagonal[r] : h[std::max(r, c) * n + std::min(r, c)];
    };
    around_.assign(panels * n * kP, 0.0f);
    within_.assign(panels * kP * kP, 0.0f);
    weighed_.resize(panels * kP * kP);
    for (uint64_t p = 0; p < panels; p++) {
        float* s = &weighed_[p * kP * kP];
        for (uint64_t r = 0; r < kP; r++)
            for (uint64_t c = 0; c < kP; c++) s[r * kP + c] = original(p * kP + r, p * kP + c);
        std::vector<float> factor(s, s + kP * kP);
        if (!factor_block(factor.data(), kP, 0, kP)) {
            refine_ = 0;
            return;
        }
        set_inside(factor.data(), kP, 0, group, &within_[p * kP * kP]);
        for (uint64_t k = 0; k < n; k++) {
            if (k / kP == p) continue;
            float* x = &around_[(p * n + k) * kP];
            for (uint64_t c = 0; c < kP; c++) x[c] = original(k, p * kP + c);
            solve(factor.data(), x);
        }
    }
}

struct Feedback::Rows {
    const Codec& codec;
    const Encoder& encoder;
    const float* rows;
    uint64_t count;
    const Tables& tables;
    float* error;
    uint8_t* panels;
    uint16_t* row_scales;
};

void Feedback::encode(const Codec& codec, const Encoder& encoder, const float* rows, uint64_t count,
                      const Tables& tables, float* error, uint8_t* panels,
                      uint16_t* row_scales) const {
    for (uint64_t r = 0; r < count; r += kPanelRows)
        encoder.choose_row_scales(codec, rows + r * width_, width_, tables, row_scales + r);
    const Rows all{codec, encoder, rows, count, tables, error, panels, row_scales};
    first_pass(all);
    for (uint32_t i = 0; i < refine_; i++) refine(all);
}

void Feedback::first_pass(const Rows& all) const {
    const uint64_t n = width_, blocks = n / kPanelCols;
    float target[kPanelRows][kPanelCols], panel_error[kPanelRows][kPanelCols];
    for (uint64_t b = blocks; b-- > 0;) {
        const uint64_t first = b * kPanelCols;
        for (uint64_t r = 0; r < all.count; r += kPanelRows) {
            for (uint64_t i = 0; i < kPanelRows; i++)
                std::copy_n(all.rows + (r + i) * n + first, kPanelCols, target[i]);
            MatrixUpdate m{};
            m.c = target[0], m.c_stride = kPanelCols;
            m.a = all.error + r * n + first + kPanelCols, m.a_row = n, m.a_step = 1;
            m.b = behind(b), m.b_stride = kPanelCols;
            m.rows = kPanelRows, m.cols = kPanelCols, m.k = n - first - kPanelCols;
            if (m.k) ops_->matrix_update(m);
            uint8_t* panel = all.panels + ((r / kPanelRows) * blocks + b) * all.codec.panel_bytes;
            all.encoder.encode_panel(
                all.codec, {all.rows + r * n + first, size_t(n), target, inside(b), &all.tables,
                            all.row_scales + r, panel, panel_error});
            for (uint64_t i = 0; i < kPanelRows; i++)
                std::copy_n(panel_error[i], kPanelCols, all.error + (r + i) * n + first);
        }
    }
}

/// A panel of 16 rows that is encoded again.
struct Feedback::Again {
    float aim[kPanelRows][kPanelCols];     ///< the best, given the errors of all other panels
    float target[kPanelRows][kPanelCols];  ///< what the encoder is told
    float error[kPanelRows][kPanelCols];
    double before[kPanelRows],
        after[kPanelRows];  ///< of each row: the loss that the panel is part of
    std::vector<uint8_t> panel;
};

void Feedback::refine(const Rows& all) const {
    const uint64_t n = width_, blocks = n / kPanelCols;
    Again again;
    again.panel.resize(all.codec.panel_bytes);
    for (uint64_t b = blocks; b-- > 0;)
        for (uint64_t r = 0; r < all.count; r += kPanelRows) refine_panel(all, b, r, again);
}

void Feedback::encode_again(const Rows& all, uint64_t b, uint64_t r, Again& again) const {
    const uint64_t n = width_, first = b * kPanelCols;
    all.encoder.encode_panel(
        all.codec, {all.rows + r * n + first, size_t(n), again.target, within(b), &all.tables,
                    all.row_scales + r, again.panel.data(), again.error});
    const float* weighed = &weighed_[b * kPanelCols * kPanelCols];
    for (uint64_t i = 0; i < kPanelRows; i++) {
        const float* w = all.rows + (r + i) * n + first;
        float x[kPanelCols];
        for (uint64_t c = 0; c < kPanelCols; c++)
            x[c] = again.error[i][c] + (again.aim[i][c] - w[c]);
        again.after[i] = double(weigh(weighed, x));
    }
}

void Feedback::refine_panel(const Rows& all, uint64_t b, uint64_t r, Again& again) const {
    const uint64_t n = width_, first = b * kPanelCols;
    const float* weighed = &weighed_[b * kPanelCols * kPanelCols];
    for (uint64_t i = 0; i < kPanelRows; i++)
        std::copy_n(all.rows + (r + i) * n + first, kPanelCols, again.aim[i]);
    MatrixUpdate m{};
    m.c = again.aim[0], m.c_stride = kPanelCols;
    m.a = all.error + r * n, m.a_row = n, m.a_step = 1;
    m.b = &around_[b * n * kPanelCols], m.b_stride = kPanelCols;
    m.rows = kPanelRows, m.cols = kPanelCols, m.k = n;
    ops_->matrix_update(m);
    double before = 0, after = 0;
    for (uint64_t i = 0; i < kPanelRows; i++) {
        const float* w = all.rows + (r + i) * n + first;
        const float* e = all.error + (r + i) * n + first;
        float x[kPanelCols];
        for (uint64_t c = 0; c < kPanelCols; c++) x[c] = e[c] + (again.aim[i][c] - w[c]);
        before += again.before[i] = double(weigh(weighed, x));
        std::copy_n(again.aim[i], kPanelCols, again.target[i]);
    }
    encode_again(all, b, r, again);
    uint32_t worse = 0;
    for (uint64_t i = 0; i < kPanelRows; i++) {
        if (again.after[i] < again.before[i]) continue;
        worse++;
        // The target that gives the row's old codes, whose errors are fed back within the panel.
        const float* w = all.rows + (r + i) * n + first;
        const float* e = all.error + (r + i) * n + first;
        const float(*feedback)[kPanelCols] = within(b);
        for (uint64_t c = 0; c < kPanelCols; c++) {
            float t = w[c] - e[c];
            for (uint64_t k = kPanelCols; k-- > c;) t -= e[k] * feedback[k][c];
            again.target[i][c] = t;
        }
    }
    if (worse == kPanelRows) return;
    if (worse) encode_again(all, b, r, again);
    for (double x : again.after) after += x;
    if (!(after < before)) return;
    std::copy(again.panel.begin(), again.panel.end(),
              all.panels + ((r / kPanelRows) * (n / kPanelCols) + b) * all.codec.panel_bytes);
    for (uint64_t i = 0; i < kPanelRows; i++)
        std::copy_n(again.error[i], kPanelCols, all.error + (r + i) * n + first);
}

}  // namespace gosset::quantize
