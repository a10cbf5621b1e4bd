// gemm_rounded of every codec and tier that has one: it is not the definition's bits, so its errors
// are held to those of its two roundings, and a token's results to themselves whatever the call.
#include <cmath>
#include <cstring>
#include <string>

#include "runtime/base/half.hpp"
#include "simd/dispatch.hpp"
#include "tests/simd/problem.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using test::Fill;
using test::Problem;

namespace {

/// What the weights and f32 activations of a problem give, and the sizes of its terms.
struct Exact {
    double y = 0, size = 0, power = 0, inputs = 0;
};
Exact exact(const Problem& p, uint32_t token, const std::vector<float>& row) {
    Exact e;
    const float* x = p.f32.as<float>() + size_t(token) * 32 * p.blocks;
    for (size_t c = 0; c < row.size(); c++) {
        const double term = double(row[c]) * double(x[c]);
        e.y += term, e.size += std::fabs(term), e.power += term * term;
        e.inputs += std::fabs(double(x[c]));
    }
    return e;
}

/// bfloat16 has 8 bits, so a product of two roundings is at most 2 * 2^-8 off, and 2 * 2^-11 by the
/// scale's rounding to binary16 and the product's; levels below binary16's normal numbers are 2^-22
/// of the largest scale off. Returns the root mean square of the errors, as a part of the terms'.
double check_errors(const Problem& p, const std::vector<float>& y) {
    float top = 0;
    for (const float t : p.table) top = std::max(top, std::fabs(t));
    double squares = 0, power = 0;
    for (uint32_t r = 0; r < 16 * p.row_blocks; r++) {
        std::vector<float> row(32 * size_t(p.blocks));
        p.codec.reference->decode_row(p.weights, r, row.data());
        const double scale = std::fabs(double(f16_to_f32(p.row_scales.as<uint16_t>()[r])));
        for (uint32_t t = 0; t < p.tokens; t++) {
            const Exact e = exact(p, t, row);
            const double error = std::fabs(double(y[t * p.y_stride + r]) - e.y);
            CHECK(error <= 0.009 * e.size + 0x1p-21 * scale * double(top) * e.inputs + 1e-30);
            if (scale < 1e-3) continue;  // subnormal products
            squares += error * error / (scale * scale);
            power += e.power / (scale * scale);
        }
    }
    return power > 0 ? std::sqrt(squares / power) : 0;
}

bool same_rows(const Problem& p, const std::vector<float>& a, const std::vector<float>& b,
               uint32_t begin, uint32_t end, uint32_t first, uint32_t n) {
    for (uint32_t t = first; t < first + n; t++) {
        const size_t at = t * p.y_stride + 16 * begin;
        if (std::memcmp(&a[at], &b[at], 64 * (end - begin)) != 0) return false;
    }
    return true;
}

/// Outside of its rows and tokens a call writes nothing.
bool untouched(const Problem& p, const std::vector<float>& y, uint32_t begin, uint32_t end,
               uint32_t first, uint32_t n) {
    const std::vector<float> poison = p.poisoned();
    for (size_t i = 0; i < y.size(); i++) {
        const size_t t = i / p.y_stride, r = i % p.y_stride;
        const bool inside = t >= first && t < first + n && r >= 16 * begin && r < 16 * end;
        if (!inside && std::memcmp(&y[i], &poison[i], sizeof(float)) != 0) return false;
    }
    return true;
}

double check_rounded(const Problem& p, const CodecKernels& k, Rng& rng) {
    std::vector<float> all = p.poisoned();
    k.gemm_rounded(p.args(all, 0, p.row_blocks, 0, p.tokens));
    CHECK(untouched(p, all, 0, p.row_blocks, 0, p.tokens));
    const double relative = check_errors(p, all);
    for (int part = 0; part < 4; part++) {
        const uint32_t begin = rng.below(p.row_blocks);
        const uint32_t end = begin + rng.below(p.row_blocks - begin + 1);
        const uint32_t first = rng.below((p.tokens + 15) / 16) * 16;
        const uint32_t n = 1 + rng.below(p.tokens - first);
        std::vector<float> some = p.poisoned();
        k.gemm_rounded(p.args(some, begin, end, first, n));
        INFO("rows [" << 16 * begin << ", " << 16 * end << "), tokens from " << first << ": " << n);
        CHECK(same_rows(p, some, all, begin, end, first, n));
        CHECK(untouched(p, some, begin, end, first, n));
    }
    return relative;
}

}  // namespace

TEST_CASE("gemm_rounded is as near as its roundings allow") {
    Rng rng(test::seed());
    bool tested = false;
    for (const Isa* isa : supported_isas())
        for (const Codec* codec : all_codecs()) {
            const CodecKernels& k = codec_kernels(*isa, *codec);
            if (!k.gemm_rounded) continue;
            tested = true;
            CHECK(codec->act == ActKind::i8);
            double relative = 0, problems = 0;
            for (const uint32_t row_blocks : {1, 2, 3})
                for (const uint32_t blocks : {1, 3, 7, 8, 9, 63, 64, 65, 73, 129})
                    for (const uint32_t tokens : {1, 15, 16, 17, 32, 33, 49, 256, 257}) {
                        if (row_blocks * blocks * tokens > 4000 || test::left_out(rng)) continue;
                        const Problem p(*codec, row_blocks, blocks, tokens, Fill::random, rng);
                        INFO(codec->name << " on " << isa_name(*isa) << ": " << row_blocks
                                         << " row blocks, " << blocks << " blocks, " << tokens
                                         << " tokens");
                        relative += check_rounded(p, k, rng), problems++;
                    }
            // Rounded to nearest: 0.0017 where errors are many and independent, 0.004 if not.
            if (problems >= 8) CHECK(relative <= 0.003 * problems);
            for (const Fill fill : {Fill::low, Fill::high})
                check_rounded(Problem(*codec, 2, 9, 5, fill, rng), k, rng);
        }
    if (!tested) MESSAGE("NOT TESTED, this machine has no tier with gemm_rounded");
}

TEST_CASE("gemm_rounded shows what is not finite, in its own token") {
    Rng rng(test::seed() + 1);
    for (const Isa* isa : supported_isas())
        for (const Codec* codec : all_codecs()) {
            const CodecKernels& k = codec_kernels(*isa, *codec);
            if (!k.gemm_rounded) continue;
            const Problem p(*codec, 2, 3, 40, Fill::random, rng);
            std::vector<float> before = p.poisoned(), after = p.poisoned();
            k.gemm_rounded(p.args(before, 0, 2, 0, p.tokens));
            std::vector<float> x(96, 1.0f);
            x[50] = NAN;
            op_kernels(*isa).round_tiles(x.data(), 96, 3, 20, p.rounded.as<uint16_t>());
            k.gemm_rounded(p.args(after, 0, 2, 0, p.tokens));
            for (uint32_t r = 0; r < 32; r++) CHECK(std::isnan(after[20 * p.y_stride + r]));
            CHECK(same_rows(p, before, after, 0, 2, 0, 20));
            CHECK(same_rows(p, before, after, 0, 2, 21, 19));
        }
}
