/// The parts of the higgs encoder, in encode.cpp and feedback.cpp. Relies on the Encoder contract
/// (simd/encoder.hpp).
#pragma once

#include "simd/codecs/higgs/layout.hpp"
#include "simd/codecs/higgs/search.hpp"
#include "simd/encoder.hpp"

namespace gosset::higgs {

/// A tensor's grid, and the unit of its levels in a row's scale.
struct Tensor {
    Grid grid = {};
    float unit;
    const uint8_t* params;

    Tensor(const Tables& tables, uint32_t dims, uint32_t points)
        : unit(tables.scale[0]), params(tables.params) {
        for (uint32_t i = 0; i < points; ++i)
            for (uint32_t d = 0; d < dims; ++d)
                grid.point[i][d] = float(int8_t(params[points * d + i]));
    }
    template <Member m>
    static Tensor of(const Tables& tables) {
        return {tables, Layout<m>::kDims, Layout<m>::kPoints};
    }
};

/// What turns weights into levels: 0 for a row without a scale.
inline float levels_per_weight(const Tensor& tensor, uint16_t row_scale_bits, float row_scale) {
    return row_scale_bits != 0 && tensor.unit > 0 ? 1 / (row_scale * tensor.unit) : 0.0f;
}

/// Encoder::encode_panel of the family.
void encode_panel(const Codec&, const FeedbackPanel&);

}  // namespace gosset::higgs
