/// f32 rows -> e8n panels: for every 32 columns of a row the scale with the least (weighted) error,
/// by nearest points of E8 (NestQuant's "Opt-beta", arXiv 2502.09720). A group that overloads is
/// clamped, never wrapped: a slightly too small scale is often best for the other three groups.
#include <cmath>
#include <cstring>

#include "runtime/base/half.hpp"
#include "simd/codecs/e8n/encode.hpp"
#include "simd/codecs/e8n/layout.hpp"
#include "simd/codecs/e8n/residue.hpp"
#include "simd/codecs/e8n/search.hpp"
#include "simd/encode_scales.hpp"

namespace gosset::e8n {
namespace {

template <int Q>
void encode_panels(const float* rows, size_t cols, const float* importance, const Scales& scales,
                   uint8_t* panels, uint16_t* row_scales) {
    const float reach = importance ? kReachWeighted : kReach;
    const size_t blocks = cols / kPanelCols;
    std::memset(panels, 0, blocks * Layout<Q>::kPanelBytes);
    for (int row = 0; row < int(kPanelRows); ++row) {
        const float* x = rows + size_t(row) * cols;
        row_scales[row] = scales.count ? rms_row_scale(x, cols) : uint16_t(0);
        if (row_scales[row] == 0) continue;  // codes 0 are levels 0
        const float inverse = 1 / f16_to_f32(row_scales[row]);
        for (size_t b = 0; b < blocks; ++b) {
            Block block;
            Found best;
            load_block(x + 32 * b, importance ? importance + 32 * b : nullptr, inverse, block);
            uint8_t* panel = panels + b * Layout<Q>::kPanelBytes;
            const int k = choose_scale<Q>(block, scales, reach, best);
            put_scale<Q>(panel, row, int(scales.index[k]));
            for (int g = 0; g < 4; ++g) store_group<Q>(best.point, g, panel, 4 * row + g);
        }
    }
}

void choose_row_scales(const Codec&, const float* rows, size_t cols, const Tables& tables,
                       uint16_t* row_scales) {
    const Scales scales(tables.scale);
    for (size_t row = 0; row < kPanelRows; ++row)
        row_scales[row] = scales.count ? rms_row_scale(rows + row * cols, cols) : uint16_t(0);
}

void encode_rows(const Codec& codec, const float* rows, size_t cols, const float* importance,
                 const Tables& tables, uint8_t* panels, uint16_t* row_scales) {
    const Scales scales(tables.scale);
    with_levels(codec, [&]<int Q>() {
        encode_panels<Q>(rows, cols, importance, scales, panels, row_scales);
    });
}

}  // namespace

void load_block(const float* x, const float* importance, float inverse_scale, Block& block) {
    load_lanes(x, importance, inverse_scale, block.x, block.w);
    block.measure();
}

}  // namespace gosset::e8n

namespace gosset {

extern const Encoder e8n_encoder;
constinit const Encoder e8n_encoder = {e8n::fit, e8n::encode_rows, 8, e8n::choose_row_scales,
                                       e8n::encode_panel};

}  // namespace gosset
