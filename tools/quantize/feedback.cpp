#include "tools/quantize/feedback.hpp"

#include <algorithm>

#include "tools/quantize/block_ldl.hpp"

namespace gosset::quantize {

namespace {

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

void Feedback::encode(const Rows& all) const {
    for (uint64_t r = 0; r < all.count; r += kPanelRows)
        all.encoder.choose_row_scales(all.codec, all.rows + r * width_, width_, all.tables,
                                      all.row_scales + r);
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
