/// The parts of the e8n encoder, in encode.cpp and fit.cpp. Relies on the Encoder contract
/// (simd/encoder.hpp).
#pragma once

#include "simd/codecs/e8n/search.hpp"
#include "simd/encoder.hpp"

namespace gosset::e8n {

/// 32 columns times inverse_scale; importance may be null. NaN counts as 0 and infinity as far.
void load_block(const float* x, const float* importance, float inverse_scale, Block& block);

/// Squared error of the 32 columns x at a scale per level, overloaded groups clamped
/// (ScaleFit::error; the context is not used).
template <int Q>
float block_error(const void*, const float* x, float scale);

/// Encoder::fit_table of the family.
void fit_table(const Codec&, const float* rows, size_t n_rows, size_t cols,
               float table[kScaleTable]);

}  // namespace gosset::e8n
