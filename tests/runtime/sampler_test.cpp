#include <cmath>
#include <limits>
#include <vector>

#include "runtime/session/sampler.hpp"
#include "tests/support/support.hpp"

using namespace gosset;

namespace {

std::vector<float> ramp(uint32_t vocab) {
    std::vector<float> x(vocab);
    for (uint32_t i = 0; i < vocab; i++) x[i] = float((i * 37) % vocab) * 0.1f;
    return x;
}

// Shares of each token over many draws.
std::vector<double> histogram(const SamplerOptions& o, const std::vector<float>& logits, int n) {
    auto s = Sampler::create(uint32_t(logits.size()), o);
    REQUIRE_OK(s);
    std::vector<double> h(logits.size());
    for (int i = 0; i < n; i++) {
        const auto id = s->sample(logits.data());
        REQUIRE_OK(id);
        h[*id] += 1.0 / n;
    }
    return h;
}

SamplerOptions plain() {
    SamplerOptions o;
    o.temperature = 1, o.top_p = 1, o.min_p = 0, o.top_k = 0;
    o.seed = test::seed();
    return o;
}

}  // namespace

TEST_CASE("greedy takes the largest logit, the lowest id on a tie") {
    SamplerOptions o;
    o.greedy = true;
    auto s = Sampler::create(5, o);
    REQUIRE_OK(s);
    const float a[] = {1, 3, 2, 3, -1};
    CHECK(*s->sample(a) == 1);
    const float b[] = {-5, -5, -5, -5, -5};
    CHECK(*s->sample(b) == 0);
}

TEST_CASE("draws follow the softmax at the temperature") {
    const std::vector<float> logits = {0, 1, 2, 3};
    for (float t : {0.5f, 1.0f, 2.0f}) {
        SamplerOptions o = plain();
        o.temperature = t;
        const auto h = histogram(o, logits, 40000);
        double sum = 0;
        for (float x : logits) sum += std::exp(double(x) / t);
        for (size_t i = 0; i < logits.size(); i++)
            CHECK(std::fabs(h[i] - std::exp(double(logits[i]) / t) / sum) < 0.015);
    }
}

TEST_CASE("top-k, top-p and min-p cut what they say") {
    const std::vector<float> logits = {0, 1, 2, 3};  // p = .032 .087 .237 .644
    SamplerOptions o = plain();
    o.top_k = 2;
    auto h = histogram(o, logits, 4000);
    CHECK(h[0] + h[1] == 0);
    CHECK(h[2] > 0);
    o = plain();
    o.top_p = 0.7f;  // .644 is not enough, .881 is
    h = histogram(o, logits, 4000);
    CHECK(h[0] + h[1] == 0);
    CHECK(h[2] > 0);
    o = plain();
    o.min_p = 0.2f;  // .087 / .644 = .135
    h = histogram(o, logits, 4000);
    CHECK(h[0] + h[1] == 0);
    CHECK(h[2] > 0);
    o.min_p = 0.1f;
    h = histogram(o, logits, 4000);
    CHECK(h[0] == 0);
    CHECK(h[1] > 0);
}

TEST_CASE("the repetition penalty lowers each recent token once") {
    SamplerOptions o = plain();
    o.repeat_penalty = 1000, o.repeat_last_n = 2;
    auto s = Sampler::create(3, o);
    REQUIRE_OK(s);
    const float logits[] = {1, 1, 900};
    CHECK(*s->sample(logits) == 2);
    s->accept(2), s->accept(2);
    int other = 0;
    for (int i = 0; i < 100; i++) other += *s->sample(logits) != 2;
    CHECK(other > 0);
    s->accept(0), s->accept(1);  // 2 is forgotten
    CHECK(*s->sample(logits) == 2);
}

TEST_CASE("the same seed gives the same tokens; reset starts again") {
    const auto logits = ramp(1000);
    SamplerOptions o;
    o.seed = 7;
    auto a = Sampler::create(1000, o), b = Sampler::create(1000, o);
    std::vector<uint32_t> first;
    for (int i = 0; i < 50; i++) {
        first.push_back(*a->sample(logits.data()));
        CHECK(first.back() == *b->sample(logits.data()));
    }
    a->reset();
    for (int i = 0; i < 50; i++) CHECK(*a->sample(logits.data()) == first[size_t(i)]);
    // pinned: every machine draws these
    CHECK(std::vector<uint32_t>(first.begin(), first.begin() + 8) ==
          std::vector<uint32_t>{270, 81, 378, 648, 702, 405, 27, 27});
}

TEST_CASE("bad options and broken logits are errors") {
    const float nan = std::numeric_limits<float>::quiet_NaN(), inf = HUGE_VALF;
    SamplerOptions o;
    CHECK_FALSE(Sampler::create(0, o).ok());
    for (float t : {-1.0f, nan, inf}) {
        o = SamplerOptions(), o.temperature = t;
        CHECK_FALSE(Sampler::create(4, o).ok());
    }
    for (float p : {0.0f, -1.0f, 1.5f, nan}) {
        o = SamplerOptions(), o.top_p = p;
        CHECK_FALSE(Sampler::create(4, o).ok());
    }
    o = SamplerOptions(), o.min_p = 2;
    CHECK_FALSE(Sampler::create(4, o).ok());
    o = SamplerOptions(), o.repeat_penalty = 0;
    CHECK_FALSE(Sampler::create(4, o).ok());

    auto s = Sampler::create(4, SamplerOptions());
    const float broken[] = {0, nan, 0, 0}, infinite[] = {0, inf, 0, 0};
    const float none[] = {-inf, -inf, -inf, -inf}, one[] = {-inf, -inf, 5, -inf};
    CHECK_FALSE(s->sample(broken).ok());
    CHECK_FALSE(s->sample(infinite).ok());
    CHECK_FALSE(s->sample(none).ok());
    CHECK(*s->sample(one) == 2);
}
