// Error feedback from row to row: the factors against their definition, where it must change
// nothing, any number of rows, and what it is for.
#include "tools/quantize/row_feedback.hpp"

#include <cmath>
#include <cstring>
#include <vector>

#include "simd/dispatch.hpp"
#include "tests/quantize/feedback_support.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::quantize;
using test::Encoded, test::loss, test::moments, test::normal_rows;

namespace {

constexpr float kDamping = 0.1f;

/// Encodes rows [count][n], count any number, with feedback from row to row (null: along the
/// columns alone).
Encoded encode(const Codec& codec, const Feedback& columns, const RowFeedback* g,
               const std::vector<float>& rows, uint64_t n) {
    const uint64_t count = rows.size() / n, padded = (count + 15) / 16 * 16;
    std::vector<float> all = rows;
    all.resize(padded * n);
    const Tables tables = test::tables_for(codec, rows, n);
    Encoded e{std::vector<uint8_t>(padded / 16 * (n / 32) * codec.panel_bytes, 0xa5),
              std::vector<uint16_t>(padded, 0xa5a5),
              {},
              std::vector<float>(padded * n, NAN)};
    const Feedback::Rows what{codec,  *find_encoder(codec), all.data(),      padded,
                              tables, e.error.data(),       e.panels.data(), e.row_scales.data()};
    std::vector<float> target(RowFeedback::kGroup * n, NAN);
    if (g)
        g->encode(columns, what, target.data());
    else
        columns.encode(what);
    e.decoded = test::decode(codec, tables, e, padded, n);
    return e;
}

/// L of RowFeedback in full, [rows][rows].
std::vector<double> full(const RowFeedback& f) {
    const uint64_t rows = f.rows(), group = RowFeedback::kGroup;
    std::vector<double> l(rows * rows);
    for (uint64_t k = 0; k < rows; k++) {
        l[k * rows + k] = 1;
        for (uint64_t c = 0; c / group < k / group; c++)
            l[k * rows + c] =
                double(f.behind(c / group)[(k - (c / group + 1) * group) * group + c % group]);
    }
    return l;
}

/// The codecs that take feedback.
std::vector<const Codec*> fed_codecs() {
    std::vector<const Codec*> codecs;
    for (const Codec* c : all_codecs())
        if (find_encoder(*c)->group) codecs.push_back(c);
    return codecs;
}

const OpKernels& first_ops() {
    return op_kernels(*supported_isas().front());
}

}  // namespace

TEST_CASE("L D L^T is the damped G, D in blocks") {
    Rng rng(test::seed());
    for (const uint64_t rows : {1, 5, 16, 17, 33, 96, 100}) {
        CAPTURE(rows);
        const std::vector<float> g = moments(rows, 3 * rows, 0.7f, rng);
        const RowFeedback f = RowFeedback::make(g, rows, kDamping, first_ops());
        REQUIRE_FALSE(f.none());
        REQUIRE(f.rows() == rows);
        std::vector<double> d(rows * rows);
        double mean = 0;
        for (uint64_t i = 0; i < rows; i++) mean += double(g[i * rows + i]) / double(rows);
        for (uint64_t i = 0; i < rows; i++)
            for (uint64_t j = i; j < rows; j++)
                d[i * rows + j] = d[j * rows + i] =
                    double(g[i * rows + j]) + (i == j ? double(kDamping) * mean : 0.0);
        // L^-1 G L^-T: forward substitution from the left, then from the right.
        const std::vector<double> l = full(f);
        for (const bool left : {true, false})
            for (uint64_t r = 0; r < rows; r++)
                for (uint64_t c = 0; c < r; c++)
                    for (uint64_t j = 0; j < rows; j++) {
                        if (left)
                            d[r * rows + j] -= l[r * rows + c] * d[c * rows + j];
                        else
                            d[j * rows + r] -= l[r * rows + c] * d[j * rows + c];
                    }
        double most = 0;
        for (uint64_t i = 0; i < rows; i++)
            for (uint64_t j = 0; j < rows; j++)
                if (i / RowFeedback::kGroup != j / RowFeedback::kGroup)
                    most = std::max(most, std::abs(d[i * rows + j]));
        CHECK(most < 1e-4 * mean);
    }
}

TEST_CASE("a G without full rank is damped until it factors; zeros give no feedback") {
    for (const uint64_t rows : {1, 16, 64}) {
        std::vector<float> one(rows * rows, 1.0f);  // rank one
        CHECK_FALSE(RowFeedback::make(one, rows, 1e-12f, first_ops()).none());
        CHECK(
            RowFeedback::make(std::vector<float>(rows * rows), rows, kDamping, first_ops()).none());
        one[0] = INFINITY;
        CHECK(RowFeedback::make(one, rows, kDamping, first_ops()).none());
        one[0] = NAN;
        CHECK(RowFeedback::make(one, rows, kDamping, first_ops()).none());
    }
    std::vector<float> indefinite = {1, 3, 0, 1};
    CHECK_FALSE(RowFeedback::make(indefinite, 2, kDamping, first_ops()).none());
}

TEST_CASE("a diagonal G changes nothing, on any number of rows") {
    Rng rng(test::seed() + 1);
    const uint64_t n = 64;
    const std::vector<float> h = moments(n, 4 * n, 0.9f, rng);
    for (const Codec* codec : fed_codecs()) {
        CAPTURE(std::string(codec->name));
        const uint32_t group = find_encoder(*codec)->group;
        const Feedback f = Feedback::make(h, n, group, 0.01f, 1, first_ops());
        for (const uint64_t count : {1, 5, 17, 40, 512}) {
            if (test::left_out(rng) || (count == 512 && codec->name != std::string("e8c2")))
                continue;
            CAPTURE(count);
            std::vector<float> g(count * count);
            for (uint64_t r = 0; r < count; r++)  // some outputs matter to nothing
                g[r * count + r] = r % 7 == 3 ? 0.0f : std::exp2(8 * rng.normal());
            const RowFeedback rf = RowFeedback::make(g, count, kDamping, first_ops());
            REQUIRE_FALSE(rf.none());
            const std::vector<float> rows = normal_rows(count, n, rng);
            const Encoded want = encode(*codec, f, nullptr, rows, n);
            const Encoded got = encode(*codec, f, &rf, rows, n);
            CHECK(got.panels == want.panels);
            CHECK(got.row_scales == want.row_scales);
            CHECK(std::memcmp(got.error.data(), want.error.data(),
                              want.error.size() * sizeof(float)) == 0);
        }
    }
}

TEST_CASE("correlated outputs: feedback from row to row takes more away, on every ISA") {
    Rng rng(test::seed() + 2);
    const uint64_t n = 64;
    const std::vector<float> h = moments(n, 4 * n, 0.9f, rng);
    for (const Codec* codec : fed_codecs()) {
        CAPTURE(std::string(codec->name));
        const uint32_t group = find_encoder(*codec)->group;
        for (const uint64_t count : {17, 150}) {
            if (test::left_out(rng)) continue;
            CAPTURE(count);
            // The gradients of a loss lie in few directions.
            const std::vector<float> g = moments(count, count / 4, 0.5f, rng);
            const std::vector<float> rows = normal_rows(count, n, rng);
            Encoded first;
            for (const Isa* isa : supported_isas()) {
                CAPTURE(isa_name(*isa));
                const OpKernels& ops = op_kernels(*isa);
                const Feedback f = Feedback::make(h, n, group, 0.01f, 1, ops);
                const RowFeedback rf = RowFeedback::make(g, count, kDamping, ops);
                const Encoded e = encode(*codec, f, &rf, rows, n);
                if (first.panels.empty()) {
                    first = e;
                    const Encoded columns = encode(*codec, f, nullptr, rows, n);
                    const double before = loss(rows, columns, g, h, n);
                    const double after = loss(rows, e, g, h, n);
                    if (count > 100) CHECK(after < 0.6 * before);
                    double off = 0;  // what encode() says of its errors is true
                    for (uint64_t i = 0; i < rows.size(); i++)
                        off = std::max(off, double(std::abs(rows[i] - e.decoded[i] - e.error[i])));
                    CHECK(off < 1e-4);
                }
                CHECK(e.panels == first.panels);
                CHECK(e.row_scales == first.row_scales);
            }
        }
    }
}
