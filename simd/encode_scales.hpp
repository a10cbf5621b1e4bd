/// What encoders of scaled codecs share: the fp16 scale of a row and the 16-entry table of relative
/// scales, from which each (row, 32 columns) takes one. Deterministic: only + - * / sqrt in a fixed
/// order. Relies on simd/kernels.hpp and runtime/base/half.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/kernels.hpp"

namespace gosset {

/// The row's root mean square as fp16: finite, 0 for a row of zeros (or of less than fp16 can say).
/// A row with infinities or NaNs gets the largest finite scale.
uint16_t rms_row_scale(const float* row, size_t cols);

/// How fit_scales asks a codec about its error.
struct ScaleFit {
    /// Squared error of the best code of x[32] at this scale: sum of (x - scale * level)^2.
    float (*error)(const void* context, const float* x, float scale);
    const void* context;
    float max_level;    ///< largest |level|: scales up to max|x| / max_level are of interest
    size_t max_blocks;  ///< of the sample that are looked at, evenly spread; the cost is 96 errors
                        ///< each
};

/// Chooses table[16], ascending, for the least total error over blocks of 32 columns of the rows
/// (each divided by its rms_row_scale): greedy choice among 96 geometrically spaced candidates,
/// then single swaps until none helps (the k-median problem; Arya et al. 2004 bound such local
/// optima).
void fit_scales(const ScaleFit& fit, const float* rows, size_t n_rows, size_t cols,
                float table[kScaleTable]);

}  // namespace gosset
