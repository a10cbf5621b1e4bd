/// Error feedback from row to row of a weight. An error E of W[out, in] costs, to second order,
/// tr(G E H E^T): H the second moments of the linear's input, G = sum g g^T those of the gradient
/// of the loss with respect to its output (K-FAC, arXiv 1503.05671; both sides in LDLQ: YAQA, arXiv
/// 2505.22988). With G = L D L^T in blocks of rows, the best target of row block J, from the last
/// to the first, is
///
///   T_J = W_J + sum over K > J of L_KJ^T E_K,
///
/// which is then encoded along its columns by Feedback, whatever its D_J. Relies on Feedback.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/quantize/feedback.hpp"

namespace gosset::quantize {

class RowFeedback {
  public:
    /// Rows of a block. Within one, rows take no feedback from each other.
    static constexpr uint32_t kGroup = 16;

    /// g: [rows][rows], upper triangle; used up. `damping` as in Feedback::make; a G of zeros gives
    /// no feedback (none()).
    static RowFeedback make(std::vector<float> g, uint64_t rows, float damping,
                            const OpKernels& ops);

    bool none() const { return rows_ == 0; }
    uint64_t rows() const { return rows_; }
    /// Rows k = kGroup (block + 1) .. rows - 1 of the kGroup columns of a block of L: [..][kGroup].
    const float* behind(uint64_t block) const { return behind_.data() + offset(block); }

    /// Encodes all.rows, those of G and padding up to a multiple of 16, by the feedback of their
    /// columns. all.error becomes that of all.rows; target: [kGroup][width], scratch.
    void encode(const Feedback& columns, const Feedback::Rows& all, float* target) const;

  private:
    uint64_t offset(uint64_t block) const;

    uint64_t rows_ = 0;
    std::vector<float> behind_;
};

}  // namespace gosset::quantize
