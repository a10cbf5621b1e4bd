#include "tools/quantize/synth_source.hpp"

#include <cmath>

#include "tests/support/support.hpp"
#include "tools/quantize/console.hpp"

using namespace gosset;
using namespace gosset::quantize;

namespace {

SynthShape small() {
    SynthShape s;
    s.layers = 2, s.dim = 64, s.ffn = 96, s.heads = 4, s.kv_heads = 2, s.vocab = 300;
    return s;
}

}  // namespace

TEST_CASE("a synthetic model has the tensors and the statistics of a Llama") {
    const auto source = make_synth_source(small());
    REQUIRE_OK(source);
    CHECK((*source)->tensors().size() == 1 + 2 * 9 + 2);
    CHECK((*source)->config().head_dim == 16);
    CHECK_FALSE((*source)->config().tied_head);
    for (size_t i = 0; i < (*source)->tensors().size(); i++) {
        const SourceTensor& t = (*source)->tensors()[i];
        CAPTURE(t.name);
        std::vector<float> w(t.rows() * t.cols());
        REQUIRE_OK((*source)->read_rows(i, 0, t.rows(), w.data()));
        double sum = 0, squares = 0;
        for (float v : w) sum += double(v), squares += double(v) * double(v);
        const double n = double(w.size()), mean = sum / n,
                     sd = std::sqrt(squares / n - mean * mean);
        const bool norm = t.shape.size() == 1;
        const double sigma = norm                    ? 0.1
                             : t.role == Role::embed ? 1.0
                                                     : 1 / std::sqrt(double(t.cols()));
        CHECK(std::abs(mean - (norm ? 1.0 : 0.0)) < 5 * sigma / std::sqrt(n));
        CHECK(std::abs(sd / sigma - 1) < 5 / std::sqrt(2 * n));
    }
}

TEST_CASE("synthetic rows are the same however they are read, and follow the seed") {
    const auto source = make_synth_source(small());
    REQUIRE_OK(source);
    SynthShape other = small();
    other.seed = 2;
    const auto reseeded = make_synth_source(other);
    std::vector<float> all(300 * 64), one(64), changed(64);
    REQUIRE_OK((*source)->read_rows(0, 0, 300, all.data()));
    for (uint64_t r : {0, 1, 17, 299}) {
        REQUIRE_OK((*source)->read_rows(0, r, 1, one.data()));
        CHECK(std::equal(one.begin(), one.end(), all.begin() + int64_t(r * 64)));
        REQUIRE_OK((*reseeded)->read_rows(0, r, 1, changed.data()));
        CHECK(one != changed);
    }
    // No two tensors or rows alike.
    REQUIRE_OK((*source)->read_rows(2, 0, 1, changed.data()));
    CHECK(!std::equal(changed.begin(), changed.end(), all.begin()));
    CHECK(!std::equal(all.begin(), all.begin() + 64, all.begin() + 64));
}

TEST_CASE("shapes that are no model are refused") {
    for (auto spoil : {+[](SynthShape& s) { s.layers = 0; }, +[](SynthShape& s) { s.dim = 66; },
                       +[](SynthShape& s) { s.heads = 64; }, +[](SynthShape& s) { s.kv_heads = 3; },
                       +[](SynthShape& s) { s.vocab = 0; }}) {
        SynthShape s = small();
        spoil(s);
        CHECK(make_synth_source(s).status().code() == StatusCode::invalid_argument);
    }
}

TEST_CASE("-t takes a number of threads or auto") {
    CHECK(*parse_threads("3") == 3);
    CHECK(*parse_threads("auto") >= 1);
    for (const char* bad : {"0", "-1", "", "2x", "x", "1025", "99999999999"}) {
        const auto r = parse_threads(bad);
        CHECK_FALSE(r.ok());
        CHECK(r.status().message().find("at least one thread") != std::string::npos);
    }
    CHECK(short_number(999) == "999 ");
    CHECK(short_number(1234567) == "1.2 M");
    CHECK(short_number(2.1e10) == "21 G");
}
