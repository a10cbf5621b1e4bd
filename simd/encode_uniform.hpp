/// The encoder of codecs with evenly spaced levels (q4, q8): level = step * n - offset for integers
/// n in [low, high]. Relies on simd/encode_scales.hpp.
#pragma once

#include "simd/encoder.hpp"

namespace gosset {

struct UniformGrid {
    float step, offset, low, high;
    float max_level;
    uint32_t panel_bytes, index_at;
    /// Stores the integers of one row of a panel, whose bytes were 0.
    void (*put)(uint8_t* panel, uint32_t row, const int8_t n[kPanelCols]);
};

/// As Encoder::fit and Encoder::encode_rows.
void fit_uniform_table(const UniformGrid&, const float* rows, size_t n_rows, size_t cols,
                       float table[kScaleTable]);
void encode_uniform_rows(const UniformGrid&, const float* rows, size_t cols,
                         const float* importance, const float table[kScaleTable], uint8_t* panels,
                         uint16_t* row_scales);
/// As Encoder::choose_row_scales and Encoder::encode_panel; the group is one column.
void choose_uniform_row_scales(const UniformGrid&, const float* rows, size_t cols,
                               const float table[kScaleTable], uint16_t* row_scales);
void encode_uniform_panel(const UniformGrid&, const FeedbackPanel&);

/// The Encoder of a grid.
template <const UniformGrid& grid>
struct UniformEncoder {
    static void fit(const Codec&, const float* rows, size_t n_rows, size_t cols, Tables& tables) {
        fit_uniform_table(grid, rows, n_rows, cols, tables.scale);
    }
    static void encode_rows(const Codec&, const float* rows, size_t cols, const float* importance,
                            const Tables& tables, uint8_t* panels, uint16_t* row_scales) {
        encode_uniform_rows(grid, rows, cols, importance, tables.scale, panels, row_scales);
    }
    static void choose_row_scales(const Codec&, const float* rows, size_t cols,
                                  const Tables& tables, uint16_t* row_scales) {
        choose_uniform_row_scales(grid, rows, cols, tables.scale, row_scales);
    }
    static void encode_panel(const Codec&, const FeedbackPanel& panel) {
        encode_uniform_panel(grid, panel);
    }
    static constexpr Encoder value = {fit, encode_rows, 1, choose_row_scales, encode_panel};
};

}  // namespace gosset
