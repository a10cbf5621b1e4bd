// Attention of one token over one chunk of the KV cache, and the merge of chunks. Query heads are
// taken up to four at a time, so that each K and V row is loaded and widened once for all of them.
#include <algorithm>
#include <limits>

#include "simd/ops/attention_rows.hpp"

namespace gosset::GOSSET_ISA {

namespace {

constexpr uint32_t kGroup = 4;  // most heads at a time

/// Whether vectors of queries are so empty that one token after another is faster: measured on
/// AVX-512 for 1 to 4 heads and 64 columns.
bool few(const AttentionChunk& a) {
    return a.tokens * (a.heads + 2) < 24;
}

/// Scores, then exponentials, of the heads of a group.
struct Group {
    float e[kGroup][kAttentionChunk];
};

/// s[h][p .. p + 4): dot products of `heads` queries with 4 positions. Positions from `count` on
/// read the last row again, and the caller drops their results.
template <class Rows, int heads>
GOSSET_INLINE void score_tile(const AttentionChunk& a, const float* q, uint32_t p,
                              float (*s)[kAttentionChunk]) {
    const typename Rows::Element* k[4];
    GOSSET_UNROLL
    for (uint32_t i = 0; i < 4; i++)
        k[i] = static_cast<const typename Rows::Element*>(a.k) +
               size_t(std::min(p + i, a.count - 1)) * a.head_dim;
    F32x16 sum[heads][4];
    GOSSET_UNROLL
    for (auto& row : sum) {
        GOSSET_UNROLL
        for (F32x16& lanes : row) lanes = F32x16(0.0f);
    }
    for_vectors(
        a.head_dim, [&](size_t d, size_t count) __attribute__((always_inline)) {
            F32x16 row[4];
            GOSSET_UNROLL
            for (int i = 0; i < 4; i++) row[i] = Rows::load_first(k[i] + d, count);
            GOSSET_UNROLL
            for (int h = 0; h < heads; h++) {
                const F32x16 v = load_first(q + size_t(h) * a.head_dim + d, count);
                GOSSET_UNROLL
                for (int i = 0; i < 4; i++) sum[h][i] = fma(v, row[i], sum[h][i]);
            }
        });
    store_sums(sum, s[0] + p, kAttentionChunk);
}

/// The cache is streamed. Its lines are asked for in the order in which they will be read, in every
/// phase, so that memory is never idle: the keys from kAhead on (the chunk before asked for the
/// first ones), the values, and the next chunk's first keys. These lie behind this chunk's if
/// nothing else is known: a prefetch of what does not exist does no harm. The exponentials, which
/// read nothing of it, ask for an eighth; so beside rows that are read only 7/8 as many bytes are
/// asked for, and what is under way is the same at the end of a chunk as at its beginning.
class Ahead {
  public:
    template <class Rows>
    static Ahead of(const AttentionChunk& a) {
        constexpr size_t element = sizeof(typename Rows::Element);
        const uintptr_t k = reinterpret_cast<uintptr_t>(a.k), v = reinterpret_cast<uintptr_t>(a.v);
        const uintptr_t k_end = k + a.count * a.head_dim * element;
        Ahead s;
        s.at_ = k + kAhead, s.end_ = k_end;
        s.v_ = v, s.v_end_ = v + a.count * a.v_dim * element;
        s.next_ = a.next_k ? reinterpret_cast<uintptr_t>(a.next_k) : k_end;
        return s;
    }
    /// Beside `rows` rows of `dim` numbers that are read.
    template <class Rows>
    GOSSET_INLINE void ask_beside(size_t rows, size_t dim) {
        ask(rows * dim * sizeof(typename Rows::Element) * 7 / 8);
    }
    /// The next so many bytes, in whole lines.
    GOSSET_INLINE void ask(size_t bytes) {
        for (size_t i = 0; i < bytes; i += 64) {
            if (at_ >= end_ && !turn()) return;
            __builtin_prefetch(reinterpret_cast<const void*>(at_));
            at_ += 64;
        }
    }

  private:
    static constexpr size_t kAhead = 8192;

    /// To what is read next, if anything is left.
    bool turn() {
        at_ = v_ ? v_ : next_, end_ = v_ ? v_end_ : next_ + kAhead;
        const bool more = at_ != 0;
        v_ ? v_ = 0 : next_ = 0;
        if (!more) end_ = 0;
        return more;
    }
    uintptr_t at_, end_, v_, v_end_, next_;
};

constexpr size_t kAskedPerVector = 128;  // bytes, beside 16 exponentials: 8 KiB of 64 for 4 heads

/// s -> e = exp(s - max); also the head's max and sum. Positions from count up to a multiple of 16
/// become exp(-inf) = 0.
void exponentials(const AttentionChunk& a, float* s, float* max, float* sum, Ahead& ahead) {
    constexpr float lowest = -std::numeric_limits<float>::infinity();
    const uint32_t padded = (a.count + 15) / 16 * 16;
    F32x16 top(lowest);
    for (uint32_t p = 0; p < padded; p += 16) {
        F32x16 v = F32x16(a.scale) * load(s + p);
        if (a.softcap != 0.0f) v = F32x16(a.softcap) * math::tanh_of(v / F32x16(a.softcap));
        if (p + 16 > a.count) v = keep_first(v, F32x16(lowest), a.count - p);
        store(s + p, v);
        top = larger(top, v);
    }
    *max = max16(top) + 0.0f;
    F32x16 total(0.0f);
    for (uint32_t p = 0; p < padded; p += 16) {
        ahead.ask(kAskedPerVector);
        const F32x16 e = math::exp_below(load(s + p) - F32x16(*max));
        store(s + p, e);
        total = total + e;
    }
    *sum = sum16(total);
}

/// out[d .. d + 16 * vectors) of `heads` heads, in registers over all positions. count: of the
/// last vector.
template <class Rows, int heads, int vectors>
GOSSET_INLINE void value_tile(const AttentionChunk& a, const Group& g, size_t d, size_t count,
                              Ahead& ahead, float* out) {
    const auto* v = static_cast<const typename Rows::Element*>(a.v) + d;
    F32x16 sum[heads][vectors];
    GOSSET_UNROLL
    for (auto& row : sum) {
        GOSSET_UNROLL
        for (F32x16& lanes : row) lanes = F32x16(0.0f);
    }
    for (uint32_t p = 0; p < a.count; p++, v += a.v_dim) {
        if (p % 4 == 0 && d == 0) ahead.template ask_beside<Rows>(4, a.v_dim);
        F32x16 row[vectors];
        GOSSET_UNROLL
        for (int i = 0; i < vectors; i++) row[i] = Rows::load_first(v + 16 * i, count);
        GOSSET_UNROLL
        for (int h = 0; h < heads; h++) {
            const F32x16 e(g.e[h][p]);
            GOSSET_UNROLL
            for (int i = 0; i < vectors; i++) sum[h][i] = fma(e, row[i], sum[h][i]);
        }
    }
    GOSSET_UNROLL
    for (int h = 0; h < heads; h++) {
        GOSSET_UNROLL
        for (int i = 0; i < vectors; i++)
            store_first(out + size_t(h) * a.v_dim + d + size_t(16 * i), sum[h][i], count);
    }
}

template <class Rows, int heads>
void attend(const AttentionChunk& a, uint32_t head, Group& g) {
    const float* q = a.q + size_t(head) * a.head_dim;
    Ahead ahead = Ahead::of<Rows>(a);
    for (uint32_t p = 0; p < a.count; p += 4) {
        ahead.template ask_beside<Rows>(4, a.head_dim);
        score_tile<Rows, heads>(a, q, p, g.e);
    }
    for (int h = 0; h < heads; h++)
        exponentials(a, g.e[h], a.max + head + h, a.sum + head + h, ahead);

    constexpr int vectors = kWide ? 4 : heads == 1 ? 4 : heads == 2 ? 2 : 1;
    float* out = a.out + size_t(head) * a.v_dim;
    size_t d = 0;
    for (; d + 16 * vectors <= a.v_dim; d += 16 * vectors)
        value_tile<Rows, heads, vectors>(a, g, d, 16, ahead, out);
    for (; d + 16 <= a.v_dim; d += 16) value_tile<Rows, heads, 1>(a, g, d, 16, ahead, out);
    if (d < a.v_dim) value_tile<Rows, heads, 1>(a, g, d, a.v_dim - d, ahead, out);
}

template <class Rows>
void attend_all(const AttentionChunk& a) {
    alignas(64) Group g = {};
    uint32_t h = 0;
    for (; h + 4 <= a.heads; h += 4) attend<Rows, 4>(a, h, g);
    const uint32_t left = a.heads - h;
    if (left == 3) attend<Rows, 3>(a, h, g);
    if (left == 2) attend<Rows, 2>(a, h, g);
    if (left == 1) attend<Rows, 1>(a, h, g);
}

void attend_any(const AttentionChunk& a) {
    a.type == KvType::f16 ? attend_all<HalfRows>(a) : attend_all<FloatRows>(a);
}

/// Some heads of one token, merged with what the results hold.
void attend_and_merge(AttentionChunk c) {
    float max[kGroup], sum[kGroup];
    const AttentionChunk to = c;
    c.max = max, c.sum = sum, c.out = c.scratch;
    attend_any(c);
    for (uint32_t h = 0; h < c.heads; h++) {
        const float next = max[h] > to.max[h] ? max[h] : to.max[h];
        const F32x16 before = math::exp_below(F32x16(to.max[h] - next));
        const F32x16 now = math::exp_below(F32x16(max[h] - next));
        to.max[h] = next;
        to.sum[h] = first(fma(F32x16(to.sum[h]), before, F32x16(sum[h]) * now));
        const float* add = c.out + size_t(h) * c.v_dim;
        float* out = to.out + size_t(h) * c.v_dim;
        for_vectors(
            c.v_dim, [&](size_t d, size_t count) __attribute__((always_inline)) {
                const F32x16 more = load_first(add + d, count) * now;
                store_first(out + d, fma(load_first(out + d, count), before, more), count);
            });
    }
}

/// One token after another, a few heads at a time.
void attend_tokens(const AttentionChunk& a) {
    const size_t bytes = a.type == KvType::f16 ? 2 : 4;
    for (uint32_t t = 0; t < a.tokens; t++) {
        const AttentionSpan seen = a.seen ? a.seen[t] : AttentionSpan{0, a.count};
        AttentionChunk c = a;
        c.k = static_cast<const uint8_t*>(a.k) + seen.first * a.head_dim * bytes;
        c.v = static_cast<const uint8_t*>(a.v) + seen.first * a.v_dim * bytes;
        c.count = seen.end - seen.first;
        for (uint32_t h = 0; h < a.heads; h += kGroup) {
            c.heads = std::min(a.heads - h, kGroup);
            c.q = a.q + t * a.q_stride + size_t(h) * a.head_dim;
            c.max = a.max + t * a.heads + h, c.sum = a.sum + t * a.heads + h;
            c.out = a.out + t * a.out_stride + size_t(h) * a.v_dim;
            a.merge ? attend_and_merge(c) : attend_any(c);
        }
    }
}

}  // namespace

void attention_chunk(const AttentionChunk& a) {
    if (a.tokens == 1 && !a.seen && !a.merge) return attend_any(a);
    few(a) ? attend_tokens(a) : attention_queries(a);
}

void attention_merge(const float* max, const float* sums, const float* partial, size_t stride,
                     size_t chunks, size_t v_dim, float* out) {
    float m = max[0], l = sums[0];
    for_vectors(
        v_dim, [&](size_t d, size_t count) __attribute__((always_inline)) {
            store_first(out + d, load_first(partial + d, count), count);
        });
    for (size_t c = 1; c < chunks; c++) {
        const float next = max[c] > m ? max[c] : m;
        const F32x16 a = math::exp_below(F32x16(m - next)),
                     b = math::exp_below(F32x16(max[c] - next));
        m = next;
        l = first(fma(F32x16(l), a, F32x16(sums[c]) * b));
        const float* o = partial + c * stride;
        for_vectors(
            v_dim, [&](size_t d, size_t count) __attribute__((always_inline)) {
                const F32x16 add = load_first(o + d, count) * b;
                store_first(out + d, fma(load_first(out + d, count), a, add), count);
            });
    }
    const F32x16 total(l);
    for_vectors(
        v_dim, [&](size_t d, size_t count) __attribute__((always_inline)) {
            store_first(out + d, load_first(out + d, count) / total, count);
        });
}

}  // namespace gosset::GOSSET_ISA
