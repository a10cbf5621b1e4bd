/// The parts of the e8c encoder, in encode.cpp, nearest.cpp and fit.cpp. Relies on the Encoder
/// contract (simd/encoder.hpp).
#pragma once

#include "simd/codecs/e8c/nearest.hpp"
#include "simd/encoder.hpp"

namespace gosset::e8c {

/// Calls f.operator()<H>() for the codec's rate.
template <class F>
void with_rate(const Codec& codec, F f) {
    switch (codec.panel_bytes) {
        case Layout<3>::kPanelBytes:
            return f.template operator()<3>();
        case Layout<4>::kPanelBytes:
            return f.template operator()<4>();
        case Layout<5>::kPanelBytes:
            return f.template operator()<5>();
        case Layout<6>::kPanelBytes:
            return f.template operator()<6>();
        case Layout<7>::kPanelBytes:
            return f.template operator()<7>();
        case Layout<8>::kPanelBytes:
            return f.template operator()<8>();
        default:
            return f.template operator()<9>();
    }
}

/// A list of levels in both of the shapes that an encoder wants.
struct Levels {
    const int8_t* list;  ///< [kLevels], of a tensor's params
    Cells cells;
    float largest;  ///< of |level|
    /// A block usually wants the scale by_size * size() + by_peak * peak() / largest.
    float by_size, by_peak;

    Levels(const int8_t* list, int count, int classes, float by_size, float by_peak);
};

/// The list that normal numbers want, at rate H.
template <int H>
const Levels& gaussian_levels();

/// The 32 columns x times inverse_scale, in reach; importance may be null.
void load_block(const float* x, const float* importance, float inverse_scale, Block& block);

/// Weighted squared error of a block at a scale per level, in units of the block.
template <int H>
inline float block_cost(const Cells& cells, const Block& block, float scale, float inverse) {
    F4 y[8];
    for (int j = 0; j < 8; ++j) y[j] = block.x[j] * inverse;
    return sum_lanes(nearest_cost<H>(cells, y, block.w)) * (scale * scale);
}

/// Encoder::fit of the family.
void fit(const Codec&, const float* rows, size_t n_rows, size_t cols, Tables&);

}  // namespace gosset::e8c
