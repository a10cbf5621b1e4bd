// Coset E8 itself: the lattice that the stored bits make, the wire, the exactness of the search and
// what the code is worth. every_kernel_test has the kernels, encoder_test what all encoders owe.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "simd/codecs/e8c/encode.hpp"
#include "tests/simd/encoded.hpp"

using namespace gosset;
using namespace gosset::e8c;

namespace {

/// Calls f.operator()<H>() for every rate.
template <class F>
void for_rates(F f) {
    f.template operator()<3>(), f.template operator()<4>(), f.template operator()<5>();
    f.template operator()<6>(), f.template operator()<7>(), f.template operator()<8>();
    f.template operator()<9>();
}

bool is_hamming(unsigned word) {  // every check of the extended code: a basis of its dual (itself)
    for (unsigned check : {0x17u, 0x2bu, 0x4du, 0x8eu})
        if (__builtin_popcount(word & check) % 2) return false;
    return true;
}

/// Whether E8's condition holds for indices m.
template <int H>
bool is_point(const uint8_t m[8]) {
    unsigned low = 0, next = 0;
    for (int j = 0; j < 8; ++j) {
        if (m[j] >= Layout<H>::kLevels) return false;
        low |= unsigned(m[j] & 1) << j, next |= unsigned(m[j] >> 1 & 1) << j;
    }
    if (Layout<H>::kHalf) return is_hamming(low);
    return (low == 0 || low == 255) && __builtin_popcount(next) % 2 == 0;
}

/// The least weighted squared error over all points: every pattern of low bits that is one, every
/// coordinate's best level with its bits, one by one.
template <int H>
double least_error(const int8_t* list, const float y[8], const float w[8]) {
    constexpr int period = Layout<H>::kHalf ? 2 : 4;
    double cost[8][4];
    for (int j = 0; j < 8; ++j)
        for (int k = 0; k < period; ++k) {
            cost[j][k] = 1e300;
            for (int m = k; m < Layout<H>::kLevels; m += period) {
                const double d = double(y[j]) - list[m];
                cost[j][k] = std::min(cost[j][k], double(w[j]) * d * d);
            }
        }
    double least = 1e300;
    for (unsigned bits = 0; bits < 512; ++bits) {  // 8 bits of each pattern, and the coset
        const unsigned pattern = bits & 255, coset = bits >> 8;
        if (Layout<H>::kHalf ? coset || !is_hamming(pattern) : __builtin_popcount(pattern) % 2)
            continue;
        double sum = 0;
        for (int j = 0; j < 8; ++j) {
            const unsigned bit = pattern >> j & 1;
            sum += cost[j][Layout<H>::kHalf ? bit : 2 * bit + coset];
        }
        least = std::min(least, sum);
    }
    return least;
}

}  // namespace

TEST_CASE("every byte is a point of the lattice, and comes back") {
    Rng rng(test::seed());
    for_rates([&]<int H>() {
        std::vector<uint8_t> panel(Layout<H>::kPanelBytes), back(panel.size());
        for (int round = 0; round < 20; ++round) {
            for (uint8_t& b : panel) b = uint8_t(rng.next());
            std::fill(panel.begin() + Layout<H>::kCodeBytes, panel.end(), uint8_t(0));
            std::fill(back.begin(), back.end(), uint8_t(0));
            long bad = 0;
            for (int lane = 0; lane < 64; ++lane) {
                uint8_t m[8];
                get_group<H>(panel.data(), lane, m);
                bad += !is_point<H>(m);
                put_group<H>(back.data(), lane, m);
            }
            CAPTURE(H);
            CHECK(bad == 0);
            CHECK(back == panel);  // so the map is one to one: 2^(4 H) points
        }
    });
}

TEST_CASE("the worked example of the README") {
    const uint8_t m[8] = {13, 19, 15, 17, 23, 9, 13, 23};  // c = 1, four m.1 are 1
    REQUIRE(is_point<8>(m));
    uint8_t panel[Layout<8>::kPanelBytes] = {};
    put_group<8>(panel, 4 * 3 + 1, m);
    CHECK(panel[13] == 0x96);
    CHECK(panel[64 + 13] == 0x87);
    CHECK(panel[128 + 13] == 0x4b);
    CHECK(panel[192 + 13] == 0xb6);
    const int8_t* list = gaussian_levels<8>().list;
    const int levels[8] = {-10, 14, -2, 6, 31, -27, -10, 31};
    for (int j = 0; j < 8; ++j) CHECK(list[m[j]] == levels[j]);
}

TEST_CASE("lists are ascending and their own mirror images") {
    for_rates([&]<int H>() {
        const Levels& levels = gaussian_levels<H>();
        for (int m = 0; m < Layout<H>::kLevels; ++m) {
            CHECK(levels.list[m] == -levels.list[Layout<H>::kLevels - 1 - m]);
            if (m) CHECK(levels.list[m] > levels.list[m - 1]);
        }
    });
}

TEST_CASE("the search is exact, also weighted, also on ties and beyond the levels") {
    Rng rng(test::seed() + 1);
    for_rates([&]<int H>() {
        const Levels& levels = gaussian_levels<H>();
        for (int round = 0; round < 400; ++round) {
            F4 y[8], w[8];
            for (int j = 0; j < 8; ++j)
                for (int g = 0; g < 4; ++g) {
                    const float v = rng.normal() * (round % 4 ? 45.0f : 300.0f);
                    y[j][g] = round % 3 ? v : std::floor(v * 2) / 2;  // where ties are
                    w[j][g] = round % 2 ? 1.0f : float(rng.uniform()) + 0.001f;
                }
            const F4 cost = nearest_cost<H>(levels.cells, y, w);
            uint8_t points[4][8];
            nearest_points<H>(levels.cells, y, w, points);
            for (int g = 0; g < 4; ++g) {
                float gy[8], gw[8];
                const uint8_t* m = points[g];
                for (int j = 0; j < 8; ++j) gy[j] = y[j][g], gw[j] = w[j][g];
                REQUIRE(is_point<H>(m));
                double error = 0;
                for (int j = 0; j < 8; ++j) {
                    const double d = double(gy[j]) - levels.list[m[j]];
                    error += double(gw[j]) * d * d;
                }
                const double least = least_error<H>(levels.list, gy, gw);
                CAPTURE(H);
                CHECK(error <= least * (1 + 1e-5) + 1e-6);
                CHECK(double(cost[g]) == doctest::Approx(least).epsilon(1e-3));
            }
        }
    });
}

TEST_CASE("bits and error on normal numbers are what the family promises") {
    const struct {
        const char* name;
        double bits, mse;  // all in, at rows of 4096
    } members[] = {{"e8c1.5", 1.51, 0.184},  {"e8c2", 2.14, 0.0880},   {"e8c2.5", 2.64, 0.0435},
                   {"e8c3", 3.14, 0.0213},   {"e8c3.5", 3.64, 0.0104}, {"e8c4", 4.14, 0.00525},
                   {"e8c4.5", 4.64, 0.00268}};
    const size_t cols = 2048;
    const std::vector<float> x = test::normals(64 * cols, test::seed());
    for (const auto& m : members) {
        CAPTURE(m.name);
        const Codec* codec = find_codec(m.name, std::strlen(m.name));
        REQUIRE(codec);
        const double weights = 256 * 4096.0;
        const double bits =
            8 * double(codes_size(*codec, 256, 4096)) + 16 * 256 + 8 * (64 + codec->params_bytes);
        CHECK(bits / weights < m.bits);
        const test::Encoded e(m.name, x, cols);
        double error = 0;
        for (size_t i = 0; i < x.size(); ++i) {
            const double d = double(e.decoded[i]) - double(x[i]);
            error += d * d;
        }
        CHECK(error / double(x.size()) < m.mse);
    }
}
