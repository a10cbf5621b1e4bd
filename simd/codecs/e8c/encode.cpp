/// f32 rows -> e8c panels: for every 32 columns of a row, the scale of the table with the least
/// (weighted) error of exact nearest points.
#include "simd/codecs/e8c/encode.hpp"

#include <cstring>
#include <optional>

#include "simd/encode_scales.hpp"

namespace gosset::e8c {

namespace {

/// The usable scales of a table.
struct Scales {
    int count = 0;
    uint8_t index[kScaleTable];
    float scale[kScaleTable], inverse[kScaleTable];

    Scales(const float* table, uint32_t used) {
        for (uint32_t k = 0; k < used; ++k)
            if (table[k] > 1e-9f && table[k] < 1e9f)
                index[count] = uint8_t(k), scale[count] = table[k], inverse[count++] = 1 / table[k];
    }
};

/// A tensor's tables, ready for searching. Most tensors have the list for normal numbers.
template <int H>
struct Search {
    std::optional<Levels> own;
    const Levels* levels;
    Scales scales;

    explicit Search(const Tables& tables)
        : scales(tables.scale, Layout<H>::kIndexed ? kScaleTable : 1) {
        const int8_t* list = reinterpret_cast<const int8_t*>(tables.params);
        levels = &gaussian_levels<H>();
        if (std::memcmp(list, levels->list, Layout<H>::kLevels) == 0) return;
        levels = &own.emplace(list, Layout<H>::kLevels, kClasses<H>);
    }

    /// Position of the best scale in `scales` (there is at least one), and its cost.
    int best_scale(const Block& block, float* cost) const {
        int best = 0;
        for (int k = 0; k < scales.count; ++k) {
            const float c = block_cost<H>(levels->cells, block, scales.scale[k], scales.inverse[k]);
            if (k == 0 || c < *cost) *cost = c, best = k;
        }
        return best;
    }

    /// Codes of group g of a row, x in units of the row's scale: stores them, returns their levels.
    void store_group(uint8_t* panel, uint32_t row, int g, const float x[8], const float w[8], int k,
                     float level[8]) const {
        float y[8];
        uint8_t m[8];
        for (int j = 0; j < 8; ++j) y[j] = x[j] * scales.inverse[k];
        nearest_group<H>(levels->cells, y, w, m);
        put_group<H>(panel, int(4 * row) + g, m);
        for (int j = 0; j < 8; ++j) level[j] = float(levels->list[m[j]]);
    }
    void store_scale(uint8_t* panel, uint32_t row, int k) const {
        if constexpr (Layout<H>::kIndexed)
            panel[Layout<H>::kCodeBytes + row / 2] |= uint8_t(scales.index[k] << (4 * (row % 2)));
    }
};

template <int H>
double row_error(const Search<H>& search, const float* row, size_t cols, const float* importance,
                 float row_scale) {
    double sum = 0;
    for (size_t c = 0; c < cols; c += kPanelCols) {
        Block block;
        float cost = 0;
        load_block(row + c, importance ? importance + c : nullptr, 1 / row_scale, block);
        search.best_scale(block, &cost);
        sum += double(cost);
    }
    return sum * double(row_scale) * double(row_scale);
}

template <int H>
uint16_t row_scale_of(const Search<H>& search, const float* row, size_t cols,
                      const float* importance, const Tables& tables) {
    if (search.scales.count == 0) return 0;
    const auto error = [&](float scale) { return row_error(search, row, cols, importance, scale); };
    uint16_t best = choose_row_scale(row, cols, tables.scale, search.levels->largest, error);
    if (Layout<H>::kIndexed || best == 0) return best;
    // The only scale there is: not all rows are normal.
    const float first = f16_to_f32(best);
    double least = error(first);
    for (float factor : {0.7f, 0.77f, 0.84f, 0.92f, 1.09f, 1.19f, 1.3f, 1.42f}) {
        const uint16_t scale = f32_to_f16(first * factor);
        if (scale == 0 || !(f16_to_f32(scale) < 65504.0f)) continue;
        if (const double e = error(f16_to_f32(scale)); e < least) least = e, best = scale;
    }
    return best;
}

/// x[8] and w[8] of group g.
void take_group(const Block& block, int g, float x[8], float w[8]) {
    for (int j = 0; j < 8; ++j) x[j] = block.x[j][g], w[j] = block.w[j][g];
}

template <int H>
void encode(const float* rows, size_t cols, const float* importance, const Tables& tables,
            uint8_t* panels, uint16_t* row_scales) {
    const Search<H> search(tables);
    const size_t blocks = cols / kPanelCols;
    std::memset(panels, 0, blocks * Layout<H>::kPanelBytes);
    for (uint32_t row = 0; row < kPanelRows; ++row) {
        const float* x = rows + row * cols;
        row_scales[row] = row_scale_of(search, x, cols, importance, tables);
        if (row_scales[row] == 0) continue;  // whatever the codes: times 0
        const float inverse = 1 / f16_to_f32(row_scales[row]);
        for (size_t b = 0; b < blocks; ++b) {
            Block block;
            float cost = 0, gx[8], gw[8], level[8];
            load_block(x + 32 * b, importance ? importance + 32 * b : nullptr, inverse, block);
            uint8_t* panel = panels + b * Layout<H>::kPanelBytes;
            const int k = search.best_scale(block, &cost);
            search.store_scale(panel, row, k);
            for (int g = 0; g < 4; ++g) {
                take_group(block, g, gx, gw);
                search.store_group(panel, row, g, gx, gw, k, level);
            }
        }
    }
}

/// One row of a panel with error feedback: the scale as without, then its groups from the last to
/// the first.
template <int H>
void feed_back(const FeedbackPanel& p, const Search<H>& search, uint32_t row) {
    const float row_scale = f16_to_f32(p.row_scales[row]);
    const float* w = p.weights + row * p.stride;
    if (!(row_scale > 0) || search.scales.count == 0) {
        std::memcpy(p.error[row], w, sizeof p.error[row]);
        return;
    }
    Block block;
    float cost = 0;
    load_block(p.target[row], nullptr, 1 / row_scale, block);
    const int k = search.best_scale(block, &cost);
    search.store_scale(p.panel, row, k);
    const float unit = search.scales.scale[k] * row_scale, inverse = 1 / row_scale;
    for (int g = 3; g >= 0; --g) {
        float x[8], ones[8], level[8];
        for (int j = 0; j < 8; ++j) {
            float t = p.target[row][8 * g + j];
            for (uint32_t c = 8 * uint32_t(g + 1); c < kPanelCols; ++c)
                t += p.error[row][c] * p.feedback[c][8 * g + j];
            t *= inverse;
            x[j] = t == t ? t : 0.0f, ones[j] = 1;
        }
        search.store_group(p.panel, row, g, x, ones, k, level);
        for (int j = 0; j < 8; ++j) p.error[row][8 * g + j] = w[8 * g + j] - level[j] * unit;
    }
}

void encode_rows(const Codec& codec, const float* rows, size_t cols, const float* importance,
                 const Tables& tables, uint8_t* panels, uint16_t* row_scales) {
    with_rate(codec,
              [&]<int H>() { encode<H>(rows, cols, importance, tables, panels, row_scales); });
}

void choose_row_scales(const Codec& codec, const float* rows, size_t cols, const Tables& tables,
                       uint16_t* row_scales) {
    with_rate(codec, [&]<int H>() {
        const Search<H> search(tables);
        for (size_t row = 0; row < kPanelRows; ++row)
            row_scales[row] = row_scale_of(search, rows + row * cols, cols, nullptr, tables);
    });
}

void encode_panel(const Codec& codec, const FeedbackPanel& p) {
    with_rate(codec, [&]<int H>() {
        const Search<H> search(*p.tables);
        std::memset(p.panel, 0, Layout<H>::kPanelBytes);
        for (uint32_t row = 0; row < kPanelRows; ++row) feed_back(p, search, row);
    });
}

}  // namespace

Levels::Levels(const int8_t* from, int count, int classes)
    : list(from), cells(from, count, classes), largest(0) {
    for (int m = 0; m < count; ++m) {
        const float size = float(from[m] < 0 ? -from[m] : from[m]);
        largest = size > largest ? size : largest;
    }
}

void load_block(const float* x, const float* importance, float inverse_scale, Block& block) {
    for (int j = 0; j < 8; ++j) {
        const F4 v = F4{x[j], x[8 + j], x[16 + j], x[24 + j]} * inverse_scale;
        block.x[j] = select(v == v, v, splat(0));
        const float* w = importance;
        block.w[j] = w ? F4{w[j], w[8 + j], w[16 + j], w[24 + j]} : splat(1);
    }
}

}  // namespace gosset::e8c

namespace gosset {

extern const Encoder e8c_encoder;
constinit const Encoder e8c_encoder = {e8c::fit, e8c::encode_rows, 8, e8c::choose_row_scales,
                                       e8c::encode_panel};

}  // namespace gosset
