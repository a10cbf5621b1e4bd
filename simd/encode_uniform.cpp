#include "simd/encode_uniform.hpp"

#include <algorithm>
#include <cstring>

#include "runtime/base/half.hpp"
#include "simd/encode_scales.hpp"

namespace gosset {

namespace {

/// Nearest integer, ties to even, for |x| < 2^22: the sum has no fraction bits left.
float nearest(float x) {
    constexpr float magic = 12582912.0f;  // 1.5 * 2^23
    return (x + magic) - magic;
}

/// The grid's integer next to t = (x / scale + offset) / step. A NaN becomes `low`.
float clamped(const UniformGrid& g, float t) {
    t = t > g.low ? t : g.low;
    t = t < g.high ? t : g.high;
    return nearest(t);
}

float inverse(float scale) {
    return scale > 0 ? 1.0f / scale : 0.0f;
}

struct Choice {
    uint32_t index;
    float error;
};

/// The table entry with the least error of one block. All 16 run side by side, so that the inner
/// loop is plain vector code at any instruction set and the sums keep their order.
Choice best_scale(const UniformGrid& g, const float* x, const float* importance,
                  const float table[kScaleTable]) {
    float inv[kScaleTable], error[kScaleTable] = {};
    for (uint32_t k = 0; k < kScaleTable; k++) inv[k] = inverse(table[k]) / g.step;
    const float shift = g.offset / g.step;
    for (uint32_t c = 0; c < kPanelCols; c++) {
        const float weight = importance ? importance[c] : 1.0f, v = x[c];
        for (uint32_t k = 0; k < kScaleTable; k++) {
            const float level = clamped(g, v * inv[k] + shift) * g.step - g.offset;
            const float d = v - table[k] * level;
            error[k] += weight * (d * d);
        }
    }
    Choice best = {0, error[0]};
    for (uint32_t k = 1; k < kScaleTable; k++)
        if (error[k] < best.error) best = {k, error[k]};
    return best;
}

float block_error(const void* context, const float* x, float scale) {
    const UniformGrid& g = *static_cast<const UniformGrid*>(context);
    const float inv = inverse(scale) / g.step, shift = g.offset / g.step;
    float error[4] = {};
    for (uint32_t c = 0; c < kPanelCols; c += 4)
        for (uint32_t i = 0; i < 4; i++) {
            const float level = clamped(g, x[c + i] * inv + shift) * g.step - g.offset;
            const float d = x[c + i] - scale * level;
            error[i] += d * d;
        }
    return (error[0] + error[1]) + (error[2] + error[3]);
}

/// Divides by the row's scale; a row without one is all zeros.
void normalize(const float* x, float row_scale, float out[kPanelCols]) {
    for (uint32_t c = 0; c < kPanelCols; c++) out[c] = row_scale > 0 ? x[c] / row_scale : 0.0f;
}

double row_error(const UniformGrid& g, const float* row, size_t cols, const float* importance,
                 const float table[kScaleTable], float row_scale) {
    double sum = 0;
    for (size_t b = 0; b < cols; b += kPanelCols) {
        float x[kPanelCols];
        normalize(row + b, row_scale, x);
        sum += double(best_scale(g, x, importance ? importance + b : nullptr, table).error);
    }
    return sum * double(row_scale) * double(row_scale);
}

uint16_t choose_row_scale(const UniformGrid& g, const float* row, size_t cols,
                          const float* importance, const float table[kScaleTable]) {
    return gosset::choose_row_scale(row, cols, table, g.max_level, [&](float scale) {
        return row_error(g, row, cols, importance, table, scale);
    });
}

void encode_block(const UniformGrid& g, const float* x, const float* importance,
                  const float table[kScaleTable], uint8_t* panel, uint32_t row) {
    const uint32_t index = best_scale(g, x, importance, table).index;
    const float inv = inverse(table[index]) / g.step, shift = g.offset / g.step;
    int8_t n[kPanelCols];
    for (uint32_t c = 0; c < kPanelCols; c++) n[c] = int8_t(clamped(g, x[c] * inv + shift));
    g.put(panel, row, n);
    panel[g.index_at + row / 2] |= uint8_t(index << (4 * (row % 2)));
}

}  // namespace

void fit_uniform_table(const UniformGrid& g, const float* rows, size_t n_rows, size_t cols,
                       float table[kScaleTable]) {
    fit_scales({block_error, &g, g.max_level, 2048}, rows, n_rows, cols, table);
}

void encode_uniform_rows(const UniformGrid& g, const float* rows, size_t cols,
                         const float* importance, const float table[kScaleTable], uint8_t* panels,
                         uint16_t* row_scales) {
    std::memset(panels, 0, cols / kPanelCols * g.panel_bytes);
    for (uint32_t r = 0; r < kPanelRows; r++) {
        const float* row = rows + r * cols;
        row_scales[r] = choose_row_scale(g, row, cols, importance, table);
        const float scale = f16_to_f32(row_scales[r]);
        for (size_t b = 0; b < cols / kPanelCols; b++) {
            float x[kPanelCols];
            normalize(row + b * kPanelCols, scale, x);
            encode_block(g, x, importance ? importance + b * kPanelCols : nullptr, table,
                         panels + b * g.panel_bytes, r);
        }
    }
}

void choose_uniform_row_scales(const UniformGrid& g, const float* rows, size_t cols,
                               const float table[kScaleTable], uint16_t* row_scales) {
    for (size_t r = 0; r < kPanelRows; r++)
        row_scales[r] = choose_row_scale(g, rows + r * cols, cols, nullptr, table);
}

void encode_uniform_panel(const UniformGrid& g, const FeedbackPanel& p) {
    const float* table = p.tables->scale;
    std::memset(p.panel, 0, g.panel_bytes);
    const float shift = g.offset / g.step;
    for (uint32_t r = 0; r < kPanelRows; r++) {
        const float scale = f16_to_f32(p.row_scales[r]);
        float x[kPanelCols];
        normalize(p.target[r], scale, x);
        const uint32_t index = best_scale(g, x, nullptr, table).index;
        const float inv = inverse(table[index]) / g.step;
        int8_t n[kPanelCols];
        for (size_t c = kPanelCols; c-- > 0;) {
            float t = p.target[r][c];
            for (size_t k = c + 1; k < kPanelCols; k++) t += p.error[r][k] * p.feedback[k][c];
            const float level = clamped(g, (scale > 0 ? t / scale : 0.0f) * inv + shift);
            n[c] = int8_t(level);
            p.error[r][c] =
                p.weights[r * p.stride + c] - (level * g.step - g.offset) * (table[index] * scale);
        }
        g.put(p.panel, r, n);
        p.panel[g.index_at + r / 2] |= uint8_t(index << (4 * (r % 2)));
    }
}

}  // namespace gosset
