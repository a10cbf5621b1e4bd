// Sliding windows against plain softmax attention in double, with what lies outside of the window
// poisoned: windows around every chunk's edge, one token and many, any number of threads.
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "runtime/base/rng.hpp"
#include "runtime/layers/attention.hpp"
#include "simd/dispatch.hpp"
#include "tests/support/support.hpp"

namespace gosset::test {
namespace {

constexpr uint32_t kContext = 800, kHeads = 4, kKvHeads = 2, kDim = 16;

struct Cache {
    std::vector<float> k, v;  // [kv_head][context][dim]
    explicit Cache(Rng& rng) : k(kKvHeads * kContext * kDim), v(k.size()) {
        for (float& f : k) f = rng.normal();
        for (float& f : v) f = rng.normal();
    }
    /// Nothing but positions [first, end) may be read.
    void poison_outside(uint32_t first, uint32_t end) {
        for (uint32_t h = 0; h < kKvHeads; h++)
            for (uint32_t p = 0; p < kContext; p++)
                for (uint32_t d = 0; d < kDim && (p < first || p >= end); d++)
                    k[(h * kContext + p) * kDim + d] = v[(h * kContext + p) * kDim + d] =
                        std::numeric_limits<float>::quiet_NaN();
    }
};

struct Job {
    const OpKernels& ops;
    const AttentionArgs& args;
};

/// [tokens][heads * dim], on `threads` threads.
std::vector<float> run(const Cache& cache, const std::vector<float>& q, uint32_t position,
                       uint32_t window, uint32_t threads, const OpKernels& ops) {
    const uint32_t tokens = uint32_t(q.size() / (kHeads * kDim)), group = kHeads / kKvHeads;
    const uint32_t chunks = (kContext + kAttentionChunk - 1) / kAttentionChunk;
    const size_t n = size_t(kHeads) * chunks, room = attention_scratch_floats(group, kDim, kDim);
    std::vector<float> max(n), sum(n), partial(n * kDim), gather(threads * 2 * chunks);
    std::vector<float> scratch(threads * room);
    std::vector<float> out(q.size(), -77.0f);
    AttentionArgs a{};
    a.tokens = tokens, a.position = position, a.window = window;
    a.kv_heads = kKvHeads, a.head_dim = kDim, a.v_dim = kDim, a.scale = 0.25f;
    a.q = q.data(), a.q_stride = kHeads * kDim, a.type = KvType::f32;
    a.k = reinterpret_cast<const uint8_t*>(cache.k.data());
    a.v = reinterpret_cast<const uint8_t*>(cache.v.data());
    a.k_stride = a.v_stride = size_t(kContext) * kDim * sizeof(float);
    a.out = out.data(), a.out_stride = kHeads * kDim;
    a.partials = {max.data(),     sum.data(), partial.data(), gather.data(),
                  scratch.data(), room,       group,          chunks};
    auto pool = Pool::create(threads);
    REQUIRE_OK(pool);
    Job job = {ops, a};
    (*pool)->run(
        [](void* context, const Pool::Member& me) {
            const Job& j = *static_cast<Job*>(context);
            attention(j.ops, j.args, me);
        },
        &job);
    return out;
}

/// One query head over positions [first, end).
std::vector<double> plain(const Cache& c, const float* q, uint32_t kv_head, uint32_t first,
                          uint32_t end) {
    std::vector<double> out(kDim), s(end);
    double total = 0;
    for (uint32_t p = first; p < end; p++) {
        for (uint32_t d = 0; d < kDim; d++)
            s[p] += double(q[d]) * double(c.k[(kv_head * kContext + p) * kDim + d]);
        total += std::exp(s[p] * 0.25);
    }
    for (uint32_t p = first; p < end; p++)
        for (uint32_t d = 0; d < kDim; d++)
            out[d] +=
                std::exp(s[p] * 0.25) / total * double(c.v[(kv_head * kContext + p) * kDim + d]);
    return out;
}

TEST_CASE("a window is softmax attention over its positions, and reads no others") {
    Rng rng(seed() ^ 0x77);
    const Cache whole(rng);
    auto isa = select_isa();
    REQUIRE_OK(isa);
    const OpKernels& ops = op_kernels(**isa);
    const struct {
        uint32_t position, window;
    } cases[] = {{0, 1},     {0, 8},     {7, 8},     {8, 8},     {255, 255}, {255, 1},
                 {256, 1},   {256, 2},   {256, 256}, {256, 257}, {300, 8},   {511, 256},
                 {512, 256}, {512, 257}, {515, 4},   {515, 3},   {799, 544}, {799, 799},
                 {799, 800}, {799, 900}, {799, 0},   {300, 0}};
    for (const auto& c : cases) {
        CAPTURE(c.position);
        CAPTURE(c.window);
        const uint32_t end = c.position + 1;
        const uint32_t first = c.window && end > c.window ? end - c.window : 0;
        Cache cache = whole;
        cache.poison_outside(first, end);
        std::vector<float> q(kHeads * kDim);
        for (float& f : q) f = rng.normal();
        const std::vector<float> got = run(cache, q, c.position, c.window, 1, ops);
        for (uint32_t h = 0; h < kHeads; h++) {
            const auto want = plain(whole, &q[h * kDim], h / 2, first, end);
            for (uint32_t d = 0; d < kDim; d++)
                CHECK(std::fabs(double(got[h * kDim + d]) - want[d]) < 1e-5);
        }
        const std::vector<float> shared = run(cache, q, c.position, c.window, 3, ops);
        CHECK(std::memcmp(shared.data(), got.data(), 4 * got.size()) == 0);
    }
}

TEST_CASE("a batch of windows is its tokens one at a time, bit for bit") {
    Rng rng(seed() ^ 0x78);
    const Cache cache(rng);
    auto isa = select_isa();
    REQUIRE_OK(isa);
    const OpKernels& ops = op_kernels(**isa);
    const uint32_t n = 70, width = kHeads * kDim;
    std::vector<float> q(n * width);
    for (float& f : q) f = rng.normal();
    for (const uint32_t position : {0u, 200u, 500u})
        for (const uint32_t window : {0u, 1u, 17u, 256u, 300u})
            for (const uint32_t threads : {1u, 3u}) {
                CAPTURE(position);
                CAPTURE(window);
                CAPTURE(threads);
                const std::vector<float> all = run(cache, q, position, window, threads, ops);
                for (uint32_t t = 0; t < n; t++) {
                    const std::vector<float> one(q.begin() + t * width,
                                                 q.begin() + (t + 1) * width);
                    const auto alone = run(cache, one, position + t, window, 1, ops);
                    CHECK(std::memcmp(&all[t * width], alone.data(), 4 * width) == 0);
                }
            }
}

}  // namespace
}  // namespace gosset::test
