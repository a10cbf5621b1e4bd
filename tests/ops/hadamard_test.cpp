// Hadamard matrices, plans and signs; the rotation of every ISA against the reference and against
// its definition as a matrix.
#include "simd/hadamard.hpp"

#include "tests/ops/guarded.hpp"
#include "tests/ops/inputs.hpp"

namespace gosset::test {
namespace {

std::vector<uint32_t> dense_orders(uint32_t limit) {
    std::vector<uint32_t> list;
    for (uint32_t n = 2; n <= limit; n++)
        if (hadamard_order_known(n)) list.push_back(n);
    return list;
}

TEST_CASE("every matrix is symmetric, canonical and orthogonal") {
    // 344 = 7^3 + 1, 2 * (5^2 + 1), 2 * (3^4 + 1), 2 * (3^6 + 1): fields that are not prime
    std::vector<uint32_t> orders = dense_orders(256);
    for (const uint32_t n : {344u, 460u, 1252u, 1460u, 2000u}) orders.push_back(n);
    for (const uint32_t n : orders) {
        if (short_run() && n > 64) break;  // scalar: nothing of it depends on the ISA
        CAPTURE(n);
        const std::vector<float> h = hadamard_matrix(n);
        REQUIRE(h.size() == size_t(n) * n);
        bool good = true;
        const uint32_t step = n > 400 ? 37 : 1;  // of rows compared with all rows
        for (uint32_t i = 0; i < n && good; i++) {
            good = h[i] == 1.0f && h[size_t(i) * n] == 1.0f;
            for (uint32_t j = 0; j < n && good; j++)
                good = std::fabs(h[size_t(i) * n + j]) == 1.0f &&
                       h[size_t(i) * n + j] == h[size_t(j) * n + i];
        }
        for (uint32_t i = 0; i < n && good; i += step)
            for (uint32_t j = 0; j < n && good; j++) {
                float dot = 0;
                for (uint32_t k = 0; k < n; k++) dot += h[size_t(i) * n + k] * h[size_t(j) * n + k];
                good = dot == (i == j ? float(n) : 0.0f);
            }
        CHECK(good);
    }
}

TEST_CASE("plans: the widths of real models") {
    const struct {
        uint64_t width, padded;
        std::vector<uint32_t> factors;
    } table[] = {{1, 32, {32}},
                 {64, 64, {64}},
                 {128, 128, {128}},
                 {172, 192, {12, 16}},
                 {384, 384, {12, 32}},
                 {576, 576, {36, 16}},
                 {1536, 1536, {12, 128}},
                 {2048, 2048, {2048}},
                 {4864, 4864, {76, 64}},
                 {5120, 5120, {20, 256}},
                 {5632, 5632, {44, 128}},
                 {8192, 8192, {8192}},
                 {11008, 11008, {344, 32}},
                 {13824, 13824, {108, 128}},
                 {14336, 14336, {28, 512}},
                 {18944, 18944, {148, 128}},
                 {29568, 29568, {84, 44, 8}},
                 {uint64_t(1) << 20, uint64_t(1) << 20, {1u << 20}},
                 {0, 0, {}},
                 {(uint64_t(1) << 20) + 1, 0, {}}};
    for (const auto& row : table) {
        CAPTURE(row.width);
        const HadamardPlan plan = plan_hadamard(row.width);
        CHECK(plan.width == row.padded);
        CHECK(plan.factors == row.factors);
    }
    size_t exact = 0;
    for (uint64_t width = 32; width <= 8192; width += 32) {
        const HadamardPlan plan = plan_hadamard(width);
        exact += plan.width == width;
        CHECK(plan.width - width <= 64);
        CHECK_OK(hadamard_supported(plan.factors, plan.width));
    }
    CHECK(exact >= 200);  // of 256
}

TEST_CASE("hostile factors are refused") {
    const auto refused = [](std::vector<uint32_t> factors, uint64_t width) {
        return !hadamard_supported(factors, width).ok() &&
               (width == 0 || !HadamardSet().get(factors, 1).ok() ||
                hadamard_supported(factors, width).message().find("product") != std::string::npos);
    };
    CHECK(refused({}, 0));
    CHECK(refused({}, 32));
    CHECK(refused({0}, 0));
    CHECK(refused({1, 32}, 32));
    CHECK(refused({0, 32}, 32));
    CHECK(refused({3}, 3));
    CHECK(refused({92, 32}, 2944));  // 92 is neither Paley I nor II
    CHECK(refused({4096 + 4}, 4100));
    CHECK(refused({16, 2}, 64));
    CHECK(refused({64, 2}, 64));
    CHECK(refused({1u << 21}, uint64_t(1) << 21));
    CHECK(refused(std::vector<uint32_t>(100, 1u << 20), 1u << 20));
    CHECK(refused(std::vector<uint32_t>(64, 2), 1u << 20));
    CHECK(!hadamard_order_known(0x80000000u));
    CHECK(hadamard_matrix(92).empty());
    HadamardSet set;  // many large tables: a limit, not a gigabyte
    Status last;
    for (uint32_t n = 2048; n >= 12 && last.ok(); n -= 4)
        if (hadamard_order_known(n)) last = set.get(std::vector<uint32_t>{n}, 1).status();
    CHECK(last.code() == StatusCode::limit);
    CHECK(set.bytes() <= uint64_t(64) << 20);
}

TEST_CASE("signs are pinned, and end with the width") {
    uint32_t bits[3] = {~0u, ~0u, ~0u};
    hadamard_signs(1, 70, bits);
    Rng rng(1);
    const uint64_t first = rng.next();
    CHECK(bits[0] == uint32_t(first));
    CHECK(bits[1] == uint32_t(first >> 32));
    CHECK(bits[2] == (uint32_t(rng.next()) & 0x3f));
}

/// Factor lists of every form: one Sylvester, dense outside, dense inside, several of both.
const std::vector<std::vector<uint32_t>> kForms = {
    {2},      {4},      {8},       {16},      {32},        {64},        {512},
    {2048},   {8192},   {12},      {20},      {12, 2},     {12, 4},     {36, 16},
    {12, 16}, {28, 8},  {16, 12},  {4, 2, 8}, {12, 20},    {12, 4, 12}, {2, 12, 16},
    {76, 2},  {44, 32}, {344, 32}, {8, 36},   {84, 44, 8}, {140, 64},   {16, 2, 2}};

TEST_CASE("hadamard equals the reference, and its inverse undoes it") {
    Rng rng(seed() + 10);
    HadamardSet set;
    for (const auto& factors : kForms) {
        const auto made = set.get(factors, rng.next());
        REQUIRE_OK(made);
        const Hadamard& h = **made;
        for (const Kind kind : kKinds)
            for (const bool inverse : {false, true}) {
                if (left_out(rng)) continue;
                const std::vector<float> x = draws(rng, kind, h.n);
                std::vector<float> want = x, scratch(h.n);
                reference_ops.hadamard(want.data(), h, inverse, scratch.data());
                for (const Named& isa : all_ops()) {
                    CAPTURE(isa.name);
                    CAPTURE(h.n);
                    CAPTURE(int(kind));
                    CAPTURE(inverse);
                    const Edge edge = rng.below(2) ? Edge::after : Edge::before;
                    GuardedArray<float> y(x, edge), room(h.n, edge);
                    isa.ops->hadamard(y.data(), h, inverse, room.data());
                    CHECK(same_all(y, want));
                    CHECK((y.intact() && room.intact()));
                }
                if (kind != Kind::normal) continue;
                reference_ops.hadamard(want.data(), h, !inverse, scratch.data());
                double error = 0, energy = 0;
                for (uint32_t i = 0; i < h.n; i++) {
                    error += double(want[i] - x[i]) * double(want[i] - x[i]);
                    energy += double(x[i]) * double(x[i]);
                }
                CHECK(error <= 1e-10 * energy);
            }
    }
}

TEST_CASE("hadamard is the Kronecker product that its contract states") {
    Rng rng(seed() + 11);
    for (const auto& factors : kForms) {
        uint32_t n = 1;
        for (const uint32_t f : factors) n *= f;
        if (n > 700) continue;
        CAPTURE(n);
        HadamardSet set;
        const auto made = set.get(factors, 77);
        REQUIRE_OK(made);
        std::vector<uint32_t> signs((n + 31) / 32);
        hadamard_signs(77, n, signs.data());
        std::vector<std::vector<float>> m;
        for (const uint32_t f : factors) m.push_back(hadamard_matrix(f));
        std::vector<float> x = draws(rng, Kind::normal, n), y = x, scratch(n);
        reference_ops.hadamard(y.data(), **made, false, scratch.data());
        for (uint32_t r = 0; r < n; r++) {
            double want = 0;
            for (uint32_t c = 0; c < n; c++) {
                double h = signs[c / 32] >> (c % 32) & 1 ? -1 : 1;
                uint32_t rr = r, cc = c;
                for (size_t f = factors.size(); f-- > 0; rr /= factors[f], cc /= factors[f])
                    h *= double(m[f][size_t(rr % factors[f]) * factors[f] + cc % factors[f]]);
                want += h * double(x[c]);
            }
            CHECK(std::fabs(double(y[r]) - want / std::sqrt(double(n))) < 1e-4);
        }
    }
}

}  // namespace
}  // namespace gosset::test
