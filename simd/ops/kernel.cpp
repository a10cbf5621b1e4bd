#include "simd/ops/kernel.hpp"

namespace gosset::GOSSET_ISA {

extern const OpKernels op_kernels;
// Only tiers of tiles read what round_tiles makes, and they are AVX-512's.
#if defined(__AVX512F__)
constexpr auto own_round_tiles = round_tiles;
#else
constexpr decltype(OpKernels::round_tiles) own_round_tiles = nullptr;
#endif

const OpKernels op_kernels = {
    quantize, own_round_tiles, rms_norm,        hadamard,        rope, silu_mul,
    add,      to_f16,          attention_chunk, attention_merge, dot,  log_sum_exp,
    softmax,  matrix_update,   gelu_tanh_mul,   softcap};

}  // namespace gosset::GOSSET_ISA
