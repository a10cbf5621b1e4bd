/// The parts of the e8n encoder, in encode.cpp, feedback.cpp and fit.cpp. Relies on the Encoder
/// contract (simd/encoder.hpp).
#pragma once

#include "simd/codecs/e8n/layout.hpp"
#include "simd/codecs/e8n/search.hpp"
#include "simd/encoder.hpp"

namespace gosset::e8n {

/// 32 columns times inverse_scale; importance may be null. NaN counts as 0 and infinity as far.
void load_block(const float* x, const float* importance, float inverse_scale, Block& block);

/// Squared error of the 32 columns x at a scale per level, overloaded groups clamped
/// (ScaleFit::error; the context is not used).
template <int Q>
float block_error(const void*, const float* x, float scale);

/// Encoder::fit of the family.
void fit(const Codec&, const float* rows, size_t n_rows, size_t cols, Tables&);

/// Encoder::encode_panel of the family.
void encode_panel(const Codec&, const FeedbackPanel&);

/// Stores the codes of a group: the point in lane `from`, into byte lane `lane` of the panel.
template <int Q>
inline void store_group(const F4 point[8], int from, uint8_t* panel, int lane) {
    int level[8];
    uint8_t c[8];
    for (int i = 0; i < 8; ++i) level[i] = int(2 * point[i][from]);
    encode_group<Q>(level, c);
    put_codes<Q>(panel, lane, c);
}

/// Calls f.operator()<Q>() for the codec's number of levels.
template <class F>
void with_levels(const Codec& codec, F f) {
    if (codec.panel_bytes == Layout<16>::kPanelBytes)
        f.template operator()<16>();
    else if (codec.panel_bytes == Layout<8>::kPanelBytes)
        f.template operator()<8>();
    else
        f.template operator()<4>();
}

}  // namespace gosset::e8n
