/// A tensor's description as plain data, shared by writer and reader. Weights are W[rows, cols] =
/// W[out, in], row-major in meaning; how the codes lie in memory is the codec's panel layout.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gosset {

/// What a tensor is for. Stored as a number: never renumber. `layer` tells which one.
enum class Role : uint16_t {
    other = 0,
    embed = 1,       ///< [vocab, dim]; with Config::tied_head also the head
    head = 2,        ///< [vocab, dim]
    final_norm = 3,  ///< [dim]
    final_norm_bias = 4,
    attn_norm = 10,
    attn_norm_bias = 11,
    q = 12,  ///< [heads * head_dim, dim]
    k = 13,  ///< [kv_heads * head_dim, dim]
    v = 14,  ///< [kv_heads * v_head_dim, dim]
    o = 15,  ///< [dim, heads * v_head_dim]
    q_bias = 16,
    k_bias = 17,
    v_bias = 18,
    o_bias = 19,
    q_norm = 20,  ///< [head_dim]
    k_norm = 21,
    post_attn_norm = 22,
    ffn_norm = 30,
    ffn_norm_bias = 31,
    gate = 32,  ///< [ffn_dim, dim]
    up = 33,
    down = 34,  ///< [dim, ffn_dim]
    gate_bias = 35,
    up_bias = 36,
    down_bias = 37,
    post_ffn_norm = 38,
    router = 40,
};

/// Orthogonal transform of the input side: stored W' = W R^T, so the runtime multiplies R x.
/// R = (H_f0 kron H_f1 kron ...) diag(signs) / sqrt(n); the product of the factors is the padded
/// width n. No factors: no rotation. Signs: see simd/ops/hadamard.
struct Rotation {
    std::vector<uint32_t> factors;
    uint64_t sign_seed = 0;
    bool none() const { return factors.empty(); }
};

/// A run of bytes in the data region, 64-byte aligned. Roles: "codes", "row_scales", "params".
struct Segment {
    std::string role;
    uint64_t offset = 0;  ///< from the start of the file; set by the writer
    uint64_t size = 0;    ///< exact
    uint64_t xxh3 = 0;    ///< set by the writer
};

/// A small codec parameter kept in the metadata ("table": 16 f32, little-endian).
struct Param {
    std::string key;
    std::vector<uint8_t> bytes;
};

struct TensorInfo {
    std::string name;  ///< Hugging Face name
    Role role = Role::other;
    int32_t layer = -1;           ///< -1: belongs to no layer
    std::vector<uint64_t> shape;  ///< 1 to 4 dimensions, the logical (unpadded) ones
    std::string codec;
    uint32_t codec_version = 1;
    Rotation rotation;
    std::vector<Segment> segments;
    std::vector<Param> params;
    // provenance
    float bits_per_weight = 0.0f;  ///< 8 * bytes of all segments / weights
    float rel_mse = 0.0f;          ///< |W - What|^2 / |W|^2 as measured when encoded; 0: exact
};

/// Where the model came from. Shown by `inspect`; nothing depends on it.
struct Provenance {
    std::string source_name, source_hash, tool_version, command_line;
};

}  // namespace gosset
