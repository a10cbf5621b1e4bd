// The encoder: exact against searches that share nothing with it, and what it promises of rows.
#include <cmath>
#include <cstring>
#include <vector>

#include "runtime/base/half.hpp"
#include "simd/codecs/pvq/layout.hpp"
#include "simd/codecs/pvq/search.hpp"
#include "tests/simd/encoded.hpp"

using namespace gosset;
using namespace gosset::pvq;
using test::Encoded;
using test::normals;
using test::relative_error;

namespace {

struct Member {
    const char* name;
    double mse, bits;  ///< at most, on N(0,1) in rows of 4096
};
constexpr Member kMembers[] = {{"pvq2", .1075, 2.01}, {"pvq3", .0279, 3.01}, {"pvq4", .0069, 4.01}};

Target random_target(Rng& rng, bool weighted) {
    Target t;
    for (int i = 0; i < 8; i++) {
        t.x[i] = rng.normal() * (rng.below(20) ? 1.0f : 5.0f);
        t.w[i] = weighted ? float(0.02 + 3 * rng.uniform() * rng.uniform()) : 1.0f;
    }
    t.measure();
    return t;
}

double error_of(const Target& t, double gain, const int y[8]) {
    double error = 0;
    for (int i = 0; i < 8; i++) {
        const double d = double(t.x[i]) - gain * y[i];
        error += double(t.w[i]) * d * d;
    }
    return error;
}

/// The least error over all y with sum |y| = k, by dynamic programming over the pulses spent.
double least_error(const Target& t, double gain, int k) {
    std::vector<double> cost(size_t(k) + 1, 1e300);
    cost[0] = 0;
    for (int i = 0; i < 8; i++) {
        std::vector<double> next(size_t(k) + 1, 1e300);
        for (int spent = 0; spent <= k; spent++)
            for (int here = 0; here <= spent; here++) {
                const double d = std::fabs(double(t.x[i])) - gain * here;
                double& to = next[size_t(spent)];
                to = std::min(to, cost[size_t(spent - here)] + double(t.w[i]) * d * d);
            }
        cost = next;
    }
    return cost[size_t(k)];
}

template <int K>
void check_search(std::vector<float> table) {
    const uint32_t n = uint32_t(table.size());
    const Gains gains(table.data(), n);
    Rng rng(test::seed() + K);
    for (int round = 0; round < 1000; round++) {
        const Target t = random_target(rng, round % 2);
        double least = 1e300;
        for (float gain : table)
            if (gain > 0) least = std::min(least, least_error(t, double(gain), K));
        Found found;
        search<K>(t, gains, found);
        int sum = 0;
        for (int v : found.y) sum += std::abs(v);
        REQUIRE(sum == K);
        REQUIRE(found.gain < n);
        const double error = error_of(t, double(table[found.gain]), found.y);
        CHECK(error <= least * (1 + 1e-5));
        CHECK(std::fabs(error - double(found.error)) <= 1e-4 * error);
    }
}

}  // namespace

TEST_CASE("the search finds the nearest point of all gains") {
    check_search<6>({0.73f, 1.12f});
    check_search<13>({0.31f, 0.43f, 0.55f, 0.69f});
    check_search<25>(
        {0.12f, 0.15f, 0.18f, 0.2f, 0.22f, 0.24f, 0.26f, 0.28f, 0.3f, 0.32f, 0.35f, 0.39f, 0.45f});
    check_search<6>({1.12f, 0.0f, 0.73f, 0.0f});  // unsorted, with entries that scale nothing
}

TEST_CASE("the error on Gaussian rows is what the pyramid promises") {
    const size_t cols = 2048;
    const std::vector<float> x = normals(64 * cols, test::seed());
    for (const Member& m : kMembers) {
        CAPTURE(m.name);
        CHECK(relative_error(x, Encoded(m.name, x, cols).decoded) < m.mse);
        const Codec& codec = *find_codec(m.name, std::strlen(m.name));
        CHECK(8 * (double(codes_size(codec, 16, 4096)) + 16 * 2) / (16 * 4096) < m.bits);
    }
}

// Their groups follow other laws than the fixed table's: the gains must be fitted.
TEST_CASE("rows that are not Gaussian get their own gains") {
    const size_t cols = 1024;
    std::vector<float> x = normals(32 * cols, test::seed() + 1);
    Rng rng(test::seed() + 2);
    for (size_t g = 0; g < x.size(); g += 8) {
        const float size = rng.below(2) ? 0.4f : 2.0f;
        for (size_t i = g; i < g + 8; i++) x[i] *= size;
    }
    const std::vector<float> gaussian = normals(64 * cols, test::seed() + 3);
    for (const Member& m : kMembers) {
        CAPTURE(m.name);
        const Encoded fixed(m.name, gaussian, cols), own(m.name, x, cols);
        const Encoded foreign(m.name, x, cols, nullptr, &fixed.tables);
        CHECK(relative_error(x, own.decoded) < 0.9 * relative_error(x, foreign.decoded));
    }
}

TEST_CASE("the encoder's bytes do not depend on the machine") {
    const size_t cols = 320;
    std::vector<float> x = normals(32 * cols, 20241016), importance = normals(cols, 5);
    for (float& w : importance) w = w * w + 0.1f;
    for (size_t i = 0; i < x.size(); i += 97) x[i] *= 9;
    test::Hash hash;
    for (const Member& m : kMembers) {
        const float* const none = nullptr;
        for (const float* w : {none, static_cast<const float*>(&importance[0])}) {
            const Encoded e(m.name, x, cols, w);
            hash.mix(e.tables.scale, sizeof e.tables.scale);
            hash.mix(e.panels.data(), e.panels.size());
            hash.mix(e.row_scales.data(), e.row_scales.size() * 2);
        }
    }
    CHECK(hash.value == 11925198097977857853u);
}
