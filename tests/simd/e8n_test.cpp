// The nested E8 code itself: the lattice, the residue code, the wire, and the kernels coordinate by
// coordinate. every_kernel_test has the shapes.
#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "runtime/base/half.hpp"
#include "runtime/base/rng.hpp"
#include "simd/codecs/e8n/layout.hpp"
#include "simd/codecs/e8n/nearest.hpp"
#include "simd/codecs/e8n/residue.hpp"
#include "simd/dispatch.hpp"
#include "tests/simd/guarded.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::e8n;

namespace {

using Codes = std::array<uint8_t, 8>;
using Levels = std::array<int, 8>;

bool in_doubled_e8(const Levels& n) {
    int sum = 0;
    bool same = true;
    for (int v : n) sum += v, same &= ((v ^ n[0]) & 1) == 0;
    return same && sum % 4 == 0;
}

/// Squared distance from y to the nearest point of E8 under weights w, by dynamic programming over
/// the parity of the sum: three neighbours a coordinate, both cosets. Nothing shared with the code
/// under test.
template <class T>
T distance_to_e8(const T* y, const T* w, T unit) {
    T best = T(-1);
    for (int coset = 0; coset < 2; ++coset) {
        T cost[2] = {T(0), T(-1)};  // by parity; -1: impossible
        for (int i = 0; i < 8; ++i) {
            T next[2] = {T(-1), T(-1)};
            const T x = y[i] - T(coset) * unit / 2;
            const int near = int(x / unit) - (x < 0);
            for (int k = near - 1; k <= near + 2; ++k)
                for (int parity = 0; parity < 2; ++parity) {
                    if (cost[parity] < 0) continue;
                    const T e = x - T(k) * unit, total = cost[parity] + w[i] * e * e;
                    T& to = next[(parity + k) & 1];
                    if (to < 0 || total < to) to = total;
                }
            cost[0] = next[0], cost[1] = next[1];
        }
        if (best < 0 || cost[0] < best) best = cost[0];
    }
    return best;
}

struct Failures {
    long lattice = 0, range = 0, round_trip = 0, not_shortest = 0, wire = 0;
};

template <int Q>
void check_codes(const Codes& c, Failures& f) {
    Levels n;
    Codes back;
    decode_group<Q>(c.data(), n.data());
    encode_group<Q>(n.data(), back.data());
    f.lattice += !in_doubled_e8(n);
    f.round_trip += back != c;
    int64_t norm = 0, y[8], ones[8];
    for (int i = 0; i < 8; ++i) {
        f.range += n[i] < -Layout<Q>::kMaxLevel || n[i] > Layout<Q>::kMaxLevel;
        norm += int64_t(n[i]) * n[i], y[i] = n[i], ones[i] = 1;
    }
    f.not_shortest += norm != distance_to_e8<int64_t>(y, ones, 2 * Q);

    uint8_t panel[Layout<Q>::kPanelBytes] = {};
    const int lane = (c[0] * 5 + c[7] * 3 + c[4]) % 64;
    put_codes<Q>(panel, lane, c.data());
    get_codes<Q>(panel, lane, back.data());
    f.wire += back != c;
}

/// All code vectors where there are few, a million random ones and the extreme ones elsewhere.
template <int Q>
void check_member() {
    CAPTURE(Q);
    Failures f;
    constexpr long kAll = Q == 4 ? 1L << 16 : 0;
    for (long k = 0; k < kAll; ++k) {
        Codes c;
        for (int i = 0; i < 8; ++i) c[size_t(i)] = uint8_t(k >> 2 * i & 3);
        check_codes<Q>(c, f);
    }
    for (int k = 0; k < 256; ++k) {
        Codes c;
        for (int i = 0; i < 8; ++i) c[size_t(i)] = uint8_t(k >> i & 1 ? Q - 1 : 0);
        check_codes<Q>(c, f);
    }
    Rng rng(test::seed() + Q);
    for (long k = 0; k < (kAll ? 0 : 1000000); ++k) {
        const uint64_t bits = rng.next();
        Codes c;
        for (int i = 0; i < 8; ++i) c[size_t(i)] = uint8_t(bits >> 8 * i & (Q - 1));
        check_codes<Q>(c, f);
    }
    CHECK(f.lattice == 0);
    CHECK(f.range == 0);
    CHECK(f.round_trip == 0);
    CHECK(f.not_shortest == 0);
    CHECK(f.wire == 0);
}

}  // namespace

TEST_CASE("codes name the shortest points of their cosets") {
    check_member<4>();
    check_member<8>();
    check_member<16>();
}

TEST_CASE("the worked example of the README") {
    const Levels n = {3, -5, 1, 7, -1, 9, -3, 1};
    Codes c;
    Levels back;
    encode_group<16>(n.data(), c.data());
    CHECK(c == Codes{8, 13, 0, 3, 15, 4, 14, 1});
    decode_group<16>(c.data(), back.data());
    CHECK(back == n);
    uint8_t panel[Layout<16>::kPanelBytes] = {};
    put_codes<16>(panel, 4 * 3 + 1, c.data());
    CHECK(panel[13] == 0x1a);
    CHECK(panel[64 + 13] == 0xe7);
    CHECK(panel[128 + 13] == 0xc9);
    CHECK(panel[192 + 13] == 0x81);
}

TEST_CASE("nearest_e8 finds the nearest point, weighted too") {
    Rng rng(test::seed() + 3);
    long outside = 0, far = 0, wrong_cost = 0;
    for (int trial = 0; trial < 100000; ++trial) {
        F4 y[8], w[8], point[8];
        const double spread = 0.1 + 0.2 * double(trial % 100);
        for (int i = 0; i < 8; ++i)
            for (int g = 0; g < 4; ++g) {
                y[i][g] = float(spread) * rng.normal();
                w[i][g] = trial % 2 ? 1.0f : float(0.01 + 10 * rng.uniform());
            }
        const F4 cost = nearest_e8(y, w, point);
        for (int g = 0; g < 4; ++g) {
            Levels n;
            double yd[8], wd[8], own = 0;
            for (int i = 0; i < 8; ++i) {
                n[size_t(i)] = int(2 * point[i][g]);
                yd[i] = double(y[i][g]), wd[i] = double(w[i][g]);
                const double e = yd[i] - double(point[i][g]);
                own += wd[i] * e * e;
            }
            const double best = distance_to_e8(yd, wd, 1.0);
            outside += !in_doubled_e8(n);
            far += own > best * (1 + 1e-4) + 1e-4;
            wrong_cost += std::abs(double(cost[g]) - own) > 1e-3 * own + 1e-4;
        }
    }
    CHECK(outside == 0);
    CHECK(far == 0);
    CHECK(wrong_cost == 0);
}

TEST_CASE("the gauge separates coded points from overloaded ones") {
    Rng rng(test::seed() + 4);
    long inside = 0, beyond = 0, wrong = 0;
    for (int trial = 0; trial < 50000; ++trial) {
        F4 y[8], w[8], point[8];
        for (int i = 0; i < 8; ++i) {
            w[i] = splat(1);
            for (int g = 0; g < 4; ++g) y[i][g] = 5.0f * rng.normal();
        }
        nearest_e8(y, w, point);
        const F4 extent = gauge(point);
        for (int g = 0; g < 4; ++g) {
            Levels n, back;
            Codes c;
            for (int i = 0; i < 8; ++i) n[size_t(i)] = int(2 * point[i][g]);
            encode_group<16>(n.data(), c.data());
            decode_group<16>(c.data(), back.data());
            if (extent[g] < 16) ++inside, wrong += back != n;
            if (extent[g] > 16) ++beyond, wrong += back == n;
        }
    }
    CHECK(inside > 1000);
    CHECK(beyond > 1000);
    CHECK(wrong == 0);
}

// Unit activations read single levels: 1610 row blocks of one block are 103040 groups, each seen in
// all 8 coordinates, through gemv and through gemm.
TEST_CASE("every tier decodes every coordinate of any bytes") {
    constexpr uint32_t kRowBlocks = 1610, kRows = 16 * kRowBlocks;
    Rng rng(test::seed() + 5);
    float table[kScaleTable];
    std::fill_n(table, kScaleTable, 1.0f);
    const std::vector<uint16_t> row_scales(kRows, f32_to_f16(1.0f));
    for (const char* name : {"e8n2", "e8n3", "e8n4"}) {
        CAPTURE(name);
        const Codec& codec = *find_codec(name, 4);
        test::Guarded panels(size_t(kRowBlocks) * codec.panel_bytes);
        for (size_t i = 0; i < size_t(kRowBlocks) * codec.panel_bytes; ++i)
            panels.as()[i] = uint8_t(rng.next());
        for (size_t k = 0; k < 8; ++k)  // extreme bytes
            std::memset(panels.as() + k * codec.panel_bytes,
                        std::array{0x00, 0xff, 0x55, 0xaa, 0x0f, 0xf0, 0x7f, 0x80}[k],
                        codec.panel_bytes);
        test::Guarded q(32 * 32, 64), ext(32 * e8n::kExtBytes, 64);
        std::vector<float> scale(32, 1.0f), expected(kRows * 32);
        std::vector<int32_t> sum(32);
        for (uint32_t col = 0; col < 32; ++col) {
            const int8_t v = col % 2 ? 1 : -127;
            q.as<int8_t>()[32 * col + 4 * (col % 8) + col / 8] = v;
            sum[col] = v;
            codec.reference->extend(q.as<int8_t>() + 32 * col, 1, ext.as() + e8n::kExtBytes * col);
        }
        const Weights w = {panels.as(), row_scales.data(), table, nullptr, kRowBlocks, 1};
        for (uint32_t row = 0; row < kRows; ++row) {
            float levels[32];
            codec.reference->decode_row(w, row, levels);
            for (uint32_t col = 0; col < 32; ++col)
                expected[size_t(col) * kRows + row] = levels[col] * (col % 2 ? 1 : -127);
        }
        for (const Isa* isa : supported_isas()) {
            CAPTURE(isa_name(*isa));
            const CodecKernels& k = codec_kernels(*isa, codec);
            std::vector<float> y(kRows * 32, -1e9f);
            MatvecArgs a = {w,    {nullptr, q.as<int8_t>(), scale.data(), sum.data(), ext.as()},
                            0,    kRowBlocks,
                            32,   y.data(),
                            kRows};
            k.gemm(a);
            CHECK(y == expected);
            std::fill(y.begin(), y.end(), -1e9f);
            a.tokens = 1;
            for (uint32_t t = 0; t < 32; ++t) {
                a.x = {nullptr, q.as<int8_t>() + 32 * t, &scale[t], &sum[t],
                       ext.as() + e8n::kExtBytes * t};
                a.y = &y[size_t(t) * kRows];
                k.gemv(a);
            }
            CHECK(y == expected);
        }
    }
}
