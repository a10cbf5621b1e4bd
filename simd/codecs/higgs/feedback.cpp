/// One panel with error feedback: four columns at a time from the last to the first, four rows side
/// by side.
#include <cstring>

#include "runtime/base/half.hpp"
#include "simd/codecs/higgs/encode.hpp"
#include "simd/encode_feedback.hpp"

namespace gosset::higgs {

namespace {

template <Member m>
void encode_four(const Tensor& tensor, const FeedbackPanel& p, uint32_t row, uint32_t first) {
    const F4 ones[4] = {splat(1.0f), splat(1.0f), splat(1.0f), splat(1.0f)};
    F4 x[4], factor = splat(0);
    float scale[4];
    for (uint32_t lane = 0; lane < 4; ++lane) {
        scale[lane] = f16_to_f32(p.row_scales[row + lane]);
        factor[lane] = levels_per_weight(tensor, p.row_scales[row + lane], scale[lane]);
    }
    for (uint32_t t = 0; t < 4; ++t)
        x[t] = in_reach(fed_back(p, row, first + t, first + 4) * factor);
    const I4 code = nearest<m>(tensor.grid, x, ones);
    for (uint32_t lane = 0; lane < 4; ++lane) {
        int8_t level[4];
        decode_code<m>(tensor.params, uint32_t(code[lane]), level);
        const uint32_t r = row + lane;
        put_code<m>(p.panel, 4 * r + first / 8, first / 4 % 2, uint32_t(code[lane]));
        for (uint32_t t = 0; t < 4; ++t)
            p.error[r][first + t] =
                p.weights[r * p.stride + first + t] - scale[lane] * (tensor.unit * float(level[t]));
    }
}

}  // namespace

void encode_panel(const Codec& codec, const FeedbackPanel& p) {
    with_member(codec.panel_bytes, [&]<Member m>() {
        const Tensor tensor = Tensor::of<m>(*p.tables);
        std::memset(p.panel, 0, Layout<m>::kPanelBytes);
        for (uint32_t row = 0; row < kPanelRows; row += 4)
            for (uint32_t first = kPanelCols; first > 0; first -= 4)
                encode_four<m>(tensor, p, row, first - 4);
    });
}

}  // namespace gosset::higgs
