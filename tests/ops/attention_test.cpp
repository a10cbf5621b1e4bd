// attention_chunk and attention_merge of every ISA against the reference bit for bit, and chunked
// attention against plain softmax attention in double.
#include "runtime/base/half.hpp"
#include "tests/ops/guarded.hpp"
#include "tests/ops/inputs.hpp"

namespace gosset::test {
namespace {

struct Shape {
    uint32_t heads, count, head_dim, v_dim;
};

std::vector<Shape> shapes() {
    std::vector<Shape> list;
    for (uint32_t heads = 1; heads <= 9; heads++) list.push_back({heads, 1 + 7 * heads, 64, 64});
    for (uint32_t count : {1, 2, 3, 4, 5, 15, 16, 17, 31, 33, 100, 255, 256})
        list.push_back({4, count, 16, 16});
    for (uint32_t dim = 1; dim <= 40; dim++) list.push_back({3, 19, dim, 41 - dim});
    for (uint32_t dim : {64, 80, 96, 128, 192, 256}) list.push_back({5, 20, dim, dim});
    return list;
}

TEST_CASE("attention_chunk equals the reference") {
    Rng rng(seed() + 6);
    for (const Named& isa : all_ops())
        for (const Kind kind : kKinds)
            for (const Shape& s : shapes())
                for (const KvType type : {KvType::f16, KvType::f32}) {
                    if (left_out(rng)) continue;
                    const Edge edge = rng.below(2) ? Edge::after : Edge::before;
                    CAPTURE(isa.name);
                    CAPTURE(int(kind));
                    CAPTURE(int(type));
                    CAPTURE(s.heads);
                    CAPTURE(s.count);
                    CAPTURE(s.head_dim);
                    CAPTURE(s.v_dim);
                    const size_t nk = size_t(s.count) * s.head_dim, nv = size_t(s.count) * s.v_dim;
                    GuardedArray<float> q(draws(rng, kind, size_t(s.heads) * s.head_dim), edge);
                    GuardedArray<float> k(draws(rng, kind, nk), edge),
                        v(draws(rng, kind, nv), edge);
                    GuardedArray<uint16_t> k16(nk, edge), v16(nv, edge);
                    reference_ops.f32_to_f16(k.data(), nk, k16.data());
                    reference_ops.f32_to_f16(v.data(), nv, v16.data());
                    const size_t no = size_t(s.heads) * s.v_dim;
                    GuardedArray<float> max(s.heads, edge), sum(s.heads, edge), out(no, edge);
                    std::vector<float> want_max(s.heads), want_sum(s.heads), want(no);
                    const bool half = type == KvType::f16;
                    AttentionChunk a = {q.data(),
                                        half ? static_cast<void*>(k16.data()) : k.data(),
                                        half ? static_cast<void*>(v16.data()) : v.data(),
                                        type,
                                        s.heads,
                                        s.count,
                                        s.head_dim,
                                        s.v_dim,
                                        0.125f,
                                        rng.below(2) ? 0.0f : 30.0f,
                                        max.data(),
                                        sum.data(),
                                        out.data()};
                    isa.ops->attention_chunk(a);
                    a.max = want_max.data(), a.sum = want_sum.data(), a.out = want.data();
                    reference_ops.attention_chunk(a);
                    CHECK(same_all(max, want_max));
                    CHECK(same_all(sum, want_sum));
                    CHECK(same_all(out, want));
                    CHECK((max.intact() && sum.intact() && out.intact()));
                }
}

TEST_CASE("attention_merge equals the reference") {
    Rng rng(seed() + 7);
    for (const Named& isa : all_ops())
        for (const Kind kind : kKinds)
            for (const size_t chunks : {1, 2, 3, 8})
                for (size_t v_dim = 1; v_dim <= 70; v_dim++) {
                    if (left_out(rng)) continue;
                    CAPTURE(isa.name);
                    CAPTURE(int(kind));
                    CAPTURE(chunks);
                    CAPTURE(v_dim);
                    const Edge edge = rng.below(2) ? Edge::after : Edge::before;
                    const size_t stride = v_dim + rng.below(5);
                    GuardedArray<float> max(draws(rng, kind, chunks), edge);
                    GuardedArray<float> sum(draws(rng, kind, chunks), edge);
                    GuardedArray<float> partial(draws(rng, kind, (chunks - 1) * stride + v_dim),
                                                edge);
                    GuardedArray<float> out(v_dim, edge);
                    std::vector<float> want(v_dim);
                    isa.ops->attention_merge(max.data(), sum.data(), partial.data(), stride, chunks,
                                             v_dim, out.data());
                    reference_ops.attention_merge(max.data(), sum.data(), partial.data(), stride,
                                                  chunks, v_dim, want.data());
                    CHECK(same_all(out, want));
                    CHECK(out.intact());
                }
}

TEST_CASE("chunks merged in order are softmax attention") {
    Rng rng(seed() + 8);
    const uint32_t positions = 600, dim = 64;
    for (const float softcap : {0.0f, 20.0f}) {
        const std::vector<float> q = draws(rng, Kind::normal, dim);
        const std::vector<float> k = draws(rng, Kind::normal, positions * dim);
        const std::vector<float> v = draws(rng, Kind::normal, positions * dim);
        std::vector<double> s(positions), want(dim);
        double top = -1e300, total = 0;
        for (uint32_t p = 0; p < positions; p++) {
            for (uint32_t d = 0; d < dim; d++) s[p] += double(q[d]) * double(k[p * dim + d]);
            s[p] *= 0.5;
            if (softcap != 0.0f) s[p] = double(softcap) * std::tanh(s[p] / double(softcap));
            top = std::max(top, s[p]);
        }
        for (uint32_t p = 0; p < positions; p++) {
            const double e = std::exp(s[p] - top);
            total += e;
            for (uint32_t d = 0; d < dim; d++) want[d] += e * double(v[p * dim + d]);
        }
        for (const Named& isa : all_ops()) {
            CAPTURE(isa.name);
            const uint32_t chunks = (positions + kAttentionChunk - 1) / kAttentionChunk;
            std::vector<float> max(chunks), sum(chunks), partial(chunks * dim), out(dim);
            for (uint32_t c = 0; c < chunks; c++) {
                const uint32_t at = c * kAttentionChunk;
                isa.ops->attention_chunk({q.data(), k.data() + at * dim, v.data() + at * dim,
                                          KvType::f32, 1, std::min(positions - at, kAttentionChunk),
                                          dim, dim, 0.5f, softcap, &max[c], &sum[c],
                                          partial.data() + c * dim});
            }
            isa.ops->attention_merge(max.data(), sum.data(), partial.data(), dim, chunks, dim,
                                     out.data());
            for (uint32_t d = 0; d < dim; d++)
                CHECK(double(out[d]) == doctest::Approx(want[d] / total).epsilon(1e-5));
        }
    }
}

}  // namespace
}  // namespace gosset::test
