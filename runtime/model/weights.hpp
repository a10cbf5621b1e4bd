/// A bound model: every pointer, shape and kernel that the token loop needs, found and proven once.
/// Points into a ModelFile, which must outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "format/config.hpp"
#include "runtime/layers/linear.hpp"
#include "simd/dispatch.hpp"
#include "simd/hadamard.hpp"

namespace gosset {

struct LayerWeights {
    std::vector<float> attn_norm;  // [dim]
    // q, k, v; more than one group only when their rotations differ
    std::vector<LinearGroup> qkv;
    LinearGroup o;
    std::vector<float> ffn_norm;  // [dim]
    std::vector<LinearGroup> gate_up;
    LinearGroup down;
};

struct ModelWeights {
    ModelConfig config;
    const Isa* isa = nullptr;
    const OpKernels* ops = nullptr;
    std::vector<LayerWeights> layers;
    std::vector<float> final_norm;             // [dim]
    Linear embed;                              // [vocab, dim]; decode_row looks tokens up
    const Hadamard* embed_rotation = nullptr;  // null: none
    LinearGroup head;                          // [vocab, dim]
    HadamardSet rotations;
    std::vector<std::unique_ptr<float[]>> tables;  // scale tables, aligned copies
    uint64_t weight_count = 0, weight_bytes = 0, bytes_per_token = 0;
};

}  // namespace gosset
