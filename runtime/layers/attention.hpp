/// Causal attention of one batch over one layer's KV cache, grouped by KV head (GQA), in chunks of
/// kAttentionChunk positions whose results are merged in order. Chunks begin at multiples of
/// kAttentionChunk, but for the first one of a sliding window, which begins with the window. The
/// same bits for any number of threads and any batch: a chunk of a token is computed whole by one
/// member. Relies on simd's op kernels.
#pragma once

#include <cstdint>

#include "runtime/threads/pool.hpp"
#include "simd/kernels.hpp"

namespace gosset {

/// For one token: the results of chunks, and for several: each member's own.
struct AttentionPartials {
    float* max;      // [kv_heads][chunks][group]
    float* sum;      // [kv_heads][chunks][group]
    float* out;      // [kv_heads][chunks][group][v_dim]
    float* gather;   // [threads][2][chunks]: max and sum of one head, side by side
    float* scratch;  // [threads][scratch_floats], best 64-byte aligned
    size_t scratch_floats;
    uint32_t group, chunks;  // query heads of a KV head; chunks of the context
};

/// scratch_floats, a multiple of 16.
size_t attention_scratch_floats(uint32_t group, uint32_t head_dim, uint32_t v_dim);

struct AttentionArgs {
    uint32_t tokens, position;  ///< the batch; token t sees positions up to position + t:
    uint32_t window;            ///< the last so many of them, itself included; 0: all
    uint32_t kv_heads, head_dim, v_dim;
    float scale, softcap;
    const float* q;  ///< [tokens][q_stride], heads one after another
    size_t q_stride;
    KvType type;
    const uint8_t *k, *v;       ///< first position of KV head 0
    size_t k_stride, v_stride;  ///< bytes between KV heads
    float* out;                 ///< [tokens][out_stride]
    size_t out_stride;
    AttentionPartials partials;
};

/// All members call it after a barrier; outputs may be read after the next one.
void attention(const OpKernels& ops, const AttentionArgs& args, const Pool::Member& member);

}  // namespace gosset
