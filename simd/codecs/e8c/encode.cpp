/// f32 rows -> e8c panels: for every 32 columns of a row, the scale of the table with the least
/// (weighted) error of exact nearest points.
#include "simd/codecs/e8c/encode.hpp"

#include <cmath>
#include <cstring>
#include <optional>

#include "simd/encode_feedback.hpp"
#include "simd/encode_scales.hpp"

namespace gosset::e8c {

namespace {

/// A tensor's tables, ready for searching. Most tensors have the list for normal numbers.
template <int H>
struct Search {
    std::optional<Levels> own;
    const Levels* levels;
    SortedScales scales;

    explicit Search(const Tables& tables)
        : scales(tables.scale, Layout<H>::kIndexed ? kScaleTable : 1, 1, 1e-9f, 1e9f) {
        const int8_t* list = reinterpret_cast<const int8_t*>(tables.params);
        levels = &gaussian_levels<H>();
        if (std::memcmp(list, levels->list, Layout<H>::kLevels) == 0) return;
        levels =
            &own.emplace(list, Layout<H>::kLevels, kClasses<H>, levels->by_size, levels->by_peak);
    }

    /// Position of the best scale in `scales` (there is at least one), and its cost. From a scale
    /// that usually goes with such a size and peak, up and down while one of the next kPatience is
    /// better: some 7 of the 16, and 0.1 to 0.2% more error than by trying all.
    static constexpr int kPatience = H == 4 ? 2 : H < 8 ? 3 : 4;
    int best_scale(const Block& block, float* cost) const {
        int best = usual_scale(block);
        const int start = best;
        *cost = cost_at(block, start);
        for (int step : {-1, 1})
            for (int k = start + step, worse = 0; k >= 0 && k < scales.count && worse < kPatience;
                 k += step) {
                const float c = cost_at(block, k);
                worse = c < *cost ? 0 : worse + 1;
                if (c < *cost) *cost = c, best = k;
            }
        return best;
    }
    int usual_scale(const Block& block) const {
        const float wanted =
            levels->by_size * block.size() + levels->by_peak * block.peak() / levels->largest;
        int k = 0;
        while (k + 1 < scales.count && scales.value[k] + scales.value[k + 1] < 2 * wanted) ++k;
        return k;
    }
    float cost_at(const Block& block, int k) const {
        return block_cost<H>(levels->cells, block, scales.value[k], scales.inverse[k]);
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
    for (float factor : {0.75f, 0.87f, 1.15f, 1.33f}) {
        const uint16_t scale = f32_to_f16(first * factor);
        if (scale == 0 || !(f16_to_f32(scale) < 65504.0f)) continue;
        if (const double e = error(f16_to_f32(scale)); e < least) least = e, best = scale;
    }
    return best;
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
            float cost = 0;
            load_block(x + 32 * b, importance ? importance + 32 * b : nullptr, inverse, block);
            uint8_t* panel = panels + b * Layout<H>::kPanelBytes;
            const int k = search.best_scale(block, &cost);
            search.store_scale(panel, row, k);
            uint8_t m[4][8];
            for (F4& v : block.x) v *= search.scales.inverse[k];
            nearest_points<H>(search.levels->cells, block.x, block.w, m);
            for (int g = 0; g < 4; ++g) put_group<H>(panel, int(4 * row) + g, m[g]);
        }
    }
}

/// The scales of four rows, a lane each: of the row, and of a level.
struct RowScales {
    F4 inverse_row = splat(0), inverse = splat(0), unit = splat(0);
};

template <int H>
void choose(const FeedbackPanel& p, const Search<H>& search, uint32_t row, int lane, RowScales& s) {
    const float row_scale = f16_to_f32(p.row_scales[row]);
    if (!(row_scale > 0) || search.scales.count == 0) return;  // whatever the codes: times 0
    Block block;
    float cost = 0;
    load_block(p.target[row], nullptr, 1 / row_scale, block);
    const int k = search.best_scale(block, &cost);
    search.store_scale(p.panel, row, k);
    s.inverse_row[lane] = 1 / row_scale;
    s.inverse[lane] = search.scales.inverse[k];
    s.unit[lane] = search.scales.value[k] * row_scale;
}

/// Group g of rows [row, row + 4), side by side: the errors of the groups behind it are added to
/// its target.
template <int H>
void feed_back(const FeedbackPanel& p, const Search<H>& search, const RowScales& s, uint32_t row,
               int g) {
    const F4 ones[8] = {splat(1), splat(1), splat(1), splat(1),
                        splat(1), splat(1), splat(1), splat(1)};
    F4 y[8];
    const uint32_t first = 8 * uint32_t(g);
    for (uint32_t j = 0; j < 8; ++j)
        y[j] = in_reach(fed_back(p, row, first + j, first + 8) * s.inverse_row) * s.inverse;
    uint8_t m[4][8];
    nearest_points<H>(search.levels->cells, y, ones, m);
    for (uint32_t lane = 0; lane < 4; ++lane) {
        // A row without a scale keeps the codes 0, as in encode().
        if (s.unit[int(lane)] > 0) put_group<H>(p.panel, int(4 * (row + lane)) + g, m[lane]);
        const float* w = p.weights + size_t(row + lane) * p.stride + 8 * g;
        for (int j = 0; j < 8; ++j)
            p.error[row + lane][8 * g + j] =
                w[j] - float(search.levels->list[m[lane][j]]) * s.unit[int(lane)];
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
        for (uint32_t row = 0; row < kPanelRows; row += 4) {
            RowScales s;
            for (int lane = 0; lane < 4; ++lane) choose(p, search, row + uint32_t(lane), lane, s);
            for (int g = 3; g >= 0; --g) feed_back(p, search, s, row, g);
        }
    });
}

}  // namespace

Levels::Levels(const int8_t* from, int count, int classes, float of_size, float of_peak)
    : list(from), cells(from, count, classes), largest(0), by_size(of_size), by_peak(of_peak) {
    for (int m = 0; m < count; ++m) {
        const float size = float(from[m] < 0 ? -from[m] : from[m]);
        largest = size > largest ? size : largest;
    }
}

float Block::size() const {
    F4 sum = splat(0);
    for (const F4& v : x) sum += v * v;
    return std::sqrt(sum_lanes(sum) * (1.0f / 32));
}

float Block::peak() const {
    F4 most = splat(0);
    for (const F4& v : x) most = max4(abs4(v), most);
    return max_lane(most);
}

void load_block(const float* x, const float* importance, float inverse_scale, Block& block) {
    load_lanes(x, importance, inverse_scale, block.x, block.w);
}

}  // namespace gosset::e8c

namespace gosset {

extern const Encoder e8c_encoder;
constinit const Encoder e8c_encoder = {e8c::fit, e8c::encode_rows, 8, e8c::choose_row_scales,
                                       e8c::encode_panel};

}  // namespace gosset
