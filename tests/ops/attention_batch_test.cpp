// attention_chunk of several tokens: every ISA against the reference bit for bit, over shapes
// around the boundaries of tokens, heads, positions and vectors; and the reference against one
// token at a time and attention_merge.
#include <algorithm>

#include "tests/ops/guarded.hpp"
#include "tests/ops/inputs.hpp"

namespace gosset::test {
namespace {

struct Shape {
    uint32_t tokens, heads, count, head_dim, v_dim;
};

std::vector<Shape> shapes() {
    std::vector<Shape> list;
    for (uint32_t tokens = 1; tokens <= 18; tokens++) list.push_back({tokens, 4, 40, 16, 16});
    for (uint32_t tokens : {31, 32, 33, 63, 64, 65, 130}) list.push_back({tokens, 1, 21, 8, 8});
    for (uint32_t heads : {1, 2, 3, 5, 7, 9, 16, 31, 33, 63, 64, 65, 71})
        for (uint32_t tokens : {1, 2, 5}) list.push_back({tokens, heads, 35, 16, 20});
    for (uint32_t count = 1; count <= 34; count++) list.push_back({5, 4, count, 16, 16});
    for (uint32_t count : {63, 64, 65, 127, 128, 129, 255, 256})
        for (uint32_t tokens : {2, 16}) list.push_back({tokens, 4, count, 16, 16});
    for (uint32_t dim = 1; dim <= 36; dim++) list.push_back({6, 3, 19, dim, 37 - dim});
    for (uint32_t dim : {63, 64, 65, 80, 96, 127, 128, 130, 192, 256})
        for (uint32_t tokens : {3, 9}) list.push_back({tokens, 4, 70, dim, dim});
    return list;
}

enum class View { all, causal, window, any };

std::vector<AttentionSpan> spans(Rng& rng, View view, const Shape& s) {
    std::vector<AttentionSpan> list;
    const uint32_t width = 1 + rng.below(s.count);
    for (uint32_t t = 0; t < s.tokens; t++) {
        const uint32_t behind = s.tokens - 1 - t;
        uint32_t first = 0, end = s.count;
        if (view == View::causal || view == View::window)
            end = s.count > behind ? s.count - behind : 1;
        if (view == View::window) first = end > width ? end - width : 0;
        if (view == View::any)
            first = rng.below(s.count), end = first + 1 + rng.below(s.count - first);
        list.push_back({first, end});
    }
    return list;
}

/// One problem with guarded inputs; keys and values that no token sees are NaN.
struct Problem {
    Problem(Rng& rng, Kind kind, const Shape& shape, View view, KvType kv, Edge at)
        : s(shape),
          type(kv),
          edge(at),
          q_stride(size_t(s.heads) * s.head_dim + rng.below(5)),
          out_stride(size_t(s.heads) * s.v_dim + rng.below(5)),
          seen(spans(rng, view, s), edge),
          q(draws(rng, kind, (s.tokens - 1) * q_stride + size_t(s.heads) * s.head_dim), edge),
          k(rows(rng, kind, s.head_dim), edge),
          v(rows(rng, kind, s.v_dim), edge),
          k16(k.size(), edge),
          v16(v.size(), edge),
          softcap(rng.below(2) ? 0.0f : 30.0f),
          merge(rng.below(2)),
          all(view == View::all && rng.below(2)),
          max(draws(rng, kind, size_t(s.tokens) * s.heads)),
          sum(draws(rng, kind, max.size())),
          out(draws(rng, kind, (s.tokens - 1) * out_stride + size_t(s.heads) * s.v_dim)) {
        reference_ops.f32_to_f16(k.data(), k.size(), k16.data());
        reference_ops.f32_to_f16(v.data(), v.size(), v16.data());
        for (float& m : max) m += 0.0f;  // never -0, as results are
    }

    std::vector<float> rows(Rng& rng, Kind kind, uint32_t dim) {
        std::vector<float> x = draws(rng, kind, size_t(s.count) * dim);
        for (uint32_t p = 0; p < s.count; p++) {
            bool used = false;
            for (uint32_t t = 0; t < s.tokens; t++)
                used = used || (seen[t].first <= p && p < seen[t].end);
            if (!used) std::fill_n(x.begin() + p * dim, dim, std::nanf(""));
        }
        return x;
    }

    AttentionChunk chunk(float* m, float* l, float* o, float* scratch) {
        const bool half = type == KvType::f16;
        AttentionChunk a{};
        a.q = q.data();
        a.k = half ? static_cast<void*>(k16.data()) : k.data();
        a.v = half ? static_cast<void*>(v16.data()) : v.data();
        a.type = type, a.heads = s.heads, a.count = s.count;
        a.head_dim = s.head_dim, a.v_dim = s.v_dim, a.scale = 0.125f, a.softcap = softcap;
        a.max = m, a.sum = l, a.out = o, a.tokens = s.tokens;
        a.q_stride = q_stride, a.out_stride = out_stride;
        a.seen = all ? nullptr : seen.data(), a.merge = merge, a.scratch = scratch;
        return a;
    }

    const Shape s;
    const KvType type;
    const Edge edge;
    const size_t q_stride, out_stride;
    GuardedArray<AttentionSpan> seen;
    GuardedArray<float> q, k, v;
    GuardedArray<uint16_t> k16, v16;
    const float softcap;
    const bool merge, all;
    std::vector<float> max, sum, out;  // what is there before
};

/// f(problem, random numbers) for all shapes and kinds of floats.
template <class F>
void for_problems(Rng& rng, F&& f) {
    for (const Kind kind : kKinds)
        for (const Shape& s : shapes()) {
            if (left_out(rng)) continue;
            const View view = View(rng.below(4));
            const KvType type = rng.below(2) ? KvType::f16 : KvType::f32;
            CAPTURE(int(kind));
            CAPTURE(int(view));
            CAPTURE(int(type));
            CAPTURE(s.tokens);
            CAPTURE(s.heads);
            CAPTURE(s.count);
            CAPTURE(s.head_dim);
            CAPTURE(s.v_dim);
            Problem p(rng, kind, s, view, type, rng.below(2) ? Edge::after : Edge::before);
            CAPTURE(p.merge);
            f(p);
        }
}

TEST_CASE("attention_chunk of many tokens equals the reference") {
    Rng rng(seed() + 10);
    for (const Named& isa : all_ops()) {
        CAPTURE(isa.name);
        for_problems(rng, [&](Problem& p) {
            GuardedArray<float> max(p.max, p.edge), sum(p.sum, p.edge), out(p.out, p.edge);
            const size_t room = attention_scratch(p.s.head_dim, p.s.v_dim);
            // a multiple of 64 bytes that ends at the guard, or begins behind it
            GuardedArray<float> scratch((room + 15) / 16 * 16, p.edge);
            isa.ops->attention_chunk(p.chunk(max.data(), sum.data(), out.data(), scratch.data()));
            std::vector<float> m = p.max, l = p.sum, o = p.out;
            reference_ops.attention_chunk(p.chunk(m.data(), l.data(), o.data(), nullptr));
            CHECK(same_all(max, m));
            CHECK(same_all(sum, l));
            CHECK(same_all(out, o));  // between tokens: as it was
            CHECK((max.intact() && sum.intact() && out.intact() && scratch.intact()));
        });
    }
}

TEST_CASE("many tokens are one after another, merged") {
    Rng rng(seed() + 11);
    for_problems(rng, [&](Problem& p) {
        const Shape& s = p.s;
        const size_t bytes = p.type == KvType::f16 ? 2 : 4;
        std::vector<float> m = p.max, l = p.sum, o = p.out, want(s.v_dim), got(s.v_dim);
        const AttentionChunk whole = p.chunk(m.data(), l.data(), o.data(), nullptr);
        reference_ops.attention_chunk(whole);
        for (uint32_t t = 0; t < s.tokens; t++)
            for (uint32_t h = 0; h < s.heads; h++) {
                // before, and this chunk
                const size_t at = t * s.heads + h, row = t * p.out_stride + h * s.v_dim;
                float max[2] = {p.max[at]}, sum[2] = {p.sum[at]};
                std::vector<float> partial(p.out.begin() + long(row),
                                           p.out.begin() + long(row + s.v_dim));
                partial.resize(2 * s.v_dim);
                AttentionChunk one = whole;
                const AttentionSpan seen = p.all ? AttentionSpan{0, s.count} : p.seen[t];
                one.q += t * p.q_stride + size_t(h) * s.head_dim, one.heads = one.tokens = 1;
                one.k = static_cast<const uint8_t*>(one.k) + seen.first * s.head_dim * bytes;
                one.v = static_cast<const uint8_t*>(one.v) + seen.first * s.v_dim * bytes;
                one.count = seen.end - seen.first, one.seen = nullptr, one.merge = false;
                one.max = max + 1, one.sum = sum + 1, one.out = partial.data() + s.v_dim;
                reference_ops.attention_chunk(one);
                const size_t skip = p.merge ? 0 : 1;
                reference_ops.attention_merge(max + skip, sum + skip,
                                              partial.data() + skip * s.v_dim, s.v_dim, 2 - skip,
                                              s.v_dim, want.data());
                reference_ops.attention_merge(&m[at], &l[at], &o[row], s.v_dim, 1, s.v_dim,
                                              got.data());
                CHECK(same_all(got, want));
                CHECK(same(m[at], p.merge && !(max[1] > max[0]) ? max[0] : max[1]));
            }
    });
}

}  // namespace
}  // namespace gosset::test
