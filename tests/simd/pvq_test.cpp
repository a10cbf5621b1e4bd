// The enumeration of P(8, K) itself, the bytes, and the kernels index by index. every_kernel_test
// has the shapes.
#include <cmath>
#include <cstring>
#include <set>
#include <vector>

#include "runtime/base/half.hpp"
#include "runtime/base/rng.hpp"
#include "simd/codecs/pvq/enumerate.hpp"
#include "simd/codecs/pvq/halves.hpp"
#include "simd/dispatch.hpp"
#include "tests/simd/guarded.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::pvq;

namespace {

template <uint32_t K>
const Codec& codec() {
    const char* name = K == 6 ? "pvq2" : K == 13 ? "pvq3" : "pvq4";
    return *find_codec(name, 4);
}

/// |P(8, K)| by the usual recurrence.
uint64_t pyramid_size(int n, int k) {
    std::vector<std::vector<uint64_t>> v(size_t(n) + 1, std::vector<uint64_t>(size_t(k) + 1));
    for (auto& row : v) row[0] = 1;
    for (size_t i = 1; i <= size_t(n); i++)
        for (size_t j = 1; j <= size_t(k); j++)
            v[i][j] = v[i - 1][j] + v[i][j - 1] + v[i - 1][j - 1];
    return v[size_t(n)][size_t(k)];
}

int pulses(const int* y, int n) {
    int sum = 0;
    for (int i = 0; i < n; i++) sum += std::abs(y[i]);
    return sum;
}

/// Four codes through the bytes of row `row` and the reference: their points.
template <uint32_t K>
void decode(const Fields f[4], uint32_t row, int y[4][8]) {
    uint8_t panel[Layout<K>::kPanelBytes] = {};
    for (uint32_t g = 0; g < 4; g++) put_fields<K>(panel, row, g, f[g]);
    uint16_t ones[kPanelRows];
    float table[kScaleTable], out[kPanelCols];
    for (uint16_t& s : ones) s = f32_to_f16(1);
    for (float& t : table) t = 1;
    codec<K>().reference->decode_row({panel, ones, table, nullptr, 1, 1}, row, out);
    for (int i = 0; i < 32; i++) y[i / 8][i % 8] = int(out[i]);
}

bool same(const Fields& a, const Fields& b) {
    return a.index == b.index && a.unit1 == b.unit1 && a.unit2 == b.unit2 && a.swap == b.swap;
}

/// Codes are counted by hand; each decodes to a point of the pyramid whose code it is.
template <uint32_t K>
struct Checked {
    uint64_t codes = 0, wrong_points = 0, wrong_codes = 0;
    uint32_t waiting = 0;
    Fields f[4] = {};

    void add(const Fields& fields) {
        f[waiting++] = fields;
        if (waiting == 4) flush();
    }
    void flush() {
        int y[4][8];
        decode<K>(f, uint32_t(codes / 4 % kPanelRows), y);
        for (uint32_t g = 0; g < waiting; g++, codes++) {
            if (pulses(y[g], 8) != int(K))
                wrong_points++;
            else
                wrong_codes += !same(fields_of<K>(y[g]), f[g]);
        }
        waiting = 0;
    }
};

}  // namespace

TEST_CASE("representatives times units are P(4, k)") {
    for (int k = 0; k <= 25; k++) {
        std::set<std::vector<int>> points;
        for (uint32_t r = 0; r < half_count(uint32_t(k)); r++)
            for (uint32_t unit = 0; unit < 8; unit++) {
                int x[4], y[4];
                half_point(r, k, x);
                turn(unit, x, y);
                REQUIRE(pulses(y, 4) == k);
                points.insert(std::vector<int>(y, y + 4));
            }
        CHECK(points.size() == pyramid_size(4, k));
    }
}

TEST_CASE("units turn back, and a unit's transpose is its conjugate") {
    const int x[4] = {1, -20, 300, 4000}, z[4] = {7, 11, -13, 17};
    for (uint32_t unit = 0; unit < 8; unit++) {
        int y[4], back[4], t[4];
        turn(unit, x, y), turn(conj(unit), y, back), turn(conj(unit), z, t);
        CHECK(std::memcmp(back, x, sizeof x) == 0);
        int left = 0, right = 0;
        for (int i = 0; i < 4; i++) left += y[i] * z[i], right += x[i] * t[i];
        CHECK(left == right);
    }
}

// P(8, 6), all of it: orbits have 16 points but for those that the exchange keeps.
TEST_CASE("every point of P(8, 6) has one code, and every orbit is used") {
    std::set<std::vector<int>> points;
    for (uint32_t orbit = 0; orbit < kOrbits; orbit++)
        for (uint32_t unit = 0; unit < 8; unit++)
            for (uint32_t swap = 0; swap < 2; swap++) {
                const Fields f = {orbit, unit, unit, swap, 0}, four[4] = {f, f, f, f};
                int y[4][8];
                decode<6>(four, orbit % 16, y);
                REQUIRE(pulses(y[0], 8) == 6);
                points.insert(std::vector<int>(y[0], y[0] + 8));
            }
    CHECK(points.size() == pyramid_size(8, 6));
    std::set<uint32_t> orbits;
    uint32_t row = 0;
    for (const std::vector<int>& point : points) {
        const Fields f = fields_of<6>(point.data()), four[4] = {f, f, f, f};
        int y[4][8];
        decode<6>(four, row++ % 16, y);
        for (const auto& back : y) REQUIRE(std::vector<int>(back, back + 8) == point);
        orbits.insert(f.index);
    }
    CHECK(orbits.size() == kOrbits);
}

TEST_CASE("codes of P(8, 13) and its points are one to one") {
    Checked<13> checked;
    for (uint32_t a = 7; a <= 13; a++)
        for (uint32_t r = 0; r < half_count(a) * half_count(13 - a); r++)
            for (uint32_t bits = 0; bits < (a < 13 ? 128 : 16); bits++)
                checked.add({Splits<13>::start(a) + r, bits & 7, bits >> 4, bits >> 3 & 1, 0});
    checked.flush();
    CHECK(checked.codes == pyramid_size(8, 13));
    CHECK(checked.wrong_points == 0);
    CHECK(checked.wrong_codes == 0);
}

// All pairs of representatives, with units and exchange drawn: they come to the size of P(8, 25).
TEST_CASE("codes of P(8, 25) and its points are one to one") {
    Rng rng(test::seed());
    Checked<25> checked;
    uint64_t codes = 0;
    for (uint32_t a = 25; a >= 13; a--) {
        const uint32_t pairs = half_count(a) * half_count(25 - a);
        codes += uint64_t(pairs) * (a < 25 ? 128 : 16);
        for (uint32_t r = 0; r < pairs; r++) {
            const uint32_t bits = rng.below(a < 25 ? 128 : 16);
            checked.add({Splits<25>::start(a) + r, bits & 7, bits >> 4, bits >> 3 & 1, 0});
        }
    }
    checked.flush();
    CHECK(codes == pyramid_size(8, 25));
    CHECK(checked.wrong_points == 0);
    CHECK(checked.wrong_codes == 0);
}

TEST_CASE("indices use nearly all of their bits") {
    // Bits of the fields, less those of the gain.
    CHECK(15 < 1.03 * std::log2(double(pyramid_size(8, 6))));
    CHECK(22 < 1.03 * std::log2(double(pyramid_size(8, 13))));
    CHECK(32 - std::log2(13.0) < 1.03 * std::log2(double(pyramid_size(8, 25))));
}

// README.md's example.
TEST_CASE("the worked example") {
    const int y[8] = {0, 2, -1, 0, 4, 1, -3, 2};
    Fields f = fields_of<13>(y);
    CHECK(same(f, {25157, 0, 5, 1, 0}));
    CHECK(Splits<13>::split_of(25157) == 10);
    CHECK(Splits<13>::start(10) == 23552);
    CHECK(23552 + 4 * half_count(10) + 245 == 25157);
    int one[4], two[4];
    half_point(245, 10, one), half_point(4, 3, two);
    CHECK(std::vector<int>(one, one + 4) == std::vector<int>{4, 1, -3, 2});
    CHECK(std::vector<int>(two, two + 4) == std::vector<int>{2, 0, 0, 1});
    f.gain = 2;
    uint8_t panel[Layout<13>::kPanelBytes] = {};
    put_fields<13>(panel, 3, 1, f);
    CHECK(read32(panel + 12) == 50315u << 16);
    CHECK(panel[128 + 13] == 0x58);
}

namespace {

/// gemv of every tier on panels of one block, all rows, against the reference.
void check_tiers(const Codec& codec, const test::Guarded& panels, uint32_t row_blocks) {
    Rng rng(test::seed() + 3);
    const size_t rows = size_t(16) * row_blocks;
    const test::Guarded q(32, 64), ext(codec.act_ext_bytes, 64);
    int32_t sum = 0;
    for (int i = 0; i < 32; i++) {
        q.as<int8_t>()[i] = int8_t(int(rng.below(255)) - 127);
        sum += q.as<int8_t>()[i];
    }
    codec.reference->extend(q.as<int8_t>(), 1, ext.as());
    std::vector<uint16_t> ones(rows, f32_to_f16(1));
    float table[kScaleTable];
    const float scale = 1;
    for (uint32_t k = 0; k < kScaleTable; k++) table[k] = 1 + 0.17f * float(k);
    const Weights w = {panels.as(), ones.data(), table, nullptr, row_blocks, 1};
    const Activations x = {nullptr, q.as<int8_t>(), &scale, &sum, ext.as()};
    std::vector<float> expected(rows), y(rows);
    codec.reference->gemv({w, x, 0, row_blocks, 1, expected.data(), rows});
    for (const Isa* isa : supported_isas()) {
        y.assign(rows, -1e9f);
        codec_kernels(*isa, codec).gemv({w, x, 0, row_blocks, 1, y.data(), rows});
        INFO(codec.name << " on " << isa_name(*isa));
        CHECK(std::memcmp(y.data(), expected.data(), rows * sizeof(float)) == 0);
    }
}

/// Levels of any bytes stay where the kernels' sums are exact.
void check_levels(const Codec& codec, const test::Guarded& panels, uint32_t row_blocks, int most) {
    std::vector<uint16_t> ones(size_t(16) * row_blocks, f32_to_f16(1));
    float table[kScaleTable], out[kPanelCols];
    for (float& t : table) t = 1;
    const Weights w = {panels.as(), ones.data(), table, nullptr, row_blocks, 1};
    float largest = 0;
    for (uint32_t row = 0; row < 16 * row_blocks; row++) {
        codec.reference->decode_row(w, row, out);
        for (float v : out) largest = std::max(largest, std::fabs(v));
    }
    CHECK(largest <= float(most));
}

}  // namespace

TEST_CASE("every field of 16 bits decodes alike on every tier") {
    const uint32_t row_blocks = 65536 / 64;
    const test::Guarded two(128 * row_blocks), three(192 * row_blocks);
    Rng rng(test::seed() + 4);
    for (uint32_t w = 0; w < 65536; w++) {
        const uint32_t at = w % 64 * 2;
        for (const auto& [p, bytes] : {std::pair{two.as(), 128u}, std::pair{three.as(), 192u}})
            p[w / 64 * bytes + at] = uint8_t(w), p[w / 64 * bytes + at + 1] = uint8_t(w >> 8);
        three.as()[w / 64 * 192 + 128 + w % 64] = uint8_t(rng.next());
    }
    check_tiers(codec<6>(), two, row_blocks);
    check_tiers(codec<13>(), three, row_blocks);
    check_levels(codec<6>(), two, row_blocks, 6);
    check_levels(codec<13>(), three, row_blocks, 13);
}

// All indices of one gain, both ends of every gain, and others.
TEST_CASE("every index of 25 bits decodes alike on every tier") {
    constexpr uint32_t n = Splits<25>::kPerGain;
    std::vector<uint32_t> indices;
    Rng rng(test::seed() + 5);
    for (uint32_t i = 0; i < n; i++) indices.push_back(i + rng.below(2) * 12 * n);
    for (uint32_t i = 0; i < n; i += 7) indices.push_back(uint32_t(rng.next()) >> 7);
    for (uint32_t g = 0; g <= 13; g++)
        for (uint32_t i = 0; i < 64; i++) indices.push_back((g * n + i - 32) & 0x1ffffff);
    for (uint32_t i = 0; i < 64; i++) indices.push_back(0x1ffffff - i);
    while (indices.size() % 64) indices.push_back(0);

    const uint32_t row_blocks = uint32_t(indices.size() / 64);
    const test::Guarded panels(size_t(256) * row_blocks);
    for (size_t i = 0; i < indices.size(); i++) {
        const uint32_t w = indices[i] << 7 | uint32_t(rng.below(128));
        std::memcpy(panels.as() + 4 * i, &w, 4);
    }
    check_tiers(codec<25>(), panels, row_blocks);
    check_levels(codec<25>(), panels, row_blocks, 25);
}
