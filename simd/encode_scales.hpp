/// What encoders of scaled codecs share: the fp16 scale of a row and the 16-entry table of relative
/// scales, from which each (row, 32 columns) takes one. Deterministic: only + - * / sqrt in a fixed
/// order. Relies on simd/kernels.hpp and runtime/base/half.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/base/half.hpp"
#include "simd/kernels.hpp"

namespace gosset {

/// The row's root mean square as fp16: finite, 0 for a row of zeros (or of less than fp16 can say).
/// A row with infinities or NaNs gets the largest finite scale.
uint16_t rms_row_scale(const float* row, size_t cols);

/// The row scale that reaches the row's peak with the table's widest scale and `max_level`: 0
/// where rms_row_scale (given) nearly does, or where there is none.
uint16_t peak_row_scale(const float* row, size_t cols, uint16_t rms, const float table[kScaleTable],
                        float max_level);

/// rms_row_scale, or peak_row_scale where error(float row_scale), the squared error of the row as a
/// whole, says that it is better.
template <class Error>
uint16_t choose_row_scale(const float* row, size_t cols, const float table[kScaleTable],
                          float max_level, Error error) {
    const uint16_t rms = rms_row_scale(row, cols);
    const uint16_t peak = peak_row_scale(row, cols, rms, table, max_level);
    if (peak == 0) return rms;
    const double plain = error(f16_to_f32(rms));
    return error(f16_to_f32(peak)) < plain ? peak : rms;
}

/// The usable entries of a table of scales or gains, times a factor, from small to large.
struct SortedScales {
    int count = 0;
    uint32_t index[kScaleTable];  ///< in the table
    float value[kScaleTable], inverse[kScaleTable];

    /// Of entries [0, used); those with least < factor * entry < most.
    SortedScales(const float* table, uint32_t used, float factor, float least, float most) {
        for (uint32_t k = 0; k < used; k++) {
            const float v = factor * table[k];
            if (!(v > least && v < most)) continue;
            int at = count++;
            for (; at > 0 && value[at - 1] > v; at--)
                value[at] = value[at - 1], index[at] = index[at - 1];
            value[at] = v, index[at] = k;
        }
        for (int k = 0; k < count; k++) inverse[k] = 1 / value[k];
    }
};

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

/// What a codec knows of rows of N(0,1), as rotated rows are: the table that it wants for them, and
/// the mean squared error with it.
struct GaussianTable {
    float mse;
    float scales[kScaleTable];
};

/// fit_scales, or the Gaussian table where a sample of the blocks encodes as well with it as normal
/// numbers do.
void fit_or_gaussian(const ScaleFit& fit, const GaussianTable& gaussian, const float* rows,
                     size_t n_rows, size_t cols, float table[kScaleTable]);

}  // namespace gosset
