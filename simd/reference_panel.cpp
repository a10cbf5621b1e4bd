#include <cmath>

#include "runtime/base/half.hpp"
#include "simd/parts/reference_panel.hpp"

namespace gosset {

namespace {

const uint8_t* panel_at(const ReferencePanel& p, const Weights& w, uint32_t row_block, uint32_t b) {
    return w.panels + (size_t(row_block) * w.blocks + b) * p.bytes;
}

/// One panel: levels, and the scale index of every group.
void decode(const ReferencePanel& p, const Weights& w, const uint8_t* panel, PanelLevels& out) {
    p.decode(w.params, panel, out);
    if (p.scale == ScaleKind::group) return;
    for (uint32_t r = 0; r < kPanelRows; r++)
        for (uint8_t& index : out.scale[r])
            index = p.scale == ScaleKind::row ? uint8_t(0)
                                              : uint8_t(scale_index(panel + p.index_at, r));
}

/// The exact sum over a group's 8 columns. Activations are in panel order: byte 4 * j + g is
/// column 8 * g + j.
int32_t group_dot(const int16_t levels[kPanelCols], const int8_t* q, uint32_t g) {
    int32_t sum = 0;
    for (uint32_t j = 0; j < 8; j++) sum += levels[8 * g + j] * q[4 * j + g];
    return sum;
}

/// One block of a row: kernels.hpp's formula.
float fold(ScaleKind kind, const int16_t levels[kPanelCols], const uint8_t index[4],
           const float* table, const int8_t* q, float act_scale, float y) {
    int32_t acc = 0;
    float s = 0;
    for (uint32_t g = 0; g < 4; g++) {
        const int32_t dot = group_dot(levels, q, g);
        acc += dot, s = std::fma(float(dot), table[index[g]], s);
    }
    if (kind == ScaleKind::group) return std::fma(s, act_scale, y);
    return std::fma(float(acc), table[index[0]] * act_scale, y);
}

}  // namespace

void reference_matvec(const ReferencePanel& p, const MatvecArgs& a) {
    PanelLevels levels;
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++) {
        for (uint32_t t = 0; t < a.tokens; t++)
            for (uint32_t r = 0; r < kPanelRows; r++) a.y[t * a.y_stride + 16 * rb + r] = 0;

        for (uint32_t b = 0; b < a.w.blocks; b++) {
            decode(p, a.w, panel_at(p, a.w, rb, b), levels);
            for (uint32_t t = 0; t < a.tokens; t++) {
                const size_t at = size_t(t) * a.w.blocks + b;
                for (uint32_t r = 0; r < kPanelRows; r++) {
                    float& y = a.y[t * a.y_stride + 16 * rb + r];
                    y = fold(p.scale, levels.level[r], levels.scale[r], a.w.table,
                             a.x.q + at * kPanelCols, a.x.scale[at], y);
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
    PanelLevels levels;
    for (uint32_t b = 0; b < w.blocks; b++) {
        decode(p, w, panel_at(p, w, row / kPanelRows, b), levels);
        for (uint32_t c = 0; c < kPanelCols; c++)
            out[kPanelCols * b + c] =
                row_scale * (w.table[levels.scale[r][c / 8]] * float(levels.level[r][c]));
    }
}

}  // namespace gosset
