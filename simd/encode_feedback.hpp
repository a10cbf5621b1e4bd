/// What encoders share when four rows of a panel are encoded with error feedback side by side.
/// Relies on simd/encoder.hpp and simd/parts/encode_lanes.hpp.
#pragma once

#include "simd/encoder.hpp"
#include "simd/parts/encode_lanes.hpp"

namespace gosset {

/// Column c of rows [row, row + 4), a lane each: the target, and what the errors of the columns
/// from `behind` on add to it, in the unit of the weights.
inline F4 fed_back(const FeedbackPanel& p, uint32_t row, uint32_t c, uint32_t behind) {
    F4 sum = {p.target[row][c], p.target[row + 1][c], p.target[row + 2][c], p.target[row + 3][c]};
    for (uint32_t k = behind; k < kPanelCols; ++k)
        sum += F4{p.error[row][k], p.error[row + 1][k], p.error[row + 2][k], p.error[row + 3][k]} *
               p.feedback[k][c];
    return sum;
}

}  // namespace gosset
