// Prompts in bfloat16 through the C API: when they are, that `exact` turns it off, and that they
// stay near the exact logits and the same for any number of threads.
#include <cmath>
#include <cstring>

#include "gosset/gosset.hpp"
#include "tests/runtime/tiny.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

struct Run {
    std::vector<float> logits;
    bool rounds = false;  ///< as the log says
};

void keep_log(gosset_log_level, const char* message, void* user) {
    if (std::string(message).find("bfloat16") != std::string::npos)
        static_cast<Run*>(user)->rounds = true;
}

/// All logits of n tokens fed at once.
Run run(const std::string& path, uint32_t exact, const char* isa, uint32_t threads, size_t n) {
    Run r;
    gosset_model_options o = api::model_options();
    o.exact = exact, o.isa = isa, o.log = keep_log, o.log_user = &r;
    api::Model model;
    REQUIRE(model.open(path.c_str(), &o) == GOSSET_OK);
    gosset_session_options s = api::session_options();
    s.threads = threads, s.batch = uint32_t(n);
    api::Session session;
    REQUIRE(session.create(model, &s) == GOSSET_OK);
    const auto ids = some_tokens(n, tiny_shape().vocab, 7);
    const std::vector<gosset_token> tokens(ids.begin(), ids.end());
    REQUIRE(session.feed(tokens.data(), n, 0, GOSSET_WANT_ALL) == GOSSET_OK);
    const size_t vocab = model.info().vocab;
    for (size_t row = 0; row < n; row++) {
        const float* p = nullptr;
        REQUIRE(gosset_logits(session.get(), row, &p) == GOSSET_OK);
        r.logits.insert(r.logits.end(), p, p + vocab);
    }
    return r;
}

bool same(const Run& a, const Run& b) {
    return a.logits.size() == b.logits.size() &&
           std::memcmp(a.logits.data(), b.logits.data(), 4 * a.logits.size()) == 0;
}

/// Root mean square of the difference, as a part of that of a.
double distance(const Run& a, const Run& b) {
    double difference = 0, size = 0;
    for (size_t i = 0; i < a.logits.size(); i++) {
        const double x = double(a.logits[i]), y = double(b.logits[i]);
        difference += (x - y) * (x - y), size += x * x;
    }
    return std::sqrt(difference / size);
}

}  // namespace

TEST_CASE("prompts in bfloat16, and exact") {
    TempDir dir;
    const std::string path = dir.path("m.gosset");
    make_model(path, "e8c4", seed());
    constexpr size_t kMany = 75, kFew = kRoundedTokens - 1;
    const Run exact = run(path, 1, "scalar", 1, kMany);
    CHECK(same(run(path, 1, nullptr, 2, kMany), exact));
    CHECK(!exact.rounds);
    CHECK(same(run(path, 0, nullptr, 2, kFew), run(path, 1, "scalar", 1, kFew)));

    const Run rounded = run(path, 0, nullptr, 1, kMany);
    CHECK(same(run(path, 0, nullptr, 3, kMany), rounded));
    if (!rounded.rounds) {
        MESSAGE("NOT TESTED, this machine has no tier with gemm_rounded");
        CHECK(same(rounded, exact));
        return;
    }
    CHECK(!same(rounded, exact));
    CHECK(distance(exact, rounded) < 0.05);
    CHECK(same(run(path, 0, "avx512", 1, kMany), exact));
}
