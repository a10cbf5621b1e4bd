#include "simd/codecs/q8/layout.hpp"
#include "simd/encode_uniform.hpp"

namespace gosset {

namespace {

void put(uint8_t* panel, uint32_t row, const int8_t n[kPanelCols]) {
    for (uint32_t c = 0; c < kPanelCols; c++) panel[q8::byte_of(row, c)] = uint8_t(n[c]);
}

constexpr UniformGrid grid = {
    .step = 1,
    .offset = 0,
    .low = -127,
    .high = 127,
    .max_level = q8::kMaxLevel,
    .panel_bytes = q8::kBytes,
    .index_at = q8::kIndexAt,
    .put = put,
};

void fit_table(const Codec&, const float* rows, size_t n_rows, size_t cols,
               float table[kScaleTable]) {
    fit_uniform_table(grid, rows, n_rows, cols, table);
}

void encode_rows(const Codec&, const float* rows, size_t cols, const float* importance,
                 const float table[kScaleTable], uint8_t* panels, uint16_t* row_scales) {
    encode_uniform_rows(grid, rows, cols, importance, table, panels, row_scales);
}

void choose_row_scales(const Codec&, const float* rows, size_t cols, const float table[kScaleTable],
                       uint16_t* row_scales) {
    choose_uniform_row_scales(grid, rows, cols, table, row_scales);
}

void encode_panel(const Codec&, const FeedbackPanel& panel) {
    encode_uniform_panel(grid, panel);
}

}  // namespace

extern const Encoder q8_encoder;
constinit const Encoder q8_encoder = {fit_table, encode_rows, 1, choose_row_scales, encode_panel};

}  // namespace gosset
