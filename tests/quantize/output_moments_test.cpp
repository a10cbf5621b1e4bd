// Moments of outputs' gradients: labels are drawn from the model, blocks lie as documented, sums
// are what a plain loop over the backward pass gives, and nothing depends on threads or tiers.
#include "tools/quantize/output_moments.hpp"

#include <cmath>
#include <cstring>
#include <map>

#include "format/reader.hpp"
#include "runtime/base/rng.hpp"
#include "runtime/model/bind.hpp"
#include "simd/dispatch.hpp"
#include "tests/support/support.hpp"
#include "tools/gradient/backward.hpp"
#include "tools/quantize/pipeline.hpp"
#include "tools/quantize/synth_source.hpp"

namespace gosset::test {
namespace {

using namespace gosset::quantize;

/// One layer whose gate and up have more rows than a block of G.
struct Fixture {
    TempDir dir;
    ModelFile file;
    Fixture() {
        SynthShape shape;
        shape.layers = 1, shape.dim = 48, shape.ffn = kOutputBlock + 37, shape.heads = 3;
        shape.kv_heads = 1, shape.vocab = 97, shape.seed = seed() + 5;
        auto source = make_synth_source(shape);
        REQUIRE_OK(source);
        Options options;
        options.plan.codec = "f32", options.threads = 2;
        REQUIRE_OK(quantize_model(**source, dir.path("m.gosset"), options));
        auto opened = ModelFile::open(dir.path("m.gosset"));
        REQUIRE_OK(opened);
        file = std::move(*opened);
    }
    std::unique_ptr<ModelWeights> bind(const Isa& isa) const {
        auto weights = bind_model(file, isa);
        REQUIRE_OK(weights);
        return std::move(*weights);
    }
};

std::vector<std::vector<uint32_t>> windows() {
    Rng rng(seed() + 6);
    std::vector<std::vector<uint32_t>> all(2);
    for (size_t n : {0, 1})
        for (size_t t = 0; t < 40 + 30 * n; t++) all[n].push_back(rng.below(97));
    return all;
}

std::vector<CalibrationOutput> outputs() {
    return {{0, OutputSite::gate, kOutputBlock + 37}, {0, OutputSite::v, 16}};
}

std::vector<std::vector<float>> moments(const ModelWeights& m, uint32_t threads) {
    auto sums = sum_output_moments(m, windows(), outputs(), threads, [](uint64_t) { return true; });
    REQUIRE_OK(sums);
    return std::move(*sums);
}

/// G of one output in double, all of it, with the same labels.
struct Plain : gradient::GradientSink {
    CalibrationOutput out;
    std::vector<double> g;
    explicit Plain(const CalibrationOutput& o) : out(o), g(o.rows * o.rows) {}
    void output(const gradient::OutputGradient& d, gradient::Team&) override {
        if (d.site != out.site) return;
        REQUIRE(d.rows == out.rows);
        for (size_t t = 0; t < d.tokens; t++)
            for (size_t i = 0; i < d.rows; i++)
                for (size_t j = 0; j < d.rows; j++)
                    g[i * d.rows + j] += double(d.dy.row(t)[i]) * double(d.dy.row(t)[j]);
    }
};

TEST_CASE("output moments are the sums of gradients' products, block after block") {
    const Fixture fixture;
    const auto model = fixture.bind(**select_isa());
    const std::vector<std::vector<float>> sums = moments(*model, 2);
    auto pool = Pool::create(1);
    REQUIRE_OK(pool);
    gradient::Team team(**pool);
    gradient::Backward backward(*model, 70, team);
    for (size_t o = 0; o < outputs().size(); o++) {
        Plain plain(outputs()[o]);
        for (const std::vector<uint32_t>& w : windows()) {
            const std::vector<double> draws = label_draws(w);
            backward.run(
                w,
                [&](size_t t, float* logits) {
                    model->ops->softmax(logits, 97);
                    logits[label_of({logits, 97}, draws[t])] -= 1;
                },
                plain);
        }
        const uint64_t rows = outputs()[o].rows;
        const float* at = sums[o].data();
        double largest = 0, worst = 0;
        for (uint64_t b = 0; b < rows; b += kOutputBlock) {
            const uint64_t n = std::min(kOutputBlock, rows - b);
            for (uint64_t i = 0; i < n; i++)
                for (uint64_t j = i; j < n; j++) {
                    const double want = plain.g[(b + i) * rows + b + j];
                    largest = std::max(largest, std::fabs(want));
                    worst = std::max(worst, std::fabs(double(at[i * n + j]) - want));
                }
            at += n * n;
        }
        CHECK(at == sums[o].data() + sums[o].size());
        CHECK(largest > 0);
        CHECK(worst < 1e-5 * largest);
    }
}

TEST_CASE("output moments have the same bits with any threads and on any tier") {
    const Fixture fixture;
    std::vector<std::vector<float>> first;
    for (const Isa* isa : supported_isas()) {
        CAPTURE(isa_name(*isa));
        const auto model = fixture.bind(*isa);
        for (uint32_t threads : {1u, 3u}) {
            const std::vector<std::vector<float>> sums = moments(*model, threads);
            if (first.empty()) first = sums;
            for (size_t o = 0; o < sums.size(); o++)
                CHECK(std::memcmp(sums[o].data(), first[o].data(),
                                  sums[o].size() * sizeof(float)) == 0);
        }
    }
}

TEST_CASE("labels are drawn as often as they are likely, and a stop is heeded") {
    const std::vector<float> p = {0.5f, 0.0f, 0.125f, 0.375f};
    Rng rng(seed() + 7);
    std::vector<int> seen(p.size());
    for (int i = 0; i < 8000; i++) seen[label_of(p, rng.uniform())]++;
    CHECK(seen[1] == 0);
    for (size_t i : {0, 2, 3}) CHECK(std::fabs(seen[i] / 8000.0 - double(p[i])) < 0.04);
    CHECK(label_of(p, 0.0) == 0);
    const std::vector<float> short_of_one = {0.25f, 0.25f};  // sums may be rounded down
    CHECK(label_of(short_of_one, 0.9) == 1);

    const Fixture fixture;
    const auto model = fixture.bind(**select_isa());
    int asked = 0;
    const auto stopped =
        sum_output_moments(*model, windows(), outputs(), 1, [&](uint64_t) { return ++asked < 2; });
    CHECK(!stopped.ok());
    CHECK(asked == 2);
}

}  // namespace
}  // namespace gosset::test
