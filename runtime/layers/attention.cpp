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

// Room for the maxima, or the sums, of a tile.
size_t state_floats(uint32_t group) {
    return (std::max(group, kAttentionQueries) + 15) / 16 * 16;
}

// What is the same for all chunks of one KV head.
AttentionChunk chunk_of(const AttentionArgs& a) {
    AttentionChunk c{};
    c.type = a.type, c.heads = a.partials.group;
    c.head_dim = a.head_dim, c.v_dim = a.v_dim;
    c.scale = a.scale, c.softcap = a.softcap;
    c.q_stride = a.q_stride, c.out_stride = a.out_stride;
    return c;
}

// Its positions [first, end).
void read_from(AttentionChunk& c, const AttentionArgs& a, uint32_t kv_head, size_t first,
               size_t end) {
    const size_t bytes = a.type == KvType::f16 ? 2 : 4;
    c.k = a.k + kv_head * a.k_stride + first * a.head_dim * bytes;
    c.v = a.v + kv_head * a.v_stride + first * a.v_dim * bytes;
    c.count = uint32_t(end - first);
}

const float* queries(const AttentionArgs& a, uint32_t token, uint32_t kv_head) {
    return a.q + token * a.q_stride + size_t(kv_head) * a.partials.group * a.head_dim;
}
float* results(const AttentionArgs& a, uint32_t token, uint32_t kv_head) {
    return a.out + token * a.out_stride + size_t(kv_head) * a.partials.group * a.v_dim;
}

// The n-th chunk of the only token, for the query heads of one KV head.
void one_chunk(const OpKernels& ops, const AttentionArgs& a, uint32_t kv_head, uint32_t n) {
    const AttentionPartials& p = a.partials;
    const Span seen = span_of(a, 0);
    const size_t chunk = seen.first_chunk() + n;
    const size_t slot = (size_t(kv_head) * p.chunks + n) * p.group;
    AttentionChunk c = chunk_of(a);
    read_from(c, a, kv_head, std::max<size_t>(chunk * kAttentionChunk, seen.first),
              std::min<size_t>((chunk + 1) * kAttentionChunk, seen.end));
    if (n + 1 == seen.chunks()) {  // the next head's: who has them does not matter
        const size_t bytes = a.type == KvType::f16 ? 2 : 4;
        const size_t first = size_t(seen.first) * a.head_dim * bytes;
        c.next_k = kv_head + 1 < a.kv_heads ? a.k + (kv_head + 1) * a.k_stride + first : nullptr;
    }
    c.q = queries(a, 0, kv_head);
    c.max = p.max + slot, c.sum = p.sum + slot, c.out = p.out + slot * a.v_dim;
    ops.attention_chunk(c);
}

// Merges the chunks of one query head of the only token, in order.
void merge_head(const OpKernels& ops, const AttentionArgs& a, uint32_t kv_head, uint32_t head,
                float* gather) {
    const AttentionPartials& p = a.partials;
    const uint32_t n = span_of(a, 0).chunks();
    const size_t slot = size_t(kv_head) * p.chunks * p.group + head;
    for (uint32_t c = 0; c < n; c++) {
        gather[c] = p.max[slot + size_t(c) * p.group];
        gather[p.chunks + c] = p.sum[slot + size_t(c) * p.group];
    }
    ops.attention_merge(gather, gather + p.chunks, p.out + slot * a.v_dim,
                        size_t(p.group) * a.v_dim, n, a.v_dim,
                        results(a, 0, kv_head) + size_t(head) * a.v_dim);
}

void one_token(const OpKernels& ops, const AttentionArgs& a, const Pool::Member& me) {
    const uint32_t group = a.partials.group, n = span_of(a, 0).chunks();
    me.deal(size_t(a.kv_heads) * n, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; i++) one_chunk(ops, a, uint32_t(i / n), uint32_t(i % n));
    });
    me.wait();
    float* gather = a.partials.gather + size_t(me.index) * 2 * a.partials.chunks;
    const auto [first, last] = me.share(size_t(a.kv_heads) * group);
    for (size_t h = first; h < last; h++)
        merge_head(ops, a, uint32_t(h / group), uint32_t(h % group), gather);
}

// Some tokens that see a chunk, and for all or none of which it is the first.
struct Run {
    uint32_t begin, end;
    bool merge;
};

// The next run of tokens in [begin, end); empty if there is none. What tokens see moves forwards.
Run next_run(const AttentionArgs& a, uint32_t chunk, uint32_t begin, uint32_t end) {
    const auto sees = [&](uint32_t t) {
        const Span s = span_of(a, t);
        return s.first_chunk() <= chunk && chunk < s.first_chunk() + s.chunks();
    };
    const auto merges = [&](uint32_t t) { return span_of(a, t).first_chunk() < chunk; };
    while (begin < end && !sees(begin)) begin++;
    Run run = {begin, begin, begin < end && merges(begin)};
    while (run.end < end && sees(run.end) && merges(run.end) == run.merge) run.end++;
    return run;
}

// Tokens [begin, end) and one KV head, chunk by chunk.
void tile(const OpKernels& ops, const AttentionArgs& a, uint32_t kv_head, uint32_t begin,
          uint32_t end, float* scratch) {
    const uint32_t group = a.partials.group;
    float *max = scratch, *sum = max + state_floats(group);
    AttentionChunk c = chunk_of(a);
    c.scratch = sum + state_floats(group);
    const uint32_t last_chunk = (span_of(a, end - 1).end - 1) / kAttentionChunk;
    for (uint32_t chunk = span_of(a, begin).first_chunk(); chunk <= last_chunk; chunk++) {
        for (Run run{};
             (run = next_run(a, chunk, std::max(begin, run.end), end)).begin < run.end;) {
            const size_t at = size_t(chunk) * kAttentionChunk;
            const size_t first = std::max<size_t>(at, span_of(a, run.begin).first);
            const size_t last = std::min<size_t>(at + kAttentionChunk, span_of(a, run.end - 1).end);
            AttentionSpan seen[kAttentionQueries];
            for (uint32_t t = run.begin; t < run.end; t++) {
                const Span s = span_of(a, t);
                seen[t - run.begin] = {uint32_t(std::max<size_t>(s.first, first) - first),
                                       uint32_t(std::min<size_t>(s.end, last) - first)};
            }
            read_from(c, a, kv_head, first, last);
            c.tokens = run.end - run.begin, c.seen = seen, c.merge = run.merge;
            c.q = queries(a, run.begin, kv_head), c.out = results(a, run.begin, kv_head);
            c.max = max + (run.begin - begin) * group, c.sum = sum + (run.begin - begin) * group;
            ops.attention_chunk(c);
        }
    }
    for (uint32_t t = begin; t < end; t++)  // divides: there is nothing left to merge
        for (uint32_t h = 0; h < group; h++) {
            float* out = results(a, t, kv_head) + size_t(h) * a.v_dim;
            const size_t i = (t - begin) * group + h;
            ops.attention_merge(max + i, sum + i, out, a.v_dim, 1, a.v_dim, out);
        }
}

// Tokens of a tile: as many as share what is read, but several tiles for each member.
uint32_t tile_tokens(const AttentionArgs& a, uint32_t members) {
    const uint32_t group = a.partials.group;
    uint32_t tokens = std::clamp(kAttentionQueries / group, 1u, a.tokens);
    const auto tiles = [&] { return size_t((a.tokens - 1) / tokens + 1) * a.kv_heads; };
    while (tiles() < size_t(8) * members && tokens * group >= 64) tokens = (tokens + 1) / 2;
    while (tiles() < size_t(2) * members && tokens * group >= 32) tokens = (tokens + 1) / 2;
    return tokens;
}

}  // namespace

size_t attention_scratch_floats(uint32_t group, uint32_t head_dim, uint32_t v_dim) {
    return 2 * state_floats(group) + (attention_scratch(head_dim, v_dim) + 15) / 16 * 16;
}

void attention(const OpKernels& ops, const AttentionArgs& a, const Pool::Member& me) {
    if (a.tokens == 1) return one_token(ops, a, me);
    // late tokens see more positions, so they come first
    const uint32_t step = tile_tokens(a, me.count), tiles = (a.tokens - 1) / step + 1;
    float* scratch = a.partials.scratch + me.index * a.partials.scratch_floats;
    const auto item = [&](size_t i) {
        const uint32_t first = (tiles - 1 - uint32_t(i / a.kv_heads)) * step;
        tile(ops, a, uint32_t(i % a.kv_heads), first, std::min(first + step, a.tokens), scratch);
    };
    me.deal_one_by_one(size_t(tiles) * a.kv_heads, item);
}

}  // namespace gosset
