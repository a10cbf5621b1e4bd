/// A bound model: every pointer, shape and kernel that the token loop needs, found and proven once.
/// Points into a ModelFile, which must outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "format/config.hpp"
#include "runtime/layers/linear.hpp"
#include "runtime/layers/rope.hpp"
#include "simd/dispatch.hpp"
#include "simd/hadamard.hpp"

namespace gosset {

/// What is done to the output of o or down before it joins the residual stream; empty: nothing.
struct BranchWeights {
    std::vector<float> bias;       // [dim]
    std::vector<float> post_norm;  // [dim]
};

struct LayerWeights {
    std::vector<float> attn_norm;  // [dim]
    // q, k, v; more than one group only when their rotations differ
    std::vector<LinearGroup> qkv;
    std::vector<float> q_bias, k_bias, v_bias;  // [rows of each] or empty
    std::vector<float> q_norm, k_norm;          // [head_dim] or empty
    uint32_t window = 0;                        // positions that attention sees; 0: all
    uint32_t rope = 0;                          // index into ModelWeights::ropes
    LinearGroup o;
    BranchWeights attention;
    std::vector<float> ffn_norm;  // [dim]
    std::vector<LinearGroup> gate_up;
    std::vector<float> gate_bias, up_bias;  // [ffn_dim] or empty
    LinearGroup down;
    BranchWeights ffn;
};

/// f(group) for every group of linears of a layer.
template <class F>
void for_each_group(const LayerWeights& l, F&& f) {
    for (const LinearGroup& g : l.qkv) f(g);
    f(l.o);
    for (const LinearGroup& g : l.gate_up) f(g);
    f(l.down);
}

/// Whether many tokens at a time may be multiplied in bfloat16 where the tier can: faster, and no
/// longer the same bits as on every other machine (CodecKernels::gemm_rounded).
enum class Prefill : uint8_t { exact, rounded };

struct ModelWeights {
    ModelConfig config;
    const Isa* isa = nullptr;
    Prefill prefill = Prefill::exact;
    const OpKernels* ops = nullptr;
    std::vector<LayerWeights> layers;
    std::vector<Rope> ropes;
    std::vector<float> final_norm;             // [dim]
    Linear embed;                              // [vocab, dim]; decode_row looks tokens up
    const Hadamard* embed_rotation = nullptr;  // null: none
    LinearGroup head;                          // [vocab, dim]
    HadamardSet rotations;
    std::vector<std::unique_ptr<float[]>> tables;  // scale tables, aligned copies
    uint64_t weight_count = 0, weight_bytes = 0, bytes_per_token = 0;
    uint64_t identity = 0;  // of the file (ModelFile::identity)

    /// Whether any product of a prompt is in bfloat16.
    bool rounds() const {
        bool any = false;
        for (const LayerWeights& l : layers)
            for_each_group(l, [&](const LinearGroup& g) { any |= g.rounds(kRoundedTokens); });
        return any;
    }
};

}  // namespace gosset
