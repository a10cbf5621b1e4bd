/// Error feedback for one input of a model (LDLQ: QuIP, arXiv 2307.13304; in blocks of a lattice's
/// dimension: QuIP#, arXiv 2402.04396, section 4.2). With H = L D L^T, L unit lower triangular and
/// D diagonal, both in blocks of `group` columns,
///
///   tr(E H E^T) = sum over groups J of the D_J-weighted square of (E_J + sum over K > J of E_K
///   L_KJ),
///
/// so that, from the last group to the first, the best target of group J is W_J + sum E_K L_KJ:
/// what remains is the codec's own error. A panel of 32 columns may then be encoded again and again
/// given the errors of all others (coordinate descent): with S = H_PP, its best target is
///
///   W_P + sum over K outside P of E_K H_KP S^-1,
///
/// within the panel by the same feedback, of S. Relies on the operation kernels.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/base/status.hpp"
#include "simd/encoder.hpp"

namespace gosset::quantize {

class Feedback {
  public:
    /// h: [width][width], upper triangle; used up. width: a multiple of 32; group divides 32.
    /// `damping` times the mean of H's diagonal is added to it: directions that the text did not
    /// show are not free. Ten times more, again and again, while H is not positive definite in f32.
    /// An H of zeros gives no feedback at all (Feedback::none()).
    /// refine: times that every panel is encoded again.
    static Feedback make(std::vector<float> h, uint64_t width, uint32_t group, float damping,
                         uint32_t refine, const OpKernels& ops);

    bool none() const { return inside_.empty(); }
    /// Rows k = 32 (panel + 1) .. width - 1 of the 32 columns of a panel: [..][32].
    const float* behind(uint64_t panel) const { return &behind_[offset(panel)]; }
    /// [32][32] within the panel; only k in a group behind that of c is set.
    const float (*inside(uint64_t panel) const)[kPanelCols] {
        return reinterpret_cast<const float(*)[kPanelCols]>(&inside_[panel * 32 * 32]);
    }

    /// What is encoded, and where to. Row blocks follow each other in `panels`.
    struct Rows {
        const Codec& codec;
        const Encoder& encoder;
        const float* rows;  ///< [count][width]
        uint64_t count;     ///< a multiple of 16
        const Tables& tables;
        float* error;          ///< out, [count][width]: rows - what the codes stand for
        uint8_t* panels;       ///< out
        uint16_t* row_scales;  ///< out, fp16 [count]
    };
    void encode(const Rows& all) const;

    uint64_t width() const { return width_; }
    const OpKernels& ops() const { return *ops_; }

  private:
    struct Again;  // a panel, encoded again
    uint64_t offset(uint64_t panel) const;
    void make_around(const std::vector<float>& h, const std::vector<float>& diagonal,
                     uint32_t group);
    void first_pass(const Rows& rows) const;
    void refine(const Rows& rows) const;
    void refine_panel(const Rows& rows, uint64_t panel, uint64_t row, Again& again) const;
    void encode_again(const Rows& rows, uint64_t panel, uint64_t row, Again& again) const;
    const float (*within(uint64_t panel) const)[kPanelCols] {
        return reinterpret_cast<const float(*)[kPanelCols]>(&within_[panel * 32 * 32]);
    }

    const OpKernels* ops_ = nullptr;
    uint64_t width_ = 0;
    std::vector<float> behind_, inside_;
    uint32_t refine_ = 0;
    std::vector<float> around_;   ///< [panel][width][32]: H_KP S^-1, 0 in the panel itself
    std::vector<float> within_;   ///< [panel][32][32]: as inside_, of S
    std::vector<float> weighed_;  ///< [panel][32][32]: S
};

}  // namespace gosset::quantize
