#include "runtime/layers/attention.hpp"

#include <algorithm>

namespace gosset {

namespace {

// What one token sees: positions [first, end), and the chunks that hold them.
struct Span {
    uint32_t first, end;
    uint32_t first_chunk() const { return first / kAttentionChunk; }
    uint32_t chunks() const { return (end - 1) / kAttentionChunk + 1 - first_chunk(); }
};

Span span_of(const AttentionArgs& a, uint32_t token) {
    const uint32_t end = a.position + token + 1;
    return {a.window && end > a.window ? end - a.window : 0, end};
}

// Scores of the n-th chunk of a token for the query heads of one KV head, into a region.
void one_chunk(const OpKernels& ops, const AttentionArgs& a, uint32_t token, uint32_t kv_head,
               uint32_t n, size_t region) {
    const AttentionPartials& p = a.partials;
    const Span seen = span_of(a, token);
    const size_t chunk = seen.first_chunk() + n;
    const size_t first = std::max<size_t>(chunk * kAttentionChunk, seen.first);
    const size_t end = std::min<size_t>((chunk + 1) * kAttentionChunk, seen.end);
    const size_t bytes = a.type == KvType::f16 ? 2 : 4;
    const size_t slot = (region * p.chunks + n) * p.region_heads;
    AttentionChunk c{};
    c.q = a.q + token * a.q_stride + size_t(kv_head) * p.region_heads * a.head_dim;
    c.k = a.k + kv_head * a.k_stride + first * a.head_dim * bytes;
    c.v = a.v + kv_head * a.v_stride + first * a.v_dim * bytes;
    c.type = a.type;
    c.heads = p.region_heads;
    c.count = uint32_t(end - first);
    c.head_dim = a.head_dim, c.v_dim = a.v_dim;
    c.scale = a.scale, c.softcap = a.softcap;
    c.max = p.max + slot, c.sum = p.sum + slot, c.out = p.out + slot * a.v_dim;
    ops.attention_chunk(c);
}

// Merges the chunks of one query head, in order.
void merge_head(const OpKernels& ops, const AttentionArgs& a, uint32_t token, uint32_t kv_head,
                uint32_t head, size_t region, float* gather) {
    const AttentionPartials& p = a.partials;
    const uint32_t n = span_of(a, token).chunks();
    const size_t slot = region * p.chunks * p.region_heads + head;
    for (uint32_t c = 0; c < n; c++) {
        gather[c] = p.max[slot + size_t(c) * p.region_heads];
        gather[p.chunks + c] = p.sum[slot + size_t(c) * p.region_heads];
    }
    float* out = a.out + token * a.out_stride + (kv_head * p.region_heads + head) * a.v_dim;
    ops.attention_merge(gather, gather + p.chunks, p.out + slot * a.v_dim,
                        size_t(p.region_heads) * a.v_dim, n, a.v_dim, out);
}

}  // namespace

void attention(const OpKernels& ops, const AttentionArgs& a, const Pool::Member& me) {
    const uint32_t group = a.partials.region_heads;
    float* gather = a.partials.gather + size_t(me.index) * 2 * a.partials.chunks;
    if (a.tokens == 1) {  // few heads, maybe many chunks: share (KV head, chunk), then merge
        const uint32_t n = span_of(a, 0).chunks();
        const auto [begin, end] = me.share(size_t(a.kv_heads) * n);
        for (size_t i = begin; i < end; i++)
            one_chunk(ops, a, 0, uint32_t(i / n), uint32_t(i % n), i / n);
        me.wait();
        const auto [first, last] = me.share(size_t(a.kv_heads) * group);
        for (size_t h = first; h < last; h++)
            merge_head(ops, a, 0, uint32_t(h / group), uint32_t(h % group), h / group, gather);
        return;
    }
    // many tokens: share (token, KV head); the region is this member's own. Late tokens see more
    // positions, so items are dealt out in turn.
    for (size_t i = me.index; i < size_t(a.tokens) * a.kv_heads; i += me.count) {
        const uint32_t token = uint32_t(i / a.kv_heads), kv_head = uint32_t(i % a.kv_heads);
        const uint32_t n = span_of(a, token).chunks();
        for (uint32_t c = 0; c < n; c++) one_chunk(ops, a, token, kv_head, c, me.index);
        for (uint32_t h = 0; h < group; h++)
            merge_head(ops, a, token, kv_head, h, me.index, gather);
    }
}

}  // namespace gosset
