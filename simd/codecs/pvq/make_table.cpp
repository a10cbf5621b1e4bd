/// Prints gaussian_table.inc: for each K the gains with the least error on groups of 8 numbers of
/// N(0,1), and that error per number. Not part of the build:
///   g++ -std=c++20 -O3 -I. -o make_table simd/codecs/pvq/{make_table,encode,enumerate,feedback,
///       fit,halves}.cpp simd/encode_scales.cpp runtime/base/rng.cpp
#include <cstdio>

#include "runtime/base/rng.hpp"
#include "simd/codecs/pvq/encode.hpp"
#include "simd/codecs/pvq/lloyd.hpp"

namespace {

using namespace gosset;

constexpr size_t kGroups = 400000;

std::vector<pvq::Target> normal_groups(Rng& rng) {
    std::vector<pvq::Target> groups(kGroups);
    for (pvq::Target& t : groups) {
        float x[8];
        rng.normals(x, 8);
        pvq::load_target(x, nullptr, 1, t);
    }
    return groups;
}

template <uint32_t K>
void print_table(const std::vector<pvq::Target>& fitted_on,
                 const std::vector<pvq::Target>& tested_on) {
    float table[kScaleTable];
    pvq::lloyd_start<K>(fitted_on, table);
    for (int round = 0; round < 60; round++) pvq::lloyd_round<K>(fitted_on, table);
    const double error = pvq::lloyd_error<K>(tested_on, table) / double(8 * kGroups);
    std::printf("// K = %u\n{%.6ff,\n {", K, error);
    for (size_t k = 0; k < kScaleTable; ++k)
        std::printf("%.6ff%s", double(table[k]), k == 15 ? "}},\n" : k % 8 == 7 ? ",\n  " : ", ");
}

}  // namespace

int main() {
    Rng rng(2410);
    const auto fitted_on = normal_groups(rng), tested_on = normal_groups(rng);
    std::printf("// Made by make_table.cpp: mean squared error, gains.\n");
    print_table<6>(fitted_on, tested_on);
    print_table<13>(fitted_on, tested_on);
    print_table<25>(fitted_on, tested_on);
}
