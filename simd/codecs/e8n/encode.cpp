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

/// Scales beyond this multiple of the smallest one that fits are not tried: the granular error
/// grows with the square of the scale (costs under 0.1% of the MSE on N(0,1), 0.3% on Laplace
/// rows).
constexpr float kWindow = 1.15f;

/// The usable entries of a scale table, from small to large.
struct Scales {
    int count = 0;
    int index[kScaleTable];
    float beta[kScaleTable], inverse[kScaleTable];

    explicit Scales(const float* table) {
        for (int k = 0; k < int(kScaleTable); ++k) {
            const float b = 2 * table[k];  // levels are doubled coordinates
            if (!(b > 1e-6f && b < 1e6f)) continue;
            int at = count++;
            for (; at > 0 && beta[at - 1] > b; --at)
                index[at] = index[at - 1], beta[at] = beta[at - 1];
            index[at] = k, beta[at] = b;
        }
        for (int k = 0; k < count; ++k) inverse[k] = 1 / beta[k];
    }
};

/// The best of the scales, as a position in the list: first those at which the block fits, then
/// downwards those at which it must be clamped, while that helps (worth 1.3% of the MSE at Q = 16,
/// 3.5% at 8, two thirds at 4).
template <int Q>
int choose_scale(const Block& block, const Scales& scales, float reach, Found& best) {
    Found found;
    int chosen = -1, overloads = scales.count - 1;
    float end = INFINITY;
    best.error = INFINITY;
    for (int k = 0; k < scales.count && scales.beta[k] <= end; ++k) {
        if (block.widest * scales.inverse[k] > float(Q) + reach) continue;  // overloads for sure
        try_scale<Q>(block, scales.beta[k], scales.inverse[k], best.error, found);
        if (!found.coded) continue;
        if (chosen < 0) overloads = k - 1, end = kWindow * scales.beta[k];
        best = found, chosen = k;
    }
    for (int k = overloads; k >= 0; --k) {
        clamp_to_scale<Q>(block, scales.beta[k], scales.inverse[k], found);
        if (chosen >= 0 && !(found.error < best.error)) break;
        best = found, chosen = k;
    }
    return chosen;
}

template <int Q>
void store_groups(const Found& found, int row, uint8_t* panel) {
    for (int g = 0; g < 4; ++g) {
        int level[8];
        uint8_t c[8];
        for (int i = 0; i < 8; ++i) level[i] = int(2 * found.point[i][g]);
        encode_group<Q>(level, c);
        put_codes<Q>(panel, 4 * row + g, c);
    }
}

/// In units of the row scale; only rows beyond fp16 have columns farther out.
constexpr float kFarthest = 1e6f;

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
            put_scale<Q>(panel, row, scales.index[k]);
            store_groups<Q>(best, row, panel);
        }
    }
}

void encode_rows(const Codec& codec, const float* rows, size_t cols, const float* importance,
                 const float table[kScaleTable], uint8_t* panels, uint16_t* row_scales) {
    const Scales scales(table);
    const auto encode = codec.panel_bytes == Layout<16>::kPanelBytes  ? encode_panels<16>
                        : codec.panel_bytes == Layout<8>::kPanelBytes ? encode_panels<8>
                                                                      : encode_panels<4>;
    encode(rows, cols, importance, scales, panels, row_scales);
}

}  // namespace

void load_block(const float* x, const float* importance, float inverse_scale, Block& block) {
    for (int i = 0; i < 8; ++i)
        for (int g = 0; g < 4; ++g) {
            const float v = x[8 * g + i] * inverse_scale;
            const float near = v > kFarthest ? kFarthest : v < -kFarthest ? -kFarthest : v;
            block.x[i][g] = near == near ? near : 0.0f;
            block.w[i][g] = importance ? importance[8 * g + i] : 1.0f;
        }
    block.measure();
}

}  // namespace gosset::e8n

namespace gosset {

extern const Encoder e8n_encoder;
constinit const Encoder e8n_encoder = {e8n::fit_table, e8n::encode_rows};

}  // namespace gosset
