/// Linears of a bound model as plain float matrices, both ways: y = W x and dx = W^T dy for a
/// window of tokens. Weights are decoded block by block, with their rotation undone, so x is what
/// the model's own inputs are; nothing is rounded to 8 bits. Relies on the linears' decode_row and
/// on the operation kernels.
#pragma once

#include <cstddef>
#include <vector>

#include "runtime/layers/linear.hpp"
#include "simd/kernels.hpp"
#include "tools/gradient/team.hpp"

namespace gosset::gradient {

/// [tokens][stride] floats.
struct Rows {
    float* at;
    size_t stride;
    float* row(size_t t) const { return at + t * stride; }
};

class Dense {
  public:
    Dense(const OpKernels& ops, Team& team) : ops_(ops), team_(team) {}

    /// Rows that are decoded together.
    static constexpr uint32_t kBlock = 512;

    /// y[t][0 .. rows) = W x[t]
    void multiply(const LinearGroup& group, const Linear& linear, Rows x, size_t tokens, Rows y);
    /// dx[t] += W^T dy[t]
    void multiply_transposed(const LinearGroup& group, const Linear& linear, Rows dy, size_t tokens,
                             Rows dx);

  private:
    /// use(rows, first, n) for rows [begin + first, begin + first + n), for all first below count:
    /// [n][padded width], on the members.
    template <class Use>
    void decode(const LinearGroup& group, const Linear& linear, uint32_t begin, uint32_t count,
                Use&& use);

    const OpKernels& ops_;
    Team& team_;
    std::vector<float> packed_;   ///< a block in panels of 32 outputs of the product
    std::vector<float> scratch_;  ///< [member][17][padded width]
};

}  // namespace gosset::gradient
