// Error feedback: the factorization against its definition in double, every codec's encoder with
// and without it, and what it is for.
#include "tools/quantize/feedback.hpp"

#include <cmath>
#include <vector>

#include "simd/dispatch.hpp"
#include "tests/quantize/feedback_support.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::quantize;
using test::moments, test::Encoded, test::plain, test::fed_back, test::loss, test::normal_rows;

namespace {

/// Unit lower triangular L in full, [n][n].
std::vector<double> full(const Feedback& f, uint64_t n) {
    std::vector<double> l(n * n);
    for (uint64_t k = 0; k < n; k++) {
        l[k * n + k] = 1;
        for (uint64_t c = 0; c < k; c++) {
            const uint64_t p = c / 32, from = k - 32 * p;
            const float* row = from < 32 ? f.inside(p)[from] : f.behind(p) + 32 * (from - 32);
            l[k * n + c] = double(row[c % 32]);
        }
    }
    return l;
}

/// L^-1 H L^-T.
std::vector<double> reduced(const std::vector<double>& l, std::vector<double> h, uint64_t n) {
    for (uint64_t r = 0; r < n; r++)
        for (uint64_t c = 0; c < r; c++)
            for (uint64_t j = 0; j < n; j++) h[r * n + j] -= l[r * n + c] * h[c * n + j];
    for (uint64_t r = 0; r < n; r++)
        for (uint64_t c = 0; c < r; c++)
            for (uint64_t j = 0; j < n; j++) h[j * n + r] -= l[r * n + c] * h[j * n + c];
    return h;
}

}  // namespace

TEST_CASE("the factors leave nothing between groups") {
    Rng rng(test::seed());
    for (const Isa* isa : supported_isas())
        for (const uint64_t n : {32, 64, 160})
            for (const uint32_t group : {1, 8, 32}) {
                CAPTURE(isa_name(*isa));
                CAPTURE(n);
                CAPTURE(group);
                const std::vector<float> h = moments(n, 3 * n, 0.7f, rng);
                const float damping = 0.01f;
                const Feedback f = Feedback::make(h, n, group, damping, 1, op_kernels(*isa));
                REQUIRE_FALSE(f.none());
                std::vector<double> damped(n * n);
                double mean = 0;
                for (uint64_t i = 0; i < n; i++) mean += double(h[i * n + i]) / double(n);
                for (uint64_t i = 0; i < n; i++)
                    for (uint64_t j = i; j < n; j++)
                        damped[i * n + j] = damped[j * n + i] =
                            double(h[i * n + j]) + (i == j ? double(damping) * mean : 0.0);
                const std::vector<double> d = reduced(full(f, n), damped, n);
                double most = 0;
                for (uint64_t i = 0; i < n; i++)
                    for (uint64_t j = 0; j < n; j++)
                        if (i / group != j / group) most = std::max(most, std::abs(d[i * n + j]));
                CHECK(most < 1e-4 * mean);
            }
}

TEST_CASE("moments without full rank are damped until they factor; zeros give no feedback") {
    const uint64_t n = 64;
    const OpKernels& ops = op_kernels(*supported_isas().front());
    std::vector<float> one(n * n, 1.0f);  // rank one
    CHECK_FALSE(Feedback::make(one, n, 8, 1e-12f, 1, ops).none());
    CHECK(Feedback::make(std::vector<float>(n * n), n, 8, 0.01f, 1, ops).none());
    one[0] = INFINITY;
    CHECK(Feedback::make(one, n, 8, 0.01f, 1, ops).none());
}

TEST_CASE("white input: the codes are those of plain encoding") {
    Rng rng(test::seed() + 1);
    const uint64_t n = 96;
    std::vector<float> identity(n * n);
    for (uint64_t i = 0; i < n; i++) identity[i * n + i] = 1;
    std::vector<float> rows = normal_rows(32, n, rng);
    std::fill_n(rows.begin(), n, 0.0f);                               // a row of zeros
    for (uint64_t i = 0; i < n; i++) rows[n + i] *= i == 5 ? 50 : 1;  // an outlier
    for (const Codec* codec : all_codecs()) {
        const Encoder& encoder = *find_encoder(*codec);
        if (encoder.group == 0) continue;
        CAPTURE(std::string(codec->name));
        for (const uint32_t refine : {0, 1}) {
            CAPTURE(refine);
            const Feedback f = Feedback::make(identity, n, encoder.group, 0.01f, refine,
                                              op_kernels(*supported_isas().front()));
            const Encoded want = plain(*codec, rows, n), got = fed_back(*codec, f, rows, n);
            CHECK(got.row_scales == want.row_scales);
            if (got.panels !=
                want.panels)  // two codes of a group are about as near: sums in other orders
                CHECK(loss(rows, got, identity, n) ==
                      doctest::Approx(loss(rows, want, identity, n)).epsilon(1e-4));
            double off = 0;
            for (uint64_t i = 0; i < rows.size(); i++)
                off = std::max(off, double(std::abs(rows[i] - got.decoded[i] - got.error[i])));
            CHECK(off < 1e-4);
        }
    }
}

TEST_CASE("correlated input: feedback takes most of the loss away, refinement more, on every ISA") {
    Rng rng(test::seed() + 2);
    const uint64_t n = 128;
    const float damping = 0.01f;
    const std::vector<float> h = moments(n, 4 * n, 0.95f, rng);
    std::vector<float> damped = h;  // what is made small
    double mean = 0;
    for (uint64_t i = 0; i < n; i++) mean += double(h[i * n + i]) / double(n);
    for (uint64_t i = 0; i < n; i++) damped[i * n + i] += damping * float(mean);
    const std::vector<float> rows = normal_rows(48, n, rng);
    for (const Codec* codec : all_codecs()) {
        const Encoder& encoder = *find_encoder(*codec);
        if (encoder.group == 0) continue;
        CAPTURE(std::string(codec->name));
        const Encoded nearest = plain(*codec, rows, n);
        const double most = 0.6 * loss(rows, nearest, h, n);
        double before = loss(rows, nearest, damped, n);
        for (const uint32_t refine : {0, 1, 3}) {
            CAPTURE(refine);
            double after = 0;
            std::vector<uint8_t> first;
            for (const Isa* isa : supported_isas()) {
                const Feedback f =
                    Feedback::make(h, n, encoder.group, damping, refine, op_kernels(*isa));
                const Encoded e = fed_back(*codec, f, rows, n);
                if (first.empty()) {
                    first = e.panels;
                    after = loss(rows, e, damped, n);
                    CHECK(loss(rows, e, h, n) < most);
                }
                CHECK(e.panels == first);
            }
            // The plain codecs choose scales before they see the feedback: too seldom for the
            // better.
            if (refine == 0 || (refine == 1 && encoder.group > 1))
                CHECK(after < before);
            else
                CHECK(after <= before);
            before = after;
        }
    }
}
