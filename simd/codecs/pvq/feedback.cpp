/// One panel with error feedback: the groups of each row from the last to the first, each with the
/// errors of those behind it added to its target.
#include <cstring>

#include "runtime/base/half.hpp"
#include "simd/codecs/pvq/encode.hpp"

namespace gosset::pvq {

namespace {

template <uint32_t K>
void encode_group(const FeedbackPanel& p, const Gains& gains, uint32_t row, uint32_t g) {
    const float row_scale = f16_to_f32(p.row_scales[row]);
    const float* weights = p.weights + row * p.stride + 8 * g;
    float* error = p.error[row] + 8 * g;
    if (!(row_scale > 0) || !gains.count) {  // codes 0, and every weight is 0
        for (int i = 0; i < 8; i++) error[i] = weights[i];
        return;
    }
    float x[8];
    for (uint32_t i = 0; i < 8; i++) x[i] = p.target[row][8 * g + i];
    for (uint32_t k = 8 * (g + 1); k < kPanelCols; k++)
        for (uint32_t i = 0; i < 8; i++) x[i] += p.error[row][k] * p.feedback[k][8 * g + i];
    Target target;
    Found found;
    load_target(x, nullptr, 1 / row_scale, target);
    search<int(K)>(target, gains, found);
    store_group<K>(found, p.panel, row, g);
    const float scale = p.tables->scale[found.gain];
    for (int i = 0; i < 8; i++) error[i] = weights[i] - row_scale * (scale * float(found.y[i]));
}

}  // namespace

void encode_panel(const Codec& codec, const FeedbackPanel& p) {
    with_pulses(codec, [&]<uint32_t K>() {
        const Gains gains(p.tables->scale, Layout<K>::kGains);
        std::memset(p.panel, 0, Layout<K>::kPanelBytes);
        for (uint32_t row = 0; row < kPanelRows; row++)
            for (uint32_t g = 4; g-- > 0;) encode_group<K>(p, gains, row, g);
    });
}

}  // namespace gosset::pvq
