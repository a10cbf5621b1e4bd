/// Matrix times vectors, whatever the codec: linears that read the same input form a LinearGroup,
/// whose input is rotated, quantized and permuted once. Everything is decided when the model is
/// bound; the token loop only calls kernels. Relies on simd and on a thread's share of the work.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/threads/pool.hpp"
#include "simd/codec.hpp"
#include "simd/kernels.hpp"

namespace gosset {

struct Linear {
    const Codec* codec = nullptr;
    CodecKernels kernels{};
    Weights w{};
    uint32_t rows = 0, cols = 0;  ///< logical
    uint32_t slot = 0;            ///< which of the caller's outputs it writes
    uint32_t padded_rows() const { return w.row_blocks * kPanelRows; }
};

/// Where a group's prepared input lies, for as many tokens as were planned.
struct ActivationBuffer {
    float* f32 = nullptr;  // [tokens][stride of the widest group]
    int8_t* q = nullptr;
    float* scale = nullptr;
    int32_t* sum = nullptr;
    uint8_t* ext = nullptr;
    uint16_t* rounded = nullptr;
};

/// Bytes per token that a group needs in each part of an ActivationBuffer.
struct ActivationSize {
    size_t f32 = 0, q = 0, scale = 0, sum = 0, ext = 0, rounded = 0;
    void grow(const ActivationSize& o);
};

/// Linears of one input, up to three (q, k, v); all share the rotation and the padded width.
struct LinearGroup {
    std::vector<Linear> linears;
    const Hadamard* rotation = nullptr;  ///< null: none
    uint32_t cols = 0;                   ///< logical width of the input
    uint32_t blocks = 0;                 ///< padded width / 32, the same for all linears
    bool needs_i8 = false, needs_f32 = false;

    uint32_t width() const { return blocks * kPanelCols; }
    uint32_t row_blocks() const;  ///< of all linears together
    ActivationSize size_per_token() const;

    /// Whether so many tokens are multiplied in bfloat16 (CodecKernels::gemm_rounded).
    bool rounds(size_t tokens) const;
    /// Prepares token t of `tokens` of the buffer from x[0 .. cols). work: 2 * width() floats of
    /// this thread.
    void prepare(const OpKernels& ops, const float* x, size_t t, size_t tokens,
                 const ActivationBuffer& to, float* work) const;
    /// y[slot] + t * stride[slot] receives a linear's rows of token t, for tokens [0, tokens).
    /// The members deal out all row blocks together (Pool::Member::deal).
    void multiply(const Pool::Member& member, size_t tokens, const ActivationBuffer& from,
                  float* const* y, const size_t* stride) const;
};

}  // namespace gosset
