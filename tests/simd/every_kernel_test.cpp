// Every codec of the registry on every tier that runs here, against the scalar reference, bit for
// bit, over shapes around every boundary. A new codec is tested here with no edit.
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

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

std::string describe(const Problem& p, const char* isa, uint32_t begin, uint32_t end) {
    return std::string(p.codec.name) + " on " + isa + ": " + std::to_string(p.row_blocks) +
           " row blocks [" + std::to_string(begin) + ", " + std::to_string(end) + "), " +
           std::to_string(p.blocks) + " blocks, " + std::to_string(p.tokens) + " tokens";
}

/// gemv and gemm of every tier, the scalar one included, on rows [begin, end) of the problem.
void check_matvec(const Problem& p, uint32_t begin, uint32_t end) {
    std::vector<float> expected = p.poisoned();
    for (uint32_t t = 0; t < p.tokens; t++)
        p.codec.reference->gemv(p.args(expected, begin, end, t, 1));
    for (const Isa* isa : supported_isas()) {
        const CodecKernels& k = codec_kernels(*isa, p.codec);
        INFO(describe(p, isa_name(*isa), begin, end));
        std::vector<float> by_gemm = p.poisoned();
        k.gemm(p.args(by_gemm, begin, end, 0, p.tokens));
        CHECK(same_bits(by_gemm, expected));
        std::vector<float> by_gemv = p.poisoned();
        for (uint32_t t = 0; t < p.tokens; t++) k.gemv(p.args(by_gemv, begin, end, t, 1));
        CHECK(same_bits(by_gemv, expected));
    }
}

void check_decode(const Problem& p) {
    const size_t cols = 32 * size_t(p.blocks);
    for (uint32_t row = 0; row < 16 * p.row_blocks; row += 1 + row % 3) {
        std::vector<float> expected(cols);
        p.codec.reference->decode_row(p.weights, row, expected.data());
        for (const Isa* isa : supported_isas()) {
            test::Guarded out(cols * sizeof(float), 4);
            codec_kernels(*isa, p.codec).decode_row(p.weights, row, out.as<float>());
            INFO(describe(p, isa_name(*isa), 0, p.row_blocks) << ", row " << row);
            CHECK(std::memcmp(out.as(), expected.data(), cols * sizeof(float)) == 0);
        }
    }
}

}  // namespace

TEST_CASE("tiers that are built and cannot run here") {
    for (const char* name : built_isas())
        if (!select_isa(name).ok()) MESSAGE("NOT TESTED, this machine has no " << name);
}

TEST_CASE("every kernel gives the reference's bits") {
    Rng rng(test::seed());
    for (const Codec* codec : all_codecs())
        for (uint32_t row_blocks : {1, 2, 3, 5})
            for (uint32_t blocks : {1, 2, 3, 5, 8, 33})
                for (uint32_t tokens :
                     {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 65, 129}) {
                    if (tokens > 9 && row_blocks * blocks > 16) continue;  // the reference is slow
                    if (test::left_out(rng)) continue;
                    const Problem p(*codec, row_blocks, blocks, tokens, Fill::random, rng);
                    check_matvec(p, 0, row_blocks);
                    if (tokens == 3) check_decode(p);
                    if (row_blocks < 3 || tokens > 9) continue;
                    check_matvec(p, 1, row_blocks - 1);
                    check_matvec(p, row_blocks - 1, row_blocks);
                    check_matvec(p, 1, 1);
                }
}

TEST_CASE("extreme codes and activations") {
    Rng rng(test::seed() + 1);
    for (const Codec* codec : all_codecs())
        for (Fill fill : {Fill::low, Fill::high})
            for (uint32_t blocks : {1, 8, 129}) {
                const Problem p(*codec, 2, blocks, 5, fill, rng);
                check_matvec(p, 0, 2);
                check_decode(p);
            }
}

// Kernels may know lists that are their own mirror images, as encoders make them.
TEST_CASE("params that mirror themselves") {
    Rng rng(test::seed() + 5);
    for (const Codec* codec : all_codecs())
        for (const size_t levels : {4, 8, 16, 32}) {
            if (codec->params_bytes < levels) continue;
            for (const Fill fill : {Fill::random, Fill::low, Fill::high}) {
                const Problem p(*codec, 2, 9, 3, fill, rng);
                auto* list = p.params.as<int8_t>();
                for (size_t m = 0; m < levels / 2; m++) {
                    const int level = int(rng.below(255)) - 127;
                    list[m] = int8_t(rng.below(4) ? level : level < 0 ? -127 : 127);
                    list[levels - 1 - m] = int8_t(-list[m]);
                }
                if (codec->valid_params && !codec->valid_params(p.params.as())) continue;
                check_matvec(p, 0, 2);
                list[rng.below(uint32_t(levels))] = -128;
                if (codec->valid_params && !codec->valid_params(p.params.as())) continue;
                check_matvec(p, 0, 2);
            }
        }
}

TEST_CASE("panels at any alignment") {
    Rng rng(test::seed() + 2);
    for (const Codec* codec : all_codecs()) {
        Problem p(*codec, 2, 5, 3, Fill::random, rng);
        const size_t bytes = 10 * size_t(codec->panel_bytes);
        for (size_t shift : {1, 2, 3, 5, 31, 63}) {
            const test::Guarded moved(bytes + shift);
            std::memcpy(moved.as(), p.panels.as(), bytes);
            p.weights.panels = moved.as();
            check_matvec(p, 0, 2);
            check_decode(p);
        }
    }
}

TEST_CASE("extend gives the reference's bytes on every tier") {
    Rng rng(test::seed() + 3);
    for (const Codec* codec : all_codecs()) {
        if (!codec->act_ext_bytes) continue;
        for (uint32_t blocks : {1, 2, 3, 5, 8, 33}) {
            const Problem p(*codec, 1, blocks, 1, Fill::random, rng);
            const size_t bytes = size_t(blocks) * codec->act_ext_bytes;
            for (const Isa* isa : supported_isas()) {
                const test::Guarded out(bytes, 64);
                std::memset(out.as(), 0xa5, bytes);
                codec_kernels(*isa, *codec).extend(p.q.as<int8_t>(), blocks, out.as());
                INFO(describe(p, isa_name(*isa), 0, 1));
                CHECK(std::memcmp(out.as(), p.ext.as(), bytes) == 0);
            }
        }
    }
}

TEST_CASE("gemv computes with the weights that decode_row shows") {
    Rng rng(test::seed() + 4);
    for (const Codec* codec : all_codecs()) {
        const Problem p(*codec, 2, 9, 1, Fill::random, rng);
        std::vector<float> y = p.poisoned(), w(32 * p.blocks);
        codec->reference->gemv(p.args(y, 0, 2, 0, 1));
        for (uint32_t row = 0; row < 32; row++) {
            codec->reference->decode_row(p.weights, row, w.data());
            double expected = 0, size = 0;
            for (uint32_t c = 0; c < 32 * p.blocks; c++) {
                const uint32_t b = c / 32, at = 4 * (c % 8) + c % 32 / 8;  // panel order
                const double x =
                    codec->act == ActKind::f32
                        ? double(p.f32.as<float>()[c])
                        : double(p.q.as<int8_t>()[32 * b + at]) * double(p.scale.as<float>()[b]);
                expected += double(w[c]) * x;
                size += std::fabs(double(w[c]) * x);
            }
            INFO(codec->name << ", row " << row);
            CHECK(std::fabs(double(y[row]) - expected) <= 1e-5 * size + 1e-30);
        }
    }
}
