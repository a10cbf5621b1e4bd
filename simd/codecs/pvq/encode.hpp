/// The parts of the pvq encoder, in encode.cpp, feedback.cpp and fit.cpp. Relies on the Encoder
/// contract (simd/encoder.hpp).
#pragma once

#include "simd/codecs/pvq/layout.hpp"
#include "simd/codecs/pvq/search.hpp"
#include "simd/encoder.hpp"

namespace gosset::pvq {

/// 8 columns times inverse_scale; importance may be null. NaN counts as 0, and what is farther than
/// any code (only rows beyond fp16 have such) as far.
void load_target(const float* x, const float* importance, float inverse_scale, Target& target);

/// Stores the code of a group into a panel whose bytes were 0.
template <uint32_t K>
void store_group(const Found&, uint8_t* panel, uint32_t row, uint32_t g);

/// Encoder::fit and Encoder::encode_panel of the family.
void fit(const Codec&, const float* rows, size_t n_rows, size_t cols, Tables&);
void encode_panel(const Codec&, const FeedbackPanel&);

/// Calls f.operator()<K>() for the codec's number of pulses.
template <class F>
void with_pulses(const Codec& codec, F f) {
    if (codec.panel_bytes == Layout<6>::kPanelBytes)
        f.template operator()<6>();
    else if (codec.panel_bytes == Layout<13>::kPanelBytes)
        f.template operator()<13>();
    else
        f.template operator()<25>();
}

}  // namespace gosset::pvq
