/// Causal attention of one window in float, forward and back, one query head an item of work.
/// Probabilities are not kept: the way back computes them again. Relies on the operation kernels.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/gradient/dense.hpp"

namespace gosset::gradient {

struct AttentionShape {
    uint32_t heads, kv_heads, head_dim, v_dim;
    uint32_t window;       ///< positions that a token sees, itself included; 0: all before it too
    float scale, softcap;  ///< softcap 0: none
};

class Attention {
  public:
    Attention(const OpKernels& ops, Team& team) : ops_(ops), team_(team) {}

    /// q: [tokens][heads * head_dim], k: [..][kv_heads * head_dim], v: [..][kv_heads * v_dim], out:
    /// [..][heads * v_dim].
    void forward(const AttentionShape& shape, Rows q, Rows k, Rows v, size_t tokens, Rows out);
    /// dq, dk, dv are overwritten; out is what forward() gave.
    void backward(const AttentionShape& shape, Rows q, Rows k, Rows v, Rows out, Rows dout,
                  size_t tokens, Rows dq, Rows dk, Rows dv);

  private:
    struct Head;  ///< one query head, its buffers
    Head head(const AttentionShape& shape, size_t tokens, uint32_t member);
    void reserve(const AttentionShape& shape, size_t tokens);

    const OpKernels& ops_;
    Team& team_;
    std::vector<float> scratch_;  ///< [member][scratch of a head]
    std::vector<float> dk_, dv_;  ///< [query head][token][dim]: summed over a group's heads
    size_t of_member_ = 0;
};

}  // namespace gosset::gradient
