#include <cmath>
#include <cstring>
#include <vector>

#include "runtime/base/rng.hpp"
#include "simd/dispatch.hpp"
#include "tests/support/support.hpp"
#include "tools/gosset/common.hpp"
#include "tools/gosset/logits_file.hpp"
#include "tools/gosset/scoring.hpp"

using namespace gosset;
using namespace gosset::cli;
using gosset::test::seed;

namespace {

std::vector<float> random_row(Rng& rng, size_t n, float scale) {
    std::vector<float> row(n);
    for (float& x : row) x = rng.normal() * scale;
    return row;
}

/// Probabilities are floats.
bool near(double a, double b, double tolerance = 1e-6) {
    return std::fabs(a - b) <= tolerance * std::fmax(1, std::fabs(b));
}

const OpKernels& ops() {
    return op_kernels(*supported_isas().back());
}

}  // namespace

TEST_CASE("log_sum_exp against the definition in long double") {
    Rng rng(seed() ^ 1);
    for (const size_t n : {1, 2, 3, 17, 1000, 32000}) {
        for (const float scale : {0.0f, 1.0f, 30.0f, 1000.0f}) {
            const auto row = random_row(rng, n, scale);
            long double max = row[0], sum = 0;
            for (const float x : row) max = std::fmax(max, (long double)x);
            for (const float x : row) sum += std::exp((long double)x - max);
            std::vector<float> p(n);
            CHECK(near(log_sum_exp(ops(), row.data(), n, p.data()), double(max + std::log(sum))));
        }
    }
}

TEST_CASE("arg_max takes the lowest index on a tie") {
    const float row[] = {1, 3, 2, 3, -1};
    CHECK(arg_max(row, 5) == 1);
    CHECK(arg_max(row, 1) == 0);
}

TEST_CASE("equal logits: perplexity is the size of the vocabulary, its error 0") {
    Scorer s(100, ops());
    const std::vector<float> row(100, 2.5f);
    for (uint32_t t = 0; t < 10; t++) s.add(row.data(), t, nullptr);
    CHECK(s.tokens() == 10);
    CHECK(near(s.nll().mean, std::log(100.0)));
    CHECK(s.nll().error < 1e-6);
}

TEST_CASE("mean and standard error of the negative log-likelihood") {
    Scorer s(2, ops());
    const float even[] = {0, 0}, sure[] = {0, std::log(3.0f)};
    s.add(even, 0, nullptr);  // log 2
    s.add(sure, 1, nullptr);  // log 4/3
    const double a = std::log(2.0), b = std::log(4.0 / 3);
    CHECK(near(s.nll().mean, (a + b) / 2));
    CHECK(near(s.nll().error, (a - b) / 2));  // sd of two / sqrt(2)
}

TEST_CASE("divergence: zero from itself, the textbook value from another") {
    Rng rng(seed() ^ 2);
    Scorer same(500, ops());
    for (int i = 0; i < 20; i++) {
        const auto row = random_row(rng, 500, 4);
        same.add(row.data(), 3, row.data());
    }
    CHECK(same.kld().mean == 0);
    CHECK(same.kld_quantile(1) == 0);
    CHECK(same.top1_agree() == 1);

    // Base (1/2, 1/2), model (1/4, 3/4): KLD = 1/2 log 2 + 1/2 log 2/3.
    Scorer s(2, ops());
    const float base[] = {1, 1}, model[] = {0, std::log(3.0f)};
    s.add(model, 0, base);
    CHECK(near(s.kld().mean, 0.5 * std::log(2.0) + 0.5 * std::log(2.0 / 3)));
    CHECK(s.top1_agree() == 0);
    s.add(base, 0, base);
    s.add(base, 0, base);
    CHECK(near(s.top1_agree(), 2.0 / 3));
    CHECK(s.kld_quantile(0.5) == 0);
    CHECK(s.kld_quantile(1) > 0.14);
    CHECK(near(s.kld_quantile(0.75), s.kld_quantile(1) / 2));  // halfway between the last two
}

TEST_CASE("a token that the base excludes adds nothing") {
    Scorer s(2, ops());
    const float base[] = {0, -1e30f}, model[] = {0, 0};
    s.add(model, 0, base);
    CHECK(near(s.kld().mean, std::log(2.0)));
}

TEST_CASE("utf8_error finds the first wrong byte") {
    const std::pair<std::string, size_t> table[] = {
        {"", std::string::npos},
        {"plain", std::string::npos},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", std::string::npos},
        {"\xf4\x8f\xbf\xbf", std::string::npos},  // U+10FFFF
        {"ab\xff", 2},
        {"a\x80", 1},             // no lead
        {"\xc1\xbf", 0},          // overlong
        {"\xe0\x9f\xbf", 0},      // overlong
        {"\xed\xa0\x80", 0},      // a surrogate
        {"\xf4\x90\x80\x80", 0},  // beyond U+10FFFF
        {"abc\xe2\x82", 3},       // cut
        {"\xe2\x82", 0},          // cut
        {"\xf0\x9f\x98", 0},      // cut
        {std::string("a\0b", 3), std::string::npos},
    };
    for (const auto& row : table) {
        const auto& [text, at] = row;
        CAPTURE(row.first);
        CHECK(utf8_error(text) == at);
    }
}

TEST_CASE("thread_count takes auto and whole numbers only") {
    CHECK(thread_count("auto") == 0);
    CHECK(thread_count("1") == 1);
    CHECK(thread_count("1024") == 1024);
    for (const char* bad : {"0", "-1", "1025", "", "2x", "x", " 2", "99999999999999999999"})
        CHECK_THROWS_AS(thread_count(bad), Failure);
}

TEST_CASE("a file of logits gives back its rows and refuses what is not its own") {
    const test::TempDir dir;
    const std::string path = dir.path("logits");
    Rng rng(seed() ^ 3);
    LogitsHeader header;
    header.vocab = 33, header.context = 8, header.rows = 5, header.tokens_xxh3 = 42;
    std::vector<std::vector<float>> rows;
    for (int i = 0; i < 5; i++) rows.push_back(random_row(rng, 33, 1));
    {
        LogitsWriter writer(path, header);
        for (int i = 0; i < 4; i++) writer.add(rows[size_t(i)].data());
        CHECK_THROWS_AS(writer.finish(), Failure);  // a row is missing
        CHECK_FALSE(std::filesystem::exists(path));
    }
    CHECK(std::filesystem::is_empty(dir.path("")));
    {
        LogitsWriter writer(path, header);
        for (const auto& row : rows) writer.add(row.data());
        CHECK_THROWS_AS(writer.add(rows[0].data()), Failure);  // one too many
        writer.finish();
    }
    LogitsReader reader(path, header);
    for (const auto& row : rows) CHECK(std::memcmp(reader.next(), row.data(), 33 * 4) == 0);
    CHECK_THROWS_AS(reader.next(), Failure);

    for (uint64_t LogitsHeader::*field : {&LogitsHeader::rows, &LogitsHeader::tokens_xxh3}) {
        LogitsHeader other = header;
        other.*field += 1;
        CHECK_THROWS_AS(LogitsReader(path, other), Failure);
    }
    for (uint32_t LogitsHeader::*field : {&LogitsHeader::vocab, &LogitsHeader::context}) {
        LogitsHeader other = header;
        other.*field += 1;
        CHECK_THROWS_AS(LogitsReader(path, other), Failure);
    }
    test::write_file(path, "not logits");
    CHECK_THROWS_AS(LogitsReader(path, header), Failure);
    CHECK_THROWS_AS(LogitsReader(dir.path("none"), header), Failure);
}
