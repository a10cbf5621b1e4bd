// The higgs grids and codes: the bytes, the symmetries that codes name, the grids made for N(0,1),
// and the encoder against a search over every code. every_kernel_test has the shapes.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <vector>

#include "runtime/base/half.hpp"
#include "runtime/base/rng.hpp"
#include "simd/codecs/higgs/grids.hpp"
#include "simd/codecs/higgs/layout.hpp"
#include "tests/simd/encoded.hpp"

using namespace gosset;
using namespace gosset::higgs;
using test::normals;

namespace {

constexpr struct {
    const char* name;
    double mse;   ///< bound on N(0,1)
    double bits;  ///< with everything, at 1024 rows of 4096
} kMember[] = {{"higgs2", 0.0985, 2.01},
               {"higgs2.5", 0.0505, 2.51},
               {"higgs3", 0.0300, 3.01},
               {"higgs3.25", 0.0197, 3.26},
               {"higgs4", 0.0080, 4.01}};

const Codec& codec_of(Member m) {
    const char* name = kMember[size_t(m)].name;
    const Codec* codec = find_codec(name, std::strlen(name));
    REQUIRE(codec);
    return *codec;
}

template <class F>
void for_members(F f) {
    f.template operator()<Member::b2>(), f.template operator()<Member::b2h>();
    f.template operator()<Member::b3>(), f.template operator()<Member::b3q>();
    f.template operator()<Member::b4>();
}

/// The tables that the encoder gives every tensor.
template <Member m>
Tables fitted() {
    Tables t;
    find_encoder(codec_of(m))->fit(codec_of(m), nullptr, 0, 0, t);
    return t;
}

/// A row block, encoded and decoded by the reference.
template <Member m>
struct Encoded : test::Encoded {
    Encoded(const std::vector<float>& x, size_t cols, const float* importance = nullptr)
        : test::Encoded(kMember[size_t(m)].name, x, cols, importance) {}
};

}  // namespace

TEST_CASE("the worked example of the README") {
    // Row 3, group 1 is byte lane 13; columns 8 .. 11 are half 0.
    const Tables tables = fitted<Member::b2>();
    uint8_t panel[Layout<Member::b2>::kPanelBytes] = {};
    panel[13] = 0xa5;  // n0, n2, i = 5: n3 = 1 ^ 0 ^ 1 = 0
    CHECK(get_code<Member::b2>(panel, 13, 0) == 0xa5);
    const uint16_t scales[kPanelRows] = {0, 0, 0, f32_to_f16(0.02f)};
    const Weights w = {panel, scales, tables.scale, tables.params, 1, 1};
    float row[kPanelCols];
    codec_of(Member::b2).reference->decode_row(w, 3, row);
    const float levels[] = {38, 44, -56, 45};
    for (size_t t = 0; t < 4; ++t)
        CHECK(row[8 + t] == f16_to_f32(scales[3]) * (tables.scale[0] * levels[t]));
    CHECK(std::fabs(row[8] - 0.014912f) < 1e-6f);
}

TEST_CASE("codes fill panels: every bit of a panel is one bit of one code") {
    Rng rng(test::seed());
    for_members([&]<Member m>() {
        for (int round = 0; round < 50; ++round) {
            uint8_t panel[Layout<m>::kPanelBytes], again[Layout<m>::kPanelBytes] = {};
            for (uint8_t& b : panel) b = uint8_t(rng.next());
            for (uint32_t k = 0; k < 128; ++k) {
                const uint32_t code = get_code<m>(panel, k / 2, k % 2);
                REQUIRE(code < 1u << Layout<m>::kCodeBits);
                put_code<m>(again, k / 2, k % 2, code);
            }
            CHECK(std::memcmp(panel, again, sizeof panel) == 0);
        }
    });
}

TEST_CASE("every code is a point of its own, and the points are symmetric") {
    for_members([&]<Member m>() {
        const Tables t = fitted<m>();
        std::set<uint32_t> points;
        for (uint32_t code = 0; code < 1u << Layout<m>::kCodeBits; ++code) {
            int8_t level[4];
            decode_code<m>(t.params, code, level);
            uint32_t key;
            std::memcpy(&key, level, 4);
            points.insert(key);
        }
        INFO(kMember[size_t(m)].name);
        CHECK(points.size() == size_t(1) << Layout<m>::kCodeBits);
        size_t missing = 0;
        for (uint32_t key : points) {
            int8_t level[4];
            std::memcpy(level, &key, 4);
            for (int8_t& v : level) v = int8_t(-v);
            std::memcpy(&key, level, 4);
            missing += points.count(key) == 0;
        }
        CHECK(missing == 0);
        if (m == Member::b4)  // what the search relies on
            for (uint32_t i = 0; i < Layout<m>::kParams; ++i) CHECK(int8_t(t.params[i]) >= 0);
    });
}

TEST_CASE("the error on Gaussian rows is that of the grids") {
    const size_t cols = 4096;
    const std::vector<float> x = normals(kPanelRows * cols, test::seed() + 1);
    for_members([&]<Member m>() {
        const Encoded<m> e(x, cols);
        double error = 0, energy = 0;
        for (size_t i = 0; i < x.size(); ++i) {
            const double d = double(e.decoded[i]) - double(x[i]);
            error += d * d, energy += double(x[i]) * double(x[i]);
        }
        INFO(kMember[size_t(m)].name << ": " << error / energy);
        CHECK(error / energy < 1.02 * kMember[size_t(m)].mse);
        const double bytes =
            double(codes_size(codec_of(m), 1024, cols)) + 2 * 1024 + 64 + codec_of(m).params_bytes;
        CHECK(8 * bytes / (1024.0 * double(cols)) < kMember[size_t(m)].bits);
    });
}

TEST_CASE("the encoder finds what a search over every code finds") {
    const size_t cols = 96;
    std::vector<float> x = normals(kPanelRows * cols, test::seed() + 2), w(cols);
    Rng rng(test::seed() + 3);
    for (size_t i = 0; i < x.size(); i += 1 + rng.below(200)) x[i] *= 4;
    for (float& v : w) v = rng.below(8) ? float(rng.uniform() * rng.uniform()) * 9 : 0.0f;
    for_members([&]<Member m>() {
        const float* const none = nullptr;
        for (const float* importance : {none, static_cast<const float*>(w.data())}) {
            const Encoded<m> e(x, cols, importance);
            size_t worse = 0;
            for (size_t i = rng.below(8) * 4; i < x.size(); i += 32) {
                const size_t row = i / cols, c = i % cols;
                const double unit =
                    double(f16_to_f32(e.row_scales[row])) * double(e.tables.scale[0]);
                double found = 0, least = 1e30, size = 0;
                for (size_t t = 0; t < 4; ++t) {
                    const double d = double(x[i + t]) - double(e.decoded[i + t]);
                    const double weight = importance ? double(w[c + t]) : 1;
                    found += weight * d * d, size += weight * double(x[i + t] * x[i + t]);
                }
                for (uint32_t code = 0; code < 1u << Layout<m>::kCodeBits; ++code) {
                    int8_t level[4];
                    decode_code<m>(e.tables.params, code, level);
                    double error = 0;
                    for (size_t t = 0; t < 4; ++t) {
                        const double d = double(x[i + t]) - unit * double(level[t]);
                        error += (importance ? double(w[c + t]) : 1) * d * d;
                    }
                    least = std::min(least, error);
                }
                worse += found > least + 1e-5 * (size + least);
            }
            INFO(kMember[size_t(m)].name << (importance ? ", weighted" : ""));
            CHECK(worse == 0);
        }
    });
}

TEST_CASE("rows unlike N(0,1) get a scale that serves them") {
    const size_t cols = 1024;
    std::vector<float> x = normals(kPanelRows * cols, test::seed() + 4);
    for (size_t i = 0; i < x.size(); i += 64) x[i] *= 12;  // heavy tails: the energy is in a few
    for_members([&]<Member m>() {
        const Encoded<m> e(x, cols);
        const Tables& t = e.tables;
        for (uint32_t r = 0; r < kPanelRows; ++r) {
            // Least squares: no multiple of the decoded row is nearer to the row.
            double product = 0, norm = 0;
            for (size_t c = 0; c < cols; ++c) {
                const double y = double(e.decoded[r * cols + c]);
                product += y * double(x[r * cols + c]), norm += y * y;
            }
            INFO(kMember[size_t(m)].name << ", row " << r << ", unit " << t.scale[0]);
            CHECK(std::fabs(product / norm - 1) < 0.06);
        }
    });
}

TEST_CASE("the bytes do not depend on the machine") {
    const size_t cols = 320;
    std::vector<float> x = normals(kPanelRows * cols, 241117525), importance = normals(cols, 5);
    for (float& w : importance) w = w * w + 0.1f;
    for (size_t i = 0; i < x.size(); i += 97) x[i] *= 9;
    test::Hash hash;
    for_members([&]<Member m>() {
        const float* const none = nullptr;
        for (const float* w : {none, static_cast<const float*>(importance.data())}) {
            const Encoded<m> e(x, cols, w);
            hash.mix(e.tables.params, Layout<m>::kParams);
            hash.mix(e.panels.data(), e.panels.size());
            hash.mix(e.row_scales.data(), 2 * e.row_scales.size());
        }
    });
    CHECK(hash.value == 10581142572780710648u);
}
