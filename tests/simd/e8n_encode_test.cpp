// The e8n encoder: its error on Gaussian rows, what it does with outliers and with values that no
// model should have, and its bytes, which are the same on every machine.
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "runtime/base/half.hpp"
#include "runtime/base/rng.hpp"
#include "simd/codec.hpp"
#include "simd/encoder.hpp"
#include "tests/support/support.hpp"

using namespace gosset;

namespace {

struct Member {
    const char* name;
    double mse;   ///< bound on N(0,1)
    double bits;  ///< with everything, at rows of 4096
};
constexpr Member kMembers[] = {
    {"e8n2", 0.0985, 2.13}, {"e8n3", 0.0228, 3.13}, {"e8n4", 0.00545, 4.13}};

/// A matrix, encoded with the table fitted to it and decoded by the reference.
struct Encoded {
    std::vector<uint8_t> panels;
    std::vector<uint16_t> row_scales;
    std::vector<float> decoded;
    Tables tables;

    Encoded(const char* name, const std::vector<float>& rows, size_t cols,
            const float* importance = nullptr, const Tables* own_tables = nullptr) {
        const Codec& codec = *find_codec(name, std::strlen(name));
        const Encoder& encoder = *find_encoder(codec);
        const size_t n = rows.size() / cols;
        panels.resize(codes_size(codec, n, cols));
        row_scales.resize(n);
        decoded.resize(rows.size());
        if (own_tables)
            tables = *own_tables;
        else
            encoder.fit(codec, rows.data(), n, cols, tables);
        const size_t stride = panels.size() / (n / 16);
        for (size_t r = 0; r < n; r += 16)
            encoder.encode_rows(codec, &rows[r * cols], cols, importance, tables,
                                &panels[r / 16 * stride], &row_scales[r]);
        const Weights w = {panels.data(), row_scales.data(), tables.scale,
                           nullptr,       uint32_t(n / 16),  uint32_t(cols / 32)};
        for (size_t r = 0; r < n; ++r)
            codec.reference->decode_row(w, uint32_t(r), &decoded[r * cols]);
    }
};

double relative_error(const std::vector<float>& x, const std::vector<float>& y,
                      const float* weights = nullptr, size_t cols = 1) {
    double error = 0, energy = 0;
    for (size_t i = 0; i < x.size(); ++i) {
        const double w = weights ? double(weights[i % cols]) : 1, e = double(x[i]) - double(y[i]);
        error += w * e * e, energy += w * double(x[i]) * double(x[i]);
    }
    return error / energy;
}

std::vector<float> normals(size_t n, uint64_t seed) {
    std::vector<float> x(n);
    Rng(seed).normals(x.data(), n);
    return x;
}

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
    uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
    const auto mix = [&](const void* p, size_t n) {
        for (size_t i = 0; i < n; ++i)
            hash = (hash ^ static_cast<const uint8_t*>(p)[i]) * 0x100000001b3u;
    };
    for (const Member& m : kMembers) {
        const Encoded tame(m.name, normals(16 * cols, 11), cols);
        const float* const none = nullptr;
        for (const float* w : {none, static_cast<const float*>(&importance[0])}) {
            const Encoded e(m.name, x, cols, w, &tame.tables);
            mix(e.tables.scale, sizeof e.tables.scale);
            mix(e.panels.data(), e.panels.size());
            mix(e.row_scales.data(), e.row_scales.size() * 2);
        }
    }
    CHECK(hash == 264944589663515726u);
}
