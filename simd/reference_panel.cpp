#include <cmath>

#include "runtime/base/half.hpp"
#include "simd/parts/reference_panel.hpp"

namespace gosset {

namespace {

const uint8_t* panel_at(const ReferencePanel& p, const Weights& w, uint32_t row_block, uint32_t b) {
    return w.panels + (size_t(row_block) * w.blocks + b) * p.bytes;
}

/// The exact sum over a block's 32 columns. Activations are in panel order: byte 4 * j + g is
/// column 8 * g + j.
int32_t dot(const int16_t levels[kPanelCols], const int8_t* q) {
    int32_t sum = 0;
    for (uint32_t c = 0; c < kPanelCols; c++) sum += levels[c] * q[4 * (c % 8) + c / 8];
    return sum;
}

}  // namespace

void reference_matvec(const ReferencePanel& p, const MatvecArgs& a) {
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++) {
        for (uint32_t t = 0; t < a.tokens; t++)
            for (uint32_t r = 0; r < kPanelRows; r++) a.y[t * a.y_stride + 16 * rb + r] = 0;

        for (uint32_t b = 0; b < a.w.blocks; b++) {
            const uint8_t* panel = panel_at(p, a.w, rb, b);
            int16_t levels[kPanelRows][kPanelCols];
            p.decode(panel, levels);
            for (uint32_t t = 0; t < a.tokens; t++) {
                const size_t at = size_t(t) * a.w.blocks + b;
                for (uint32_t r = 0; r < kPanelRows; r++) {
                    float& y = a.y[t * a.y_stride + 16 * rb + r];
                    const float scale = a.w.table[scale_index(panel + p.index_at, r)];
                    const int32_t acc = dot(levels[r], a.x.q + at * kPanelCols);
                    y = std::fma(float(acc), scale * a.x.scale[at], y);
                }
            }
        }

        for (uint32_t t = 0; t < a.tokens; t++)
            for (uint32_t r = 0; r < kPanelRows; r++)
                a.y[t * a.y_stride + 16 * rb + r] *= f16_to_f32(a.w.row_scales[16 * rb + r]);
    }
}

void reference_decode_row(const ReferencePanel& p, const Weights& w, uint32_t row, float* out) {
    const float row_scale = f16_to_f32(w.row_scales[row]);
    const uint32_t r = row % kPanelRows;
    for (uint32_t b = 0; b < w.blocks; b++) {
        const uint8_t* panel = panel_at(p, w, row / kPanelRows, b);
        int16_t levels[kPanelRows][kPanelCols];
        p.decode(panel, levels);
        const float scale = w.table[scale_index(panel + p.index_at, r)];
        for (uint32_t c = 0; c < kPanelCols; c++)
            out[kPanelCols * b + c] = row_scale * (scale * float(levels[r][c]));
    }
}

}  // namespace gosset
