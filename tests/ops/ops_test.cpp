// Every operation of every ISA against the scalar reference: the same bits, for all lengths around
// the vector's, for ordinary and extreme floats, in guarded memory.
#include <initializer_list>

#include "runtime/base/half.hpp"
#include "tests/ops/guarded.hpp"
#include "tests/ops/inputs.hpp"

namespace gosset::test {
namespace {

/// Runs f(ops, kind, n, edge) over all combinations.
template <class F>
void sweep(const std::vector<size_t>& sizes, F f) {
    Rng rng(seed() + 100);
    for (const Named& isa : all_ops())
        for (const Kind kind : kKinds)
            for (const size_t n : sizes)
                for (const Edge edge : {Edge::after, Edge::before}) {
                    if (left_out(rng)) continue;
                    CAPTURE(isa.name);
                    CAPTURE(int(kind));
                    CAPTURE(n);
                    f(*isa.ops, kind, n, edge);
                }
}

TEST_CASE("quantize") {
    Rng rng(seed());
    sweep(lengths(), [&](const OpKernels& ops, Kind kind, size_t n, Edge edge) {
        const size_t blocks = (n + 31) / 32 + rng.below(2);
        std::vector<float> x = draws(rng, kind, n);
        if (rng.below(4) == 0) x[rng.below(uint32_t(n))] *= 1e-30f;
        GuardedArray<float> in(x, edge), scale(blocks, edge), want_scale(blocks, edge);
        GuardedArray<int8_t> q(32 * blocks, edge), want(32 * blocks, edge);
        GuardedArray<int32_t> sum(blocks, edge), want_sum(blocks, edge);
        ops.quantize(in.data(), n, blocks, q.data(), scale.data(), sum.data());
        reference_ops.quantize(x.data(), n, blocks, want.data(), want_scale.data(),
                               want_sum.data());
        CHECK(std::memcmp(q.data(), want.data(), 32 * blocks) == 0);
        CHECK(std::memcmp(sum.data(), want_sum.data(), 4 * blocks) == 0);
        CHECK(same_all(scale, want_scale));
        CHECK((q.intact() && scale.intact() && sum.intact()));
    });
}

TEST_CASE("quantize: panel order, ties to even, the ends of the range") {
    std::vector<float> x(64);
    for (size_t i = 0; i < 32; i++) x[i] = float(i) * 4 + (i % 2 ? 0.5f : 0.0f);  // up to 124.5
    x[31] = -127.0f;                                                   // maxabs 127: scale 1
    for (size_t i = 32; i < 64; i++) x[i] = i % 2 ? 1e-37f : -1e-38f;  // too small to scale
    for (const Named& isa : all_ops()) {
        CAPTURE(isa.name);
        int8_t q[64];
        float scale[2];
        int32_t sum[2];
        isa.ops->quantize(x.data(), 64, 2, q, scale, sum);
        CHECK(scale[0] == 1.0f);
        CHECK(scale[1] == 0.0f);
        int32_t total = 0;
        for (size_t g = 0; g < 4; g++)
            for (size_t j = 0; j < 8; j++) {
                const size_t c = 8 * g + j;
                CHECK(q[4 * j + g] == (c == 31 ? -127 : int(c) * 4));  // x.5 goes to the even 4c
                total += q[4 * j + g];
                CHECK(q[32 + 4 * j + g] == 0);
            }
        CHECK(sum[0] == total);
        CHECK(sum[1] == 0);
    }
}

TEST_CASE("round_tiles") {
    Rng rng(seed() + 9);
    sweep(lengths(), [&](const OpKernels& ops, Kind kind, size_t n, Edge edge) {
        if (!ops.round_tiles) return;  // the reference is used
        const size_t blocks = (n + 31) / 32 + rng.below(2), tokens = 1 + rng.below(33);
        std::vector<float> x = draws(rng, kind, n);
        for (float& f : x)  // ties, to even and to odd
            if (rng.below(4) == 0) f = float(rng.below(1 << 9)) * 0x1p-9f + 1;
        GuardedArray<float> in(x, edge);
        const size_t size = (tokens + 15) / 16 * blocks * 512;
        GuardedArray<uint16_t> out(size, edge), want(size, edge);
        const size_t t = rng.below(uint32_t(tokens));
        ops.round_tiles(in.data(), n, blocks, t, out.data());
        reference_ops.round_tiles(x.data(), n, blocks, t, want.data());
        const auto nan = [](uint16_t h) { return (h & 0x7fff) > 0x7f80; };
        for (size_t i = 0; i < size; i++)  // the other tokens' rows keep their poison
            CHECK((out[i] == want[i] || (nan(out[i]) && nan(want[i]))));
        CHECK(out.intact());
    });
}

TEST_CASE("round_tiles: where a column goes") {
    std::vector<float> x(64);
    for (size_t i = 0; i < x.size(); i++) x[i] = float(i + 1);
    for (const Named& isa : all_ops()) {
        CAPTURE(isa.name);
        alignas(64) uint16_t tiles[2][16][32] = {};
        if (!isa.ops->round_tiles) continue;
        isa.ops->round_tiles(x.data(), 50, 2, 3, tiles[0][0]);
        for (size_t b = 0; b < 2; b++)
            for (size_t e = 0; e < 32; e++) {
                const size_t column = 16 * (e % 2) + 8 * (e / 2 % 2) + e / 4, i = 32 * b + column;
                CHECK(bf16_to_f32(tiles[b][3][e]) == (i < 50 ? float(i + 1) : 0.0f));
                CHECK(tiles[b][4][e] == 0);
            }
    }
}

TEST_CASE("rms_norm") {
    Rng rng(seed() + 1);
    sweep(lengths(), [&](const OpKernels& ops, Kind kind, size_t n, Edge edge) {
        const std::vector<float> x = draws(rng, kind, n), w = draws(rng, Kind::normal, n);
        const float offset = rng.below(2) ? 1.0f : 0.0f;
        GuardedArray<float> gx(x, edge), gw(w, edge), out(n, edge);
        std::vector<float> want(n);
        ops.rms_norm(gx.data(), gw.data(), n, 1e-5f, offset, out.data());
        reference_ops.rms_norm(x.data(), w.data(), n, 1e-5f, offset, want.data());
        CHECK(same_all(out, want));
        CHECK(out.intact());
        ops.rms_norm(gx.data(), gw.data(), n, 1e-5f, offset, gx.data());  // in place
        CHECK(same_all(gx, want));
    });
}

TEST_CASE("rope") {
    Rng rng(seed() + 2);
    for (const size_t heads : {1, 3})
        sweep(lengths(), [&](const OpKernels& ops, Kind kind, size_t half, Edge edge) {
            const size_t head_dim = 2 * half + rng.below(3);
            const std::vector<float> x = draws(rng, kind, heads * head_dim);
            const std::vector<float> c = draws(rng, Kind::normal, half);
            const std::vector<float> s = draws(rng, Kind::normal, half);
            GuardedArray<float> gx(x, edge), gc(c, edge), gs(s, edge);
            std::vector<float> want = x;
            ops.rope(gx.data(), heads, head_dim, half, gc.data(), gs.data());
            reference_ops.rope(want.data(), heads, head_dim, half, c.data(), s.data());
            CHECK(same_all(gx, want));
            CHECK(gx.intact());
        });
}

TEST_CASE("silu_mul and add") {
    Rng rng(seed() + 3);
    sweep(lengths(), [&](const OpKernels& ops, Kind kind, size_t n, Edge edge) {
        std::vector<float> a = draws(rng, kind, n), b = draws(rng, kind, n), want(n);
        if (kind == Kind::normal)
            for (float& f : a) f *= 40;  // down to where exp overflows
        GuardedArray<float> ga(a, edge), gb(b, edge), out(n, edge);
        ops.silu_mul(ga.data(), gb.data(), n, out.data());
        reference_ops.silu_mul(a.data(), b.data(), n, want.data());
        CHECK(same_all(out, want));
        ops.add(ga.data(), gb.data(), n, out.data());
        reference_ops.add(a.data(), b.data(), n, want.data());
        CHECK(same_all(out, want));
        CHECK(out.intact());
        ops.add(ga.data(), gb.data(), n, ga.data());  // in place
        CHECK(same_all(ga, want));
    });
}

TEST_CASE("gelu_tanh_mul and softcap") {
    Rng rng(seed() + 8);
    sweep(lengths(), [&](const OpKernels& ops, Kind kind, size_t n, Edge edge) {
        std::vector<float> a = draws(rng, kind, n), b = draws(rng, kind, n), want(n);
        if (kind == Kind::normal)
            for (float& f : a) f *= 8;  // on both sides of where tanh saturates
        GuardedArray<float> ga(a, edge), gb(b, edge), out(n, edge);
        ops.gelu_tanh_mul(ga.data(), gb.data(), n, out.data());
        reference_ops.gelu_tanh_mul(a.data(), b.data(), n, want.data());
        CHECK(same_all(out, want));
        CHECK(out.intact());
        ops.softcap(ga.data(), n, 30.0f);
        reference_ops.softcap(a.data(), n, 30.0f);
        CHECK(same_all(ga, a));
        CHECK(ga.intact());
    });
}

TEST_CASE("f32_to_f16 rounds as half.hpp does") {
    Rng rng(seed() + 4);
    sweep(lengths(), [&](const OpKernels& ops, Kind kind, size_t n, Edge edge) {
        std::vector<float> x = draws(rng, kind, n);
        if (kind == Kind::subnormal)  // binary16's subnormals, and ties
            for (float& f : x) f = float(int32_t(rng.below(1 << 13)) - (1 << 12)) * 0x1p-26f;
        if (kind == Kind::huge)
            for (float& f : x) f = 65504.0f + float(rng.below(64));
        GuardedArray<float> in(x, edge);
        GuardedArray<uint16_t> out(n, edge);
        ops.f32_to_f16(in.data(), n, out.data());
        for (size_t i = 0; i < n; i++) {
            if (x[i] != x[i])
                CHECK((out[i] & 0x7fff) > 0x7c00);
            else
                CHECK(out[i] == f32_to_f16(x[i]));
        }
        CHECK(out.intact());
    });
}

TEST_CASE("dot, log_sum_exp and softmax") {
    Rng rng(seed() + 5);
    sweep(lengths(), [&](const OpKernels& ops, Kind kind, size_t n, Edge edge) {
        std::vector<float> a = draws(rng, kind, n), b = draws(rng, kind, n);
        GuardedArray<float> ga(a, edge), gb(b, edge);
        CHECK(same(ops.dot(ga.data(), gb.data(), n), reference_ops.dot(a.data(), b.data(), n)));
        CHECK(same(ops.log_sum_exp(ga.data(), n), reference_ops.log_sum_exp(a.data(), n)));
        if (kind == Kind::normal)
            for (size_t i = 0; i < n; i++) a[i] *= 30, ga.data()[i] = a[i];
        ops.softmax(ga.data(), n);
        reference_ops.softmax(a.data(), n);
        CHECK(same_all(ga, a));
        CHECK(ga.intact());
    });
}

TEST_CASE("matrix_update") {
    Rng rng(seed() + 6);
    for (const Named& isa : all_ops())
        for (const size_t rows : {1, 2, 3, 7, 8, 9, 16, 17})
            for (const size_t cols : {1, 15, 16, 17, 31, 32, 33, 64, 71})
                for (const size_t k : {0, 1, 2, 9}) {
                    const Edge edge = rng.below(2) ? Edge::after : Edge::before;
                    const Kind kind = rng.below(2) ? Kind::normal : Kind::any_bits;
                    const bool transposed = rng.below(2), subtract = rng.below(2);
                    CAPTURE(isa.name);
                    CAPTURE(rows * 10000 + cols * 100 + k);
                    const size_t stride = cols + rng.below(3);
                    const size_t room = (rows - 1) * stride + cols;
                    std::vector<float> want = draws(rng, Kind::normal, room);
                    const std::vector<float> a = draws(rng, kind, rows * k);
                    const std::vector<float> b = draws(rng, kind, k * cols);
                    GuardedArray<float> c(want, edge), ga(a, edge), gb(b, edge);
                    MatrixUpdate m{c.data(), stride, ga.data(), k, 1,       gb.data(),
                                   cols,     rows,   cols,      k, subtract};
                    if (transposed) m.a_row = 1, m.a_step = rows;
                    isa.ops->matrix_update(m);
                    m.c = want.data();
                    reference_ops.matrix_update(m);
                    CHECK(same_all(c, want));
                    CHECK(c.intact());
                }
}

}  // namespace
}  // namespace gosset::test
