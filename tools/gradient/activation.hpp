/// Derivatives of a token's vectors: RMSNorm and gated activations. Relies on the operation
/// kernels.
#pragma once

#include <cstddef>

#include "format/config.hpp"
#include "simd/kernels.hpp"

namespace gosset::gradient {

/// y = x / sqrt(mean(x^2) + eps) * (offset + weight), n wide.
struct NormRow {
    const float *x, *weight;
    size_t n;
    float eps, offset;
};
/// dx += dL/dx, given dy = dL/dy, which is used up.
void norm_back_row(const OpKernels& ops, const NormRow& norm, float* dy, float* dx);

/// y = activation(gate) * up, n wide.
struct GatedRow {
    const float *gate, *up;
    size_t n;
};
/// d_gate and d_up, given dL/dy; scratch: n floats.
void gated_back_row(const OpKernels& ops, Activation activation, const GatedRow& row,
                    const float* dy, float* scratch, float* d_gate, float* d_up);

}  // namespace gosset::gradient
