// What every encoder of the registry owes: bounded error, the same bytes always, finite scales and
// no surprise on inputs that no model should have.
#include "simd/encoder.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "runtime/base/half.hpp"
#include "runtime/base/rng.hpp"
#include "tests/support/support.hpp"

using namespace gosset;

namespace {

constexpr size_t kCols = 512, kBlocks = kCols / kPanelCols;

struct Encoded {
    std::vector<uint8_t> panels;
    std::vector<uint16_t> row_scales = std::vector<uint16_t>(kPanelRows);
    Tables tables;

    std::vector<float> row(const Codec& c, uint32_t r) const {
        const Weights w = {panels.data(),    row_scales.data(), tables.scale, tables.params, 1,
                           uint32_t(kBlocks)};
        std::vector<float> out(kCols);
        c.reference->decode_row(w, r, out.data());
        return out;
    }
};

std::vector<float> normal_rows(uint64_t seed) {
    std::vector<float> rows(kPanelRows * kCols);
    Rng rng(seed);
    rng.normals(rows.data(), rows.size());
    return rows;
}

Encoded encode(const Codec& c, const std::vector<float>& rows, const float* importance = nullptr,
               const std::vector<float>* sample = nullptr) {
    const Encoder& encoder = *find_encoder(c);
    const std::vector<float>& fit = sample ? *sample : rows;
    Encoded e;
    e.panels.assign(kBlocks * c.panel_bytes, 0xa5);  // an encoder sets every byte
    if (encoder.fit) encoder.fit(c, fit.data(), fit.size() / kCols, kCols, e.tables);
    encoder.encode_rows(c, rows.data(), kCols, importance, e.tables, e.panels.data(),
                        e.row_scales.data());
    return e;
}

/// Squared error of columns [begin, end) relative to the square of all of them.
double relative_error(const Codec& c, const std::vector<float>& rows, const Encoded& e,
                      size_t begin = 0, size_t end = kCols) {
    double error = 0, size = 0;
    for (uint32_t r = 0; r < kPanelRows; r++) {
        const std::vector<float> w = e.row(c, r);
        for (size_t i = begin; i < end; i++) {
            const double x = double(rows[r * kCols + i]), d = double(w[i]) - x;
            error += d * d, size += x * x;
        }
    }
    return size > 0 ? error / size : error;
}

/// 4.5 dB above Shannon at the nominal rate, and the 1e-5 that side information costs 8-bit codes.
double bound(const Codec& c) {
    return 2.82 * std::exp2(-2.0 * double(c.nominal_bits)) + 1e-5;
}

}  // namespace

TEST_CASE("error on normal numbers is what the rate allows") {
    const auto rows = normal_rows(test::seed());
    // A tensor's sample has hundreds of rows; with 16 others alone, one outlier beyond their reach
    // is most of the error of 8 bits.
    auto sample = normal_rows(test::seed() + 1);
    sample.insert(sample.end(), rows.begin(), rows.end());
    for (const Codec* c : all_codecs()) {
        const double error = relative_error(*c, rows, encode(*c, rows, nullptr, &sample));
        INFO(c->name << ": " << error);
        CHECK(error < bound(*c));
    }
}

TEST_CASE("rows of any size cost the same relative error") {
    const auto rows = normal_rows(test::seed() + 2);
    for (const Codec* c : all_codecs()) {
        if (c->scale == ScaleKind::none) continue;
        const double plain = relative_error(*c, rows, encode(*c, rows));
        for (float factor : {1e-3f, 0.02f, 7.0f, 3000.0f}) {
            std::vector<float> scaled = rows;
            for (float& x : scaled) x *= factor;
            const double error = relative_error(*c, scaled, encode(*c, scaled));
            INFO(c->name << " times " << factor << ": " << error << ", at 1: " << plain);
            CHECK(error < 1.1 * plain);
        }
    }
}

TEST_CASE("the same input gives the same bytes, whatever lay in the output") {
    const auto rows = normal_rows(test::seed() + 3);
    for (const Codec* c : all_codecs()) {
        const Encoded a = encode(*c, rows), again = encode(*c, rows);
        Encoded b = a;
        std::fill(b.panels.begin(), b.panels.end(), uint8_t(0xff));
        find_encoder(*c)->encode_rows(*c, rows.data(), kCols, nullptr, b.tables, b.panels.data(),
                                      b.row_scales.data());
        INFO(c->name);
        CHECK(a.panels == b.panels);
        CHECK(a.row_scales == b.row_scales);
        CHECK(std::memcmp(&a.tables, &again.tables, sizeof a.tables) == 0);
    }
}

TEST_CASE("zeros stay zeros") {
    auto rows = normal_rows(test::seed() + 4);
    const auto sample = rows;
    for (size_t i = 3 * kCols; i < 4 * kCols; i++) rows[i] = 0;
    for (const Codec* c : all_codecs())
        for (float w : encode(*c, rows, nullptr, &sample).row(*c, 3)) {
            INFO(c->name);
            CHECK(w == 0.0f);
        }
    const std::vector<float> nothing(kPanelRows * kCols);
    for (const Codec* c : all_codecs()) {
        const Encoded e = encode(*c, nothing);
        for (float t : e.tables.scale) CHECK(std::isfinite(t));
        CHECK(relative_error(*c, nothing, e) == 0);
    }
}

TEST_CASE("importance moves the error to where it matters less") {
    const auto rows = normal_rows(test::seed() + 5);
    std::vector<float> importance(kCols, 0.01f);
    for (size_t i = 0; i < kCols; i++)
        if (i % 32 < 12) importance[i] = 10;  // of each block one 8-group and half of another
    for (const Codec* c : all_codecs()) {
        if (c->scale == ScaleKind::none) continue;
        const Encoded plain = encode(*c, rows), weighted = encode(*c, rows, importance.data());
        double before = 0, after = 0;
        for (size_t b = 0; b < kCols; b += 32) {
            before += relative_error(*c, rows, plain, b, b + 12);
            after += relative_error(*c, rows, weighted, b, b + 12);
        }
        INFO(std::string(c->name) << ": " << before << " to " << after);
        // With one scale a row and equal weights inside a tuple there is little to move.
        CHECK(after < before * (c->scale == ScaleKind::row ? 1.05 : 1.0));
    }
}

TEST_CASE("an outlier costs its own row only a little, and others nothing") {
    auto rows = normal_rows(test::seed() + 6);
    const auto sample = rows;
    rows[5 * kCols + 77] = 60.0f;
    for (const Codec* c : all_codecs()) {
        if (c->scale == ScaleKind::none) continue;
        const Encoded e = encode(*c, rows, nullptr, &sample);
        const Encoded without = encode(*c, sample, nullptr, &sample);
        INFO(c->name);
        CHECK(std::memcmp(e.row(*c, 4).data(), without.row(*c, 4).data(), kCols * 4) == 0);
        double error = 0, size = 0;
        const std::vector<float> w = e.row(*c, 5);
        for (size_t i = 0; i < kCols; i++) {
            const double x = double(rows[5 * kCols + i]), d = double(w[i]) - x;
            error += d * d, size += x * x;
        }
        CHECK(error < 0.9 * size);
    }
}

TEST_CASE("numbers that no model should have do no harm") {
    constexpr float inf = std::numeric_limits<float>::infinity();
    for (const Codec* c : all_codecs()) {
        if (c->scale == ScaleKind::none) continue;
        for (float bad :
             {1e30f, -1e38f, 1e-30f, 1e-44f, inf, -inf, std::numeric_limits<float>::quiet_NaN()}) {
            auto rows = normal_rows(test::seed() + 7);
            rows[100] = bad;
            for (size_t i = 2 * kCols; i < 3 * kCols; i++) rows[i] = bad;
            const Encoded e = encode(*c, rows);
            INFO(c->name << " with " << bad);
            for (uint16_t s : e.row_scales) CHECK((s & 0x7c00) != 0x7c00);
            for (float t : e.tables.scale) CHECK((std::isfinite(t) && t >= 0));
            for (uint32_t r = 0; r < kPanelRows; r++)
                for (float w : e.row(*c, r)) CHECK(std::isfinite(w));
        }
    }
}

TEST_CASE("plain types keep what they can hold and saturate the rest") {
    const float values[] = {0.0f,     -0.0f, 1.0f,  -2.5f, 65504.0f, 65519.0f,
                            65520.0f, -1e6f, 6e-8f, 1e-9f, 3.4e38f,  -3.4e38f};
    std::vector<float> rows(kPanelRows * kCols);
    for (size_t i = 0; i < rows.size(); i++) rows[i] = values[i % std::size(values)];
    for (const char* name : {"f32", "f16", "bf16"}) {
        const Codec* c = find_codec(name, std::strlen(name));
        if (!c) continue;  // not in this build
        const Encoded e = encode(*c, rows);
        for (uint32_t r = 0; r < kPanelRows; r++) {
            const std::vector<float> w = e.row(*c, r);
            for (size_t i = 0; i < kCols; i++) {
                const float x = rows[r * kCols + i];
                float expected = x;
                if (!std::strcmp(name, "f16")) {
                    expected = f16_to_f32(f32_to_f16(x));
                    if (std::isinf(expected)) expected = std::copysign(65504.0f, x);
                }
                if (!std::strcmp(name, "bf16")) {
                    expected = bf16_to_f32(f32_to_bf16(x));
                    if (std::isinf(expected)) expected = std::copysign(0x1.fep127f, x);
                }
                INFO(name << " of " << x);
                CHECK(std::memcmp(&w[i], &expected, 4) == 0);
            }
        }
    }
}
