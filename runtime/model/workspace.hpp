/// Every buffer of a session, laid out once in one piece of memory before the first token; nothing
/// is allocated afterwards. Pages that are never touched cost address space only.
#pragma once

#include <cstdint>

#include "runtime/layers/attention.hpp"
#include "runtime/layers/linear.hpp"
#include "runtime/model/weights.hpp"

namespace gosset {

/// What a session was asked to hold.
struct SessionShape {
    uint32_t context = 0;  ///< positions per sequence
    uint32_t sequences = 1;
    uint32_t batch = 1;  ///< most tokens computed at once
    uint32_t threads = 1;
    KvType kv_type = KvType::f16;
    size_t kv_bytes() const { return kv_type == KvType::f16 ? 2 : 4; }
    uint32_t chunks() const { return (context + kAttentionChunk - 1) / kAttentionChunk; }
};

struct Workspace {
    float* x;                      // [batch][dim] residual stream
    float *cosine, *sine;          // [kind of rope][batch][rope_stride]
    float *q, *k, *v;              // [batch][padded rows of each]
    float* attention;              // [batch][heads * v_head_dim]
    float* branch;                 // [batch][padded dim]: output of o or down, to be added to x
    float *gate, *up;              // [batch][padded ffn_dim]
    float* logits;                 // [batch][padded vocab]
    ActivationBuffer activations;  // input of the group at work
    float* work;                   // [threads][work_floats]
    size_t work_floats;
    AttentionPartials partials;
    uint8_t *k_cache, *v_cache;  // [layer][sequence][kv_head][context][head_dim] of kv_type

    size_t q_stride, k_stride, v_stride, branch_stride, ffn_stride, vocab_stride, rope_stride;
    uint64_t total;  // bytes from the base
};

/// Lays the workspace out from `base` (64-byte aligned; null to learn `total` only).
/// total is UINT64_MAX when the sizes do not fit 64 bits.
Workspace lay_out(const ModelWeights& model, const SessionShape& shape, uint8_t* base);

/// First K (or V) vector of (layer, sequence, KV head), as a byte offset into its cache.
inline size_t kv_offset(const ModelConfig& c, const SessionShape& s, uint32_t layer,
                        uint32_t sequence, uint32_t head, uint32_t head_dim) {
    return ((size_t(layer) * s.sequences + sequence) * c.kv_heads + head) * s.context * head_dim *
           s.kv_bytes();
}

}  // namespace gosset
