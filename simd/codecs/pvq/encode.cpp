/// f32 rows -> pvq panels: the nearest point over all gains, group by group.
#include "simd/codecs/pvq/encode.hpp"

#include <cstring>

#include "runtime/base/half.hpp"
#include "simd/codecs/pvq/enumerate.hpp"
#include "simd/encode_scales.hpp"

namespace gosset::pvq {
namespace {

template <uint32_t K>
void encode_panels(const float* rows, size_t cols, const float* importance, const Gains& gains,
                   uint8_t* panels, uint16_t* row_scales) {
    constexpr uint32_t kBytes = Layout<K>::kPanelBytes;
    std::memset(panels, 0, cols / kPanelCols * kBytes);
    for (uint32_t row = 0; row < kPanelRows; row++) {
        const float* x = rows + row * cols;
        row_scales[row] = gains.count ? rms_row_scale(x, cols) : uint16_t(0);
        if (row_scales[row] == 0) continue;
        const float inverse = 1 / f16_to_f32(row_scales[row]);
        for (size_t c = 0; c < cols; c += 8) {
            Target target;
            Found found;
            load_target(x + c, importance ? importance + c : nullptr, inverse, target);
            search<int(K)>(target, gains, found);
            store_group<K>(found, panels + c / kPanelCols * kBytes, row, uint32_t(c / 8 % 4));
        }
    }
}

void encode_rows(const Codec& codec, const float* rows, size_t cols, const float* importance,
                 const Tables& tables, uint8_t* panels, uint16_t* row_scales) {
    with_pulses(codec, [&]<uint32_t K>() {
        const Gains gains(tables.scale, Layout<K>::kGains);
        encode_panels<K>(rows, cols, importance, gains, panels, row_scales);
    });
}

void choose_row_scales(const Codec& codec, const float* rows, size_t cols, const Tables& tables,
                       uint16_t* row_scales) {
    with_pulses(codec, [&]<uint32_t K>() {
        const Gains gains(tables.scale, Layout<K>::kGains);
        for (size_t row = 0; row < kPanelRows; row++)
            row_scales[row] = gains.count ? rms_row_scale(rows + row * cols, cols) : uint16_t(0);
    });
}

}  // namespace

void load_target(const float* x, const float* importance, float inverse_scale, Target& target) {
    constexpr float kFarthest = 1e6f;
    for (int i = 0; i < 8; i++) {
        const float v = x[i] * inverse_scale;
        const float near = v > kFarthest ? kFarthest : v < -kFarthest ? -kFarthest : v;
        target.x[i] = near == near ? near : 0.0f;
        target.w[i] = importance ? importance[i] : 1.0f;
    }
    target.measure();
}

template <uint32_t K>
void store_group(const Found& found, uint8_t* panel, uint32_t row, uint32_t g) {
    Fields fields = fields_of<K>(found.y);
    fields.gain = found.gain;
    put_fields<K>(panel, row, g, fields);
}
template void store_group<6>(const Found&, uint8_t*, uint32_t, uint32_t);
template void store_group<13>(const Found&, uint8_t*, uint32_t, uint32_t);
template void store_group<25>(const Found&, uint8_t*, uint32_t, uint32_t);

}  // namespace gosset::pvq

namespace gosset {

extern const Encoder pvq_encoder;
constinit const Encoder pvq_encoder = {pvq::fit, pvq::encode_rows, 8, pvq::choose_row_scales,
                                       pvq::encode_panel};

}  // namespace gosset
