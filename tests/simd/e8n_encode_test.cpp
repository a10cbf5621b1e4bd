// The e8n encoder: its error on Gaussian rows, what it does with outliers and with values that no
// model should have, and its bytes, which are the same on every machine.
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "runtime/base/half.hpp"
#include "tests/simd/encoded.hpp"

using namespace gosset;
using test::Encoded;
using test::normals;
using test::relative_error;

namespace {

struct Member {
    const char* name;
    double mse;   ///< bound on N(0,1)
    double bits;  ///< with everything, at rows of 4096
};
constexpr Member kMembers[] = {
    {"e8n2", 0.0985, 2.13}, {"e8n3", 0.0228, 3.13}, {"e8n4", 0.00545, 4.13}};

}  // namespace

TEST_CASE("the error on Gaussian rows is what the lattice promises") {
    const size_t cols = 2048;
    const std::vector<float> x = normals(64 * cols, test::seed());
    for (const Member& m : kMembers) {
        CAPTURE(m.name);
        CHECK(relative_error(x, Encoded(m.name, x, cols).decoded) < m.mse);
        const Codec& codec = *find_codec(m.name, std::strlen(m.name));
        CHECK(8 * (double(codes_size(codec, 16, 4096)) + 16 * 2) / (16 * 4096) < m.bits);
    }
}

TEST_CASE("importance moves the error to where it counts less") {
    const size_t cols = 1024;
    const std::vector<float> x = normals(32 * cols, test::seed() + 1);
    std::vector<float> importance(cols);
    Rng rng(test::seed() + 2);
    for (float& w : importance) w = float(0.05 + 4 * rng.uniform() * rng.uniform());
    for (const Member& m : kMembers) {
        CAPTURE(m.name);
        const Encoded plain(m.name, x, cols), weighted(m.name, x, cols, importance.data());
        const double before = relative_error(x, plain.decoded, importance.data(), cols);
        CHECK(relative_error(x, weighted.decoded, importance.data(), cols) < 0.95 * before);
    }
}

// Codes that wrapped would point away from x: an error far above the energy of their group. The
// table of Gaussian rows covers none of these blocks.
TEST_CASE("outliers are clamped, never wrapped") {
    const size_t cols = 2048;
    const std::vector<float> gaussian = normals(16 * cols, 7);
    for (const Member& m : kMembers) {
        const Encoded tame(m.name, gaussian, cols);
        for (float size : {4.0f, 8.0f, 16.0f, 64.0f, 1000.0f}) {
            CAPTURE(m.name);
            CAPTURE(size);
            std::vector<float> x = gaussian;
            Rng rng(test::seed() + uint64_t(size));
            for (int k = 0; k < 200; ++k) x[rng.below(uint32_t(x.size()))] *= size;
            const Encoded e(m.name, x, cols, nullptr, &tame.tables);
            long wrapped = 0;
            for (size_t at = 0; at < x.size(); at += 8) {
                const float row_scale = f16_to_f32(e.row_scales[at / cols]);
                // A clamped target is t x, 0 < t <= 1, and its point within beta of it.
                const double beta = 2 * double(tame.tables.scale[kScaleTable - 1] * row_scale);
                double error = 0, norm = 0;
                for (size_t i = at; i < at + 8; ++i) {
                    const double d = double(x[i]) - double(e.decoded[i]);
                    error += d * d, norm += double(x[i]) * double(x[i]);
                }
                wrapped += std::sqrt(error) > std::sqrt(norm) + beta * 1.0001;
            }
            CHECK(wrapped == 0);
            // With a table of its own the whole matrix comes out well.
            CHECK(relative_error(x, Encoded(m.name, x, cols).decoded) < 2.5 * m.mse);
        }
    }
}

TEST_CASE("rows that are zero, tiny, huge or not finite stay in bounds") {
    const size_t cols = 64;
    const float inf = std::numeric_limits<float>::infinity();
    std::vector<float> x = normals(16 * cols, 9);
    const auto row = [&](size_t r) { return &x[r * cols]; };
    for (size_t c = 0; c < cols; ++c) {
        row(0)[c] = 0;
        row(1)[c] *= 1e-6f;
        row(2)[c] *= 1e-30f;
        row(3)[c] *= 1e30f;
        row(4)[c] *= 1e4f;
        row(5)[c] = 1;
        row(6)[c] = c == 17 ? 1.0f : 0.0f;
        row(7)[c] = c % 2 ? 3.0f : -3.0f;
    }
    row(8)[3] = inf, row(9)[4] = -inf, row(10)[5] = std::nanf("");
    for (const Member& m : kMembers) {
        CAPTURE(m.name);
        const Encoded e(m.name, x, cols);
        for (float v : e.decoded) REQUIRE(std::isfinite(v));
        for (size_t r : {size_t(0), size_t(2)})
            for (size_t c = 0; c < cols; ++c) CHECK(e.decoded[r * cols + c] == 0);
        for (size_t r : {1, 4, 5, 6, 7, 11, 12}) {
            CAPTURE(r);
            const std::vector<float> in(row(r), row(r) + cols);
            const std::vector<float> out(&e.decoded[r * cols], &e.decoded[r * cols] + cols);
            CHECK(relative_error(in, out) < 4 * m.mse);
        }
    }
}

TEST_CASE("the bytes do not depend on the machine") {
    const size_t cols = 320;
    std::vector<float> x = normals(32 * cols, 20250219), importance = normals(cols, 5);
    for (float& w : importance) w = w * w + 0.1f;
    for (size_t i = 0; i < x.size(); i += 97) x[i] *= 9;
    test::Hash hash;
    for (const Member& m : kMembers) {
        const Encoded tame(m.name, normals(16 * cols, 11), cols);
        const float* const none = nullptr;
        for (const float* w : {none, static_cast<const float*>(&importance[0])}) {
            const Encoded e(m.name, x, cols, w, &tame.tables);
            hash.mix(e.tables.scale, sizeof e.tables.scale);
            hash.mix(e.panels.data(), e.panels.size());
            hash.mix(e.row_scales.data(), e.row_scales.size() * 2);
        }
    }
    CHECK(hash.value == 264944589663515726u);
}
