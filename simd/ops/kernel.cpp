#include "simd/ops/kernel.hpp"

namespace gosset::GOSSET_ISA {

extern const OpKernels op_kernels;
const OpKernels op_kernels = {quantize,        rms_norm,      hadamard,    rope,
                              silu_mul,        add,           to_f16,      attention_chunk,
                              attention_merge, dot,           log_sum_exp, softmax,
                              matrix_update,   gelu_tanh_mul, softcap};

}  // namespace gosset::GOSSET_ISA
