/// One matrix-vector problem for kernel tests: weights of any bytes, activations, and outputs with
/// poison around them. Relies on tests/simd/guarded.hpp.
#pragma once

#include <memory>
#include <vector>

#include "runtime/base/rng.hpp"
#include "simd/codec.hpp"
#include "tests/simd/guarded.hpp"

namespace gosset::test {

enum class Fill {
    random,  ///< any bytes, random activations, some blocks of zeros
    low,
    high,  ///< every code byte 0x00 / 0xff, activations all 127 or all -127
};

struct Problem {
    Problem(const Codec&, uint32_t row_blocks, uint32_t blocks, uint32_t tokens, Fill, Rng&);

    /// Arguments for tokens first .. first + n on rows of row blocks [begin, end), into y. With
    /// Activations::rounded if `first` is a multiple of 16.
    MatvecArgs args(std::vector<float>& y, uint32_t begin, uint32_t end, uint32_t first,
                    uint32_t n) const;
    /// An output for all tokens, full of poison.
    std::vector<float> poisoned() const;

    const Codec& codec;
    uint32_t row_blocks, blocks, tokens;
    size_t y_stride;
    Guarded panels, row_scales, f32, q, scale, sum, ext, rounded;
    float table[kScaleTable];
    Guarded params;
    Weights weights;

  private:
    void fill_weights(Fill, Rng&);
    void fill_activations(Fill, Rng&);
};

}  // namespace gosset::test
