/// Prints gaussian_table.inc: for each Q the 16 scales with the least error on blocks of 32 columns
/// of N(0,1), and that error. Not part of the build:
///   g++ -std=c++20 -O3 -I. -o make_table simd/codecs/e8n/{make_table,encode,fit}.cpp
///       simd/encode_scales.cpp runtime/base/rng.cpp
#include <algorithm>
#include <cstdio>
#include <vector>

#include "runtime/base/rng.hpp"
#include "simd/codecs/e8n/encode.hpp"
#include "simd/encode_scales.hpp"

namespace {

using namespace gosset;

constexpr size_t kBlocks = 40000, kCols = kBlocks * kPanelCols;

template <int Q>
void print_table(const std::vector<float>& fitted_on, const std::vector<float>& tested_on) {
    const ScaleFit fit = {e8n::block_error<Q>, nullptr, float(Q) / 2, kBlocks};
    float table[kScaleTable];
    fit_scales(fit, fitted_on.data(), 1, kCols, table);
    double total = 0;
    for (size_t b = 0; b < kBlocks; ++b) {
        float best = 3.4e38f;
        for (float scale : table)
            best = std::min(best, fit.error(nullptr, &tested_on[b * kPanelCols], scale));
        total += double(best);
    }
    std::printf("// Q = %d\n{%.6ff,\n {", Q, total / double(kCols));
    for (size_t k = 0; k < kScaleTable; ++k)
        std::printf("%.6ff%s", double(table[k]), k == 15 ? "}},\n" : k % 8 == 7 ? ",\n  " : ", ");
}

}  // namespace

int main() {
    Rng rng(2502);
    std::vector<float> fitted_on(kCols), tested_on(kCols);
    rng.normals(fitted_on.data(), kCols);
    rng.normals(tested_on.data(), kCols);
    std::printf("// Made by make_table.cpp: mean squared error, scales.\n");
    print_table<4>(fitted_on, tested_on);
    print_table<8>(fitted_on, tested_on);
    print_table<16>(fitted_on, tested_on);
}
