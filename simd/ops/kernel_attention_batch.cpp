// Attention of several tokens over one chunk. Scores have a query in each lane, so that the sums
// over 16 virtual lanes are additions of whole vectors, and the queries are transposed once, not
// the keys. Keys and values are widened once for up to kAttentionQueries queries.
#include <algorithm>
#include <limits>

#include "simd/ops/attention_rows.hpp"

namespace gosset::GOSSET_ISA {

namespace {

constexpr uint32_t kRows = 64;   // positions whose keys or values are floats at a time
constexpr uint32_t kSlice = 64;  // columns of the values at a time
constexpr uint32_t kStep = 4;    // positions that are scored, and queries that get values, at once

/// A block of queries, and the scratch.
struct Block {
    const AttentionChunk& a;
    uint32_t first, count;  // queries: token * heads + head
    uint32_t padded;        // head_dim, up to a multiple of 16
    AttentionSpan seen[kAttentionQueries];
    float* q;             // [vectors][padded][16]
    float* e;             // [vectors][kAttentionChunk][16]: scores, then exponentials
    float* rows;          // [kRows][padded], or [kRows][kSlice]
    float* out;           // [kAttentionQueries][kSlice]
    float *before, *now;  // [kAttentionQueries]: weights of what was there, and of this chunk
    float *seen_first, *seen_end;  // [kAttentionQueries]

    Block(const AttentionChunk& chunk, uint32_t begin)
        : a(chunk),
          first(begin),
          count(std::min(chunk.tokens * chunk.heads - begin, kAttentionQueries)),
          padded((chunk.head_dim + 15) / 16 * 16),
          q(chunk.scratch),
          e(q + size_t(kAttentionQueries) * padded),
          rows(e + size_t(kAttentionQueries) * kAttentionChunk),
          out(rows + size_t(kRows) * std::max(padded, kSlice)),
          before(out + size_t(kAttentionQueries) * kSlice),
          now(before + kAttentionQueries),
          seen_first(now + kAttentionQueries),
          seen_end(seen_first + kAttentionQueries) {
        for (uint32_t i = 0; i < kAttentionQueries; i++) {
            seen[i] = {0, a.count};
            if (a.seen && i < count) seen[i] = a.seen[(first + i) / a.heads];
            seen_first[i] = float(seen[i].first), seen_end[i] = float(seen[i].end);
        }
    }
    uint32_t vectors() const { return (count + 15) / 16; }
    float* e_of(uint32_t vector) const { return e + size_t(vector) * kAttentionChunk * 16; }
    const float* query(uint32_t i) const {
        return a.q + (first + i) / a.heads * a.q_stride + (first + i) % a.heads * a.head_dim;
    }
    float* result(uint32_t i) const {
        return a.out + (first + i) / a.heads * a.out_stride + (first + i) % a.heads * a.v_dim;
    }
};

/// b.q: a lane is a query; 0 where there is none, or no such column.
void transpose_queries(const Block& b) {
    for (uint32_t v = 0; v < b.vectors(); v++)
        for (uint32_t d = 0; d < b.a.head_dim; d += 16) {
            const size_t columns = std::min(b.a.head_dim - d, 16u);
            F32x16 x[16];
            for (uint32_t i = 0; i < 16; i++) {
                x[i] = F32x16(0.0f);
                if (16 * v + i < b.count) x[i] = load_first(b.query(16 * v + i) + d, columns);
            }
            store_transposed(x, b.q + (size_t(v) * b.padded + d) * 16);
        }
}

/// rows[i][0 .. columns), then zeros up to a multiple of 16, from rows `stride` elements apart.
template <class Rows>
GOSSET_INLINE void widen(const typename Rows::Element* from, size_t stride, uint32_t n,
                         uint32_t columns, float* to, size_t to_stride) {
    for (uint32_t i = 0; i < n; i++, from += stride, to += to_stride)
        for_vectors(
            columns, [&](size_t d, size_t count) __attribute__((always_inline)) {
                store(to + d, Rows::load_first(from + d, count));
            });
}

/// sum[v][i]: the virtual lanes `lane`, lane + step, ... of the dot products of the queries of a
/// vector with row i, added as the tree does.
template <int step, int vectors>
GOSSET_INLINE void add_lanes(const Block& b, const float* q, const float* k, size_t lane,
                             F32x16 (&sum)[vectors][kStep]) {
    if constexpr (step < 16) {
        F32x16 other[vectors][kStep];
        add_lanes<2 * step>(b, q, k, lane, sum);
        add_lanes<2 * step>(b, q, k, lane + step, other);
        GOSSET_UNROLL
        for (int v = 0; v < vectors; v++) {
            GOSSET_UNROLL
            for (uint32_t i = 0; i < kStep; i++) sum[v][i] = sum[v][i] + other[v][i];
        }
    } else {
        GOSSET_UNROLL
        for (auto& of_vector : sum) {
            GOSSET_UNROLL
            for (F32x16& lanes : of_vector) lanes = F32x16(0.0f);
        }
        size_t d = lane;
        do {
            F32x16 x[vectors];
            GOSSET_UNROLL
            for (int v = 0; v < vectors; v++) x[v] = load(q + (size_t(v) * b.padded + d) * 16);
            GOSSET_UNROLL
            for (uint32_t i = 0; i < kStep; i++) {
                const F32x16 key(k[i * b.padded + d]);
                GOSSET_UNROLL
                for (int v = 0; v < vectors; v++) sum[v][i] = fma(x[v], key, sum[v][i]);
            }
        } while ((d += 16) < b.padded);
    }
}

/// Scores of positions [p, p + kStep), whose keys are k, of the vectors from `vector` on.
template <int vectors>
void score_tile(const Block& b, uint32_t vector, uint32_t p, const float* k) {
    F32x16 sum[vectors][kStep];
    add_lanes<1>(b, b.q + size_t(vector) * b.padded * 16, k, 0, sum);
    GOSSET_UNROLL
    for (int v = 0; v < vectors; v++) {
        GOSSET_UNROLL
        for (uint32_t i = 0; i < kStep; i++)
            store(b.e_of(vector + uint32_t(v)) + (p + i) * 16, F32x16(b.a.scale) * sum[v][i]);
    }
}

template <class Rows>
void scores(const Block& b) {
    constexpr uint32_t together = kWide ? 2 : 1;
    const auto* k = static_cast<const typename Rows::Element*>(b.a.k);
    for (uint32_t p0 = 0; p0 < b.a.count; p0 += kRows) {
        const uint32_t n = std::min(b.a.count - p0, kRows), last = (n + kStep - 1) / kStep * kStep;
        widen<Rows>(k + size_t(p0) * b.a.head_dim, b.a.head_dim, n, b.a.head_dim, b.rows, b.padded);
        std::fill(b.rows + size_t(n) * b.padded, b.rows + size_t(last) * b.padded, 0.0f);
        uint32_t v = 0;
        for (; v + together <= b.vectors(); v += together)
            for (uint32_t i = 0; i < n; i += kStep)
                score_tile<together>(b, v, p0 + i, b.rows + i * b.padded);
        for (; v < b.vectors(); v++)
            for (uint32_t i = 0; i < n; i += kStep)
                score_tile<1>(b, v, p0 + i, b.rows + i * b.padded);
    }
}

/// What all of some queries see: none if first >= end.
AttentionSpan common(const Block& b, uint32_t query, uint32_t n) {
    AttentionSpan all = b.seen[query];
    for (uint32_t i = query + 1; i < query + n; i++) {
        all.first = std::max(all.first, b.seen[i].first);
        all.end = std::min(all.end, b.seen[i].end);
    }
    return all;
}

/// Finishes the scores of a vector of queries: -inf where a query does not see the position.
/// Returns the largest of each.
F32x16 finish_scores(const Block& b, uint32_t vector) {
    const F32x16 lowest(-std::numeric_limits<float>::infinity()), cap(b.a.softcap);
    const F32x16 first = load(b.seen_first + 16 * vector), end = load(b.seen_end + 16 * vector);
    const AttentionSpan all = common(b, 16 * vector, 16);
    float* s = b.e_of(vector);
    F32x16 top = lowest;
    for (uint32_t p = 0; p < b.a.count; p++) {
        F32x16 v = load(s + 16 * p);
        const bool hidden = p < all.first || p >= all.end;
        if (b.a.softcap != 0.0f) v = cap * math::tanh_of(v / cap);
        if (hidden) {
            const F32x16 at{float(p)};
            v = select_less(at, end, select_less(at, first, lowest, v), lowest);
        }
        if (hidden || b.a.softcap != 0.0f) store(s + 16 * p, v);
        top = larger(top, v);
    }
    return top + F32x16(0.0f);
}

/// s -> e = exp(s - max). Returns each query's sum: its 16 lanes are the positions p mod 16, the
/// definition's ones turned by the first position seen, which the tree does not notice.
F32x16 exponentials(const Block& b, uint32_t vector, F32x16 max) {
    float* e = b.e_of(vector);
    F32x16 sum[16];
    for (F32x16& lanes : sum) lanes = F32x16(0.0f);
    for (uint32_t p = 0; p < b.a.count; p += 16)
        for (uint32_t i = 0; i < std::min(b.a.count - p, 16u); i++) {
            const F32x16 x = math::exp_below(load(e + 16 * (p + i)) - max);
            store(e + 16 * (p + i), x);
            sum[i] = sum[i] + x;
        }
    for (int half = 8; half >= 1; half /= 2)
        for (int i = 0; i < half; i++) sum[i] = sum[i] + sum[i + half];
    return sum[0];
}

/// Max, sum and the weights of the merge of a vector of queries.
void softmax_sums(const Block& b, uint32_t vector) {
    const size_t n = std::min(b.count - 16 * vector, 16u);
    float *max = b.a.max + b.first + 16 * vector, *sum = b.a.sum + b.first + 16 * vector;
    F32x16 m = finish_scores(b, vector), l = exponentials(b, vector, m);
    if (b.a.merge) {
        const F32x16 old = load_first(max, n), next = larger(old, m);
        const F32x16 before = math::exp_below(old - next), now = math::exp_below(m - next);
        store(b.before + 16 * vector, before);
        store(b.now + 16 * vector, now);
        l = fma(load_first(sum, n), before, l * now);
        m = next;
    }
    store_first(max, m, n);
    store_first(sum, l, n);
}

/// b.out[i][d .. d + 16 * vectors) += e[p] * rows[p - p0] over p in [begin, end), for `queries`
/// queries from `first` on, which are of one vector.
template <int queries, int vectors>
GOSSET_INLINE void value_tile(const Block& b, uint32_t first, uint32_t p0, AttentionSpan range,
                              size_t d) {
    const float* e = b.e_of(first / 16) + first % 16;
    float* out = b.out + size_t(first) * kSlice + d;
    F32x16 sum[queries][vectors];
    GOSSET_UNROLL
    for (int i = 0; i < queries; i++) {
        GOSSET_UNROLL
        for (int v = 0; v < vectors; v++) sum[i][v] = load(out + i * int(kSlice) + 16 * v);
    }
    for (uint32_t p = range.first; p < range.end; p++) {
        F32x16 row[vectors];
        GOSSET_UNROLL
        for (int v = 0; v < vectors; v++)
            row[v] = load(b.rows + size_t(p - p0) * kSlice + d + size_t(16 * v));
        GOSSET_UNROLL
        for (int i = 0; i < queries; i++) {
            const F32x16 x(e[16 * p + uint32_t(i)]);
            GOSSET_UNROLL
            for (int v = 0; v < vectors; v++) sum[i][v] = fma(x, row[v], sum[i][v]);
        }
    }
    GOSSET_UNROLL
    for (int i = 0; i < queries; i++) {
        GOSSET_UNROLL
        for (int v = 0; v < vectors; v++) store(out + i * int(kSlice) + 16 * v, sum[i][v]);
    }
}

/// The columns [0, width) of the slice.
template <int queries>
void value_tiles(const Block& b, uint32_t first, uint32_t p0, AttentionSpan range, uint32_t width) {
    constexpr uint32_t vectors = kWide || queries == 1 ? 4 : 1;
    if (range.first >= range.end) return;
    uint32_t d = 0;
    for (; d + 16 * vectors <= width; d += 16 * vectors)
        value_tile<queries, vectors>(b, first, p0, range, d);
    for (; d < width; d += 16) value_tile<queries, 1>(b, first, p0, range, d);
}

/// The queries from `first` on, over what each sees of the positions [p0, end).
void value_rows(const Block& b, uint32_t first, uint32_t p0, uint32_t end, uint32_t width) {
    const uint32_t n = std::min(b.count - first, kStep);
    const auto part = [&](AttentionSpan s) {
        return AttentionSpan{std::clamp(s.first, p0, end), std::clamp(s.end, p0, end)};
    };
    AttentionSpan all = n == kStep ? part(common(b, first, n)) : AttentionSpan{end, end};
    if (all.first > all.end) all.first = all.end;
    for (uint32_t i = first; i < first + n; i++)
        value_tiles<1>(b, i, p0, {part(b.seen[i]).first, std::min(part(b.seen[i]).end, all.first)},
                       width);
    value_tiles<kStep>(b, first, p0, all, width);
    for (uint32_t i = first; i < first + n; i++)
        value_tiles<1>(
            b, i, p0,
            {std::max(part(b.seen[i]).first, std::max(all.first, all.end)), part(b.seen[i]).end},
            width);
}

/// Puts columns [d, d + width) of all queries where they belong.
void deliver(const Block& b, uint32_t d, uint32_t width) {
    for (uint32_t i = 0; i < b.count; i++) {
        const float* from = b.out + size_t(i) * kSlice;
        float* to = b.result(i) + d;
        const F32x16 before(b.before[i]), now(b.now[i]);
        for_vectors(
            width, [&](size_t c, size_t count) __attribute__((always_inline)) {
                F32x16 x = load(from + c);
                if (b.a.merge) x = fma(load_first(to + c, count), before, x * now);
                store_first(to + c, x, count);
            });
    }
}

template <class Rows>
void values(const Block& b) {
    const auto* v = static_cast<const typename Rows::Element*>(b.a.v);
    for (uint32_t d = 0; d < b.a.v_dim; d += kSlice) {
        const uint32_t width = std::min(b.a.v_dim - d, kSlice);
        std::fill_n(b.out, size_t(b.count) * kSlice, 0.0f);
        for (uint32_t p0 = 0; p0 < b.a.count; p0 += kRows) {
            const uint32_t n = std::min(b.a.count - p0, kRows);
            widen<Rows>(v + size_t(p0) * b.a.v_dim + d, b.a.v_dim, n, width, b.rows, kSlice);
            for (uint32_t i = 0; i < b.count; i += kStep)
                value_rows(b, i, p0, p0 + n, (width + 15) / 16 * 16);
        }
        deliver(b, d, width);
    }
}

template <class Rows>
void attend(const Block& b) {
    transpose_queries(b);
    scores<Rows>(b);
    for (uint32_t v = 0; v < b.vectors(); v++) softmax_sums(b, v);
    values<Rows>(b);
}

}  // namespace

void attention_queries(const AttentionChunk& a) {
    for (uint32_t q = 0; q < a.tokens * a.heads; q += kAttentionQueries) {
        const Block b(a, q);
        a.type == KvType::f16 ? attend<HalfRows>(b) : attend<FloatRows>(b);
    }
}

}  // namespace gosset::GOSSET_ISA
