// The reductions against double, and one hash of all operations that every machine must reproduce.
#include <xxhash.h>

#include <algorithm>
#include <cmath>

#include "tests/ops/inputs.hpp"

namespace gosset::test {
namespace {

TEST_CASE("softmax, log_sum_exp, rms_norm, silu, gelu and softcap are accurate") {
    Rng rng(seed() + 9);
    for (const Named& isa : all_ops())
        for (const size_t n : {1, 7, 100, 4096}) {
            CAPTURE(isa.name);
            CAPTURE(n);
            std::vector<float> x = draws(rng, Kind::normal, n);
            for (float& f : x) f *= 10;
            double top = -1e300, total = 0, squares = 0;
            for (const float f : x) top = std::max(top, double(f));
            for (const float f : x) total += std::exp(double(f) - top), squares += double(f) * f;
            CHECK(double(isa.ops->log_sum_exp(x.data(), n)) ==
                  doctest::Approx(std::log(total) + top).epsilon(1e-6));
            std::vector<float> soft = x, norm(n), silu(n), ones(n, 1.0f);
            isa.ops->softmax(soft.data(), n);
            isa.ops->rms_norm(x.data(), ones.data(), n, 1e-6f, 0.0f, norm.data());
            isa.ops->silu_mul(x.data(), ones.data(), n, silu.data());
            std::vector<float> gelu(n), capped = x;
            isa.ops->gelu_tanh_mul(x.data(), ones.data(), n, gelu.data());
            isa.ops->softcap(capped.data(), n, 5.0f);
            const double r = 1 / std::sqrt(squares / double(n) + 1e-6);
            for (size_t i = 0; i < n; i++) {
                const double v = double(x[i]), e = std::exp(v - top) / total;
                CHECK(std::fabs(double(soft[i]) - e) <= 1e-5 * e + 1e-44);
                CHECK(std::fabs(double(norm[i]) - v * r) <= 1e-6 * std::fabs(v * r));
                CHECK(std::fabs(double(silu[i]) - v / (1 + std::exp(-v))) <= 1e-6 * std::fabs(v));
                const double inner =
                    std::sqrt(2 / 3.14159265358979324) * (v + 0.044715 * v * v * v);
                CHECK(std::fabs(double(gelu[i]) - v / 2 * (1 + std::tanh(inner))) <=
                      1e-6 * std::fabs(v));
                CHECK(std::fabs(double(capped[i]) - 5 * std::tanh(v / 5)) <= 2e-6);
            }
        }
}

/// All outputs on fixed inputs, in one buffer.
std::vector<float> outputs(const OpKernels& ops) {
    Rng rng(1932);
    const size_t n = 1000;
    const std::vector<float> a = draws(rng, Kind::normal, n), b = draws(rng, Kind::normal, n);
    std::vector<float> all, out(n);
    const auto take = [&] { all.insert(all.end(), out.begin(), out.end()); };
    ops.rms_norm(a.data(), b.data(), n, 1e-5f, 1.0f, out.data()), take();
    ops.silu_mul(a.data(), b.data(), n, out.data()), take();
    out = a, ops.rope(out.data(), 5, 200, 90, b.data(), b.data() + 500), take();
    out = a, ops.softmax(out.data(), n), take();
    all.push_back(ops.dot(a.data(), b.data(), n));
    all.push_back(ops.log_sum_exp(a.data(), n));
    std::vector<int8_t> q(1024);
    std::vector<int32_t> sums(32);
    std::vector<float> scale(32);
    ops.quantize(a.data(), n, 32, q.data(), scale.data(), sums.data());
    all.insert(all.end(), scale.begin(), scale.end());
    all.insert(all.end(), sums.begin(), sums.end());
    all.insert(all.end(), q.begin(), q.end());
    float max[2], sum[2], partial[64];
    for (int c = 0; c < 2; c++)
        ops.attention_chunk({a.data(), b.data() + 400 * c, a.data() + 400 * c, KvType::f32, 1, 12,
                             32, 32, 0.3f, 5.0f, max + c, sum + c, partial + 32 * c});
    out.resize(32);
    ops.attention_merge(max, sum, partial, 32, 2, 32, out.data()), take();
    return all;
}

TEST_CASE("all operations have the pinned bits") {
    for (const Named& isa : all_ops()) {
        CAPTURE(isa.name);
        const std::vector<float> all = outputs(*isa.ops);
        CHECK(XXH3_64bits(all.data(), all.size() * sizeof(float)) == 7176833459249934887u);
    }
}

TEST_CASE("gelu_tanh_mul and softcap have the pinned bits") {
    Rng rng(1933);
    const size_t n = 1000;
    std::vector<float> g = draws(rng, Kind::normal, n);
    const std::vector<float> u = draws(rng, Kind::normal, n);
    for (float& f : g) f *= 4;
    for (const Named& isa : all_ops()) {
        CAPTURE(isa.name);
        std::vector<float> all(2 * n);
        std::copy(g.begin(), g.end(), all.begin());
        isa.ops->softcap(all.data(), n, 3.0f);
        isa.ops->gelu_tanh_mul(g.data(), u.data(), n, all.data() + n);
        CHECK(XXH3_64bits(all.data(), all.size() * sizeof(float)) == 2889325669908712278u);
    }
}

}  // namespace
}  // namespace gosset::test
