/// One panel with error feedback: the scale of each row's 32 columns is chosen as without, then the
/// groups are encoded from the last to the first, four rows side by side.
#include <cstring>

#include "runtime/base/half.hpp"
#include "simd/codecs/e8n/encode.hpp"
#include "simd/encode_feedback.hpp"

namespace gosset::e8n {

namespace {

/// The scales of four rows, a lane each: of the row, and what a coordinate of E8 stands for.
struct RowScales {
    F4 inverse_row = splat(0), inverse = splat(0), unit = splat(0);
};

template <int Q>
void choose(const FeedbackPanel& p, const Scales& scales, int row, int lane, RowScales& s) {
    const float row_scale = f16_to_f32(p.row_scales[row]);
    if (!(row_scale > 0)) return;  // codes 0 are levels 0
    Block block;
    Found best;
    load_block(p.target[row], nullptr, 1 / row_scale, block);
    const int k = choose_scale<Q>(block, scales, kReach, best);
    put_scale<Q>(p.panel, row, int(scales.index[k]));
    s.inverse_row[lane] = 1 / row_scale;
    s.inverse[lane] = scales.inverse[k];
    s.unit[lane] = scales.value[k] * row_scale;
}

/// Group g of rows [row, row + 4).
template <int Q>
void encode_group_of_rows(const FeedbackPanel& p, const RowScales& s, int row, int g) {
    const F4 ones[8] = {splat(1), splat(1), splat(1), splat(1),
                        splat(1), splat(1), splat(1), splat(1)};
    F4 x[8], point[8];
    for (int i = 0; i < 8; ++i)
        x[i] = in_reach(fed_back(p, uint32_t(row), uint32_t(8 * g + i), uint32_t(8 * g + 8)) *
                        s.inverse_row);
    nearest_coded<Q>(x, ones, gauge(x), s.inverse, point);
    for (int lane = 0; lane < 4; ++lane) {
        store_group<Q>(point, lane, p.panel, 4 * (row + lane) + g);
        const float* w = p.weights + size_t(row + lane) * p.stride + 8 * g;
        for (int i = 0; i < 8; ++i)
            p.error[row + lane][8 * g + i] = w[i] - point[i][lane] * s.unit[lane];
    }
}

}  // namespace

void encode_panel(const Codec& codec, const FeedbackPanel& p) {
    const Scales scales(p.tables->scale);
    with_levels(codec, [&]<int Q>() {
        std::memset(p.panel, 0, Layout<Q>::kPanelBytes);
        for (int row = 0; row < int(kPanelRows); row += 4) {
            RowScales s;
            for (int lane = 0; lane < 4; ++lane) choose<Q>(p, scales, row + lane, lane, s);
            for (int g = 3; g >= 0; --g) encode_group_of_rows<Q>(p, s, row, g);
        }
    });
}

}  // namespace gosset::e8n
