/// f32 rows -> higgs panels: the nearest point for every four columns, at the row scale with the
/// least error (choose_row_scale).
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "runtime/base/half.hpp"
#include "simd/codecs/higgs/encode.hpp"
#include "simd/codecs/higgs/grids.hpp"
#include "simd/encode_scales.hpp"

namespace gosset::higgs {

namespace {

/// 32 columns of a row: the lane is the group, k the column within it.
struct Block {
    F4 x[8], w[8];

    Block(const float* row, const float* importance, float factor) {
        load_lanes(row, importance, factor, x, w);
    }
};

/// Calls f(b, g, h, code, x, w) for every four columns of a row, or of every `stride`th block of
/// it: lane g of x and w.
template <Member m, class F>
void encode_row(const Tensor& tensor, const float* row, size_t cols, const float* importance,
                uint16_t scale, size_t stride, F f) {
    const float factor = levels_per_weight(tensor, scale, f16_to_f32(scale));
    for (size_t b = 0; b < cols / kPanelCols; b += stride) {
        const float* w = importance ? importance + kPanelCols * b : nullptr;
        const Block block(row + kPanelCols * b, w, factor);
        for (uint32_t h = 0; h < 2; ++h) {
            const I4 code = nearest<m>(tensor.grid, block.x + 4 * h, block.w + 4 * h);
            for (uint32_t g = 0; g < 4; ++g)
                f(b, g, h, uint32_t(code[g]), block.x + 4 * h, block.w + 4 * h);
        }
    }
}

/// Blocks that a scale is tried on at most, evenly spread. 2048 columns find it to a percent, which
/// costs 0.2 to 0.6% of the error: worth it only where a trial is dear.
template <Member m>
constexpr size_t kTrialBlocks = m == Member::b2h ? 64 : SIZE_MAX;

/// A row at one scale.
struct Trial {
    uint16_t scale;
    double error;    ///< in the unit of the weights, squared
    double stretch;  ///< what the scale should be multiplied by, for these points (least squares)
};

template <Member m>
Trial try_scale(const Tensor& tensor, const float* row, size_t cols, const float* importance,
                uint16_t scale) {
    double product = 0, norm = 0, square = 0;
    const auto add = [&](size_t, uint32_t g, uint32_t, uint32_t code, const F4* x, const F4* w) {
        int8_t level[4];
        decode_code<m>(tensor.params, code, level);
        for (int t = 0; t < 4; ++t) {
            const float v = float(level[t]), wx = w[t][g] * x[t][g];
            product += double(wx * v), norm += double(w[t][g] * v * v);
            square += double(wx * x[t][g]);
        }
    };
    const size_t stride = std::max<size_t>(1, cols / kPanelCols / kTrialBlocks<m>);
    encode_row<m>(tensor, row, cols, importance, scale, stride, add);
    const double s = double(f16_to_f32(scale));
    return {scale, (square - 2 * product + norm) * s * s,
            product > 0 && norm > 0 ? product / norm : 1};
}

/// scale * factor, within what fp16 holds.
uint16_t scaled(uint16_t scale, double factor) {
    const double product = double(f16_to_f32(scale)) * factor;
    const uint16_t out = f32_to_f16(product < 65504.0 ? float(product) : 65504.0f);
    return out ? out : scale;
}

/// Where the parabola through the errors at scale * (1 - h), 1, (1 + h) is lowest, as a step from
/// 1, at most 2 h.
double lowest(double down, double here, double up, double h) {
    const double bend = up - 2 * here + down;
    const double far = up < down ? 2 * h : -2 * h;
    if (!(bend > 0)) return far;
    const double step = h / 2 * (down - up) / bend;
    return step < -2 * h || step > 2 * h ? far : step;
}

/// The root mean square is nearly right for the rows that the grid was made for, and the error as a
/// function of the scale nearly a parabola. For other rows, those with heavy tails above all, this
/// first climbs by quarters while the error falls.
template <Member m>
uint16_t choose_row_scale(const Tensor& tensor, const float* row, size_t cols,
                          const float* importance) {
    constexpr int kClimbs = 12, kRounds = 4;
    constexpr double kUnlike = 1.0 / 64, kStep = 1.0 / 32;
    const auto attempt = [&](uint16_t scale) {
        return try_scale<m>(tensor, row, cols, importance, scale);
    };
    const uint16_t rms = rms_row_scale(row, cols);
    if (rms == 0 || !(tensor.unit > 0)) return 0;
    Trial best = attempt(rms);
    if (best.stretch < 1 - kUnlike || best.stretch > 1 + kUnlike)
        for (double ratio : {1.25, 0.8})
            for (int k = 0; k < kClimbs; ++k) {
                const Trial next = attempt(scaled(best.scale, ratio));
                if (!(next.error < best.error)) break;
                best = next;
            }
    for (int round = 0;; ++round) {
        const double down = attempt(scaled(best.scale, 1 - kStep)).error;
        const double up = attempt(scaled(best.scale, 1 + kStep)).error;
        const double step = lowest(down, best.error, up, kStep);
        const uint16_t scale = scaled(best.scale, 1 + step);
        if ((step >= -kStep && step <= kStep) || round == kRounds) return scale;
        best = attempt(scale);
    }
}

void fit(const Codec& codec, const float*, size_t, size_t, Tables& tables) {
    with_member(codec.panel_bytes, [&]<Member m>() {
        tables.scale[0] = gaussian<m>.unit;
        std::memcpy(tables.params, gaussian<m>.level, Layout<m>::kParams);
    });
}

void choose_row_scales(const Codec& codec, const float* rows, size_t cols, const Tables& tables,
                       uint16_t* row_scales) {
    with_member(codec.panel_bytes, [&]<Member m>() {
        const Tensor tensor = Tensor::of<m>(tables);
        for (size_t r = 0; r < kPanelRows; ++r)
            row_scales[r] = choose_row_scale<m>(tensor, rows + r * cols, cols, nullptr);
    });
}

void encode_rows(const Codec& codec, const float* rows, size_t cols, const float* importance,
                 const Tables& tables, uint8_t* panels, uint16_t* row_scales) {
    with_member(codec.panel_bytes, [&]<Member m>() {
        const Tensor tensor = Tensor::of<m>(tables);
        std::memset(panels, 0, cols / kPanelCols * Layout<m>::kPanelBytes);
        for (uint32_t r = 0; r < kPanelRows; ++r) {
            const float* row = rows + r * cols;
            row_scales[r] = choose_row_scale<m>(tensor, row, cols, importance);
            const auto put = [&](size_t b, uint32_t g, uint32_t h, uint32_t code, const F4*,
                                 const F4*) {
                put_code<m>(panels + b * Layout<m>::kPanelBytes, 4 * r + g, h, code);
            };
            encode_row<m>(tensor, row, cols, importance, row_scales[r], 1, put);
        }
    });
}

}  // namespace

}  // namespace gosset::higgs

namespace gosset {

extern const Encoder higgs_encoder;
constinit const Encoder higgs_encoder = {higgs::fit, higgs::encode_rows, 4,
                                         higgs::choose_row_scales, higgs::encode_panel};

}  // namespace gosset
