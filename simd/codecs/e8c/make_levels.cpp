/// Prints gaussian_levels.inc: for each rate the levels and the 16 scales with the least error on
/// blocks of 32 columns of N(0,1), and that error. Lloyd's iteration on levels and scales in turn,
/// every block choosing its scale and its exact nearest points anew; then the levels become int8,
/// at the size and with the single steps that lose least. Not part of the build:
///   g++ -std=c++20 -O3 -march=native -ffp-contract=off -I. -o make_levels
///       simd/codecs/e8c/{make_levels,nearest}.cpp simd/encode_scales.cpp runtime/base/rng.cpp
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "runtime/base/rng.hpp"
#include "simd/codecs/e8c/nearest.hpp"

namespace {

using namespace gosset;
using namespace gosset::e8c;

/// While the levels are real numbers, they are searched one by one.
struct Fit {
    std::vector<double> level;
    double scale[kScaleTable] = {};
};

template <int H>
constexpr size_t kScales = Layout<H>::kIndexed ? kScaleTable : 1;

std::vector<float> normal_blocks(size_t n, uint64_t seed) {
    std::vector<float> x(n * kPanelCols);
    Rng(seed).normals(x.data(), x.size());
    return x;
}

/// Cost and indices of a group with real levels: as nearest_group, by brute force.
template <int H>
double nearest(const Fit& f, const double y[8], uint8_t m[8]) {
    constexpr int classes = kClasses<H>;
    double cost[8][4];
    uint8_t index[8][4];
    for (int j = 0; j < 8; ++j)
        for (int k = 0; k < classes; ++k) {
            double least = 1e30;
            for (int i = k; i < Layout<H>::kLevels; i += classes) {
                const double d = y[j] - f.level[size_t(i)];
                if (d * d < least) least = d * d, index[j][k] = uint8_t(i);
            }
            cost[j][k] = least;
        }
    double best = 1e30;
    if constexpr (Layout<H>::kHalf) {
        for (int info = 0; info < 16; ++info) {
            uint8_t word[8];
            for (int j = 0; j < 8; ++j) word[j] = j < 4 ? uint8_t(info >> j & 1) : uint8_t(0);
            imply<H>(word);
            double sum = 0;
            for (int j = 0; j < 8; ++j) sum += cost[j][word[j]];
            if (sum >= best) continue;
            best = sum;
            for (int j = 0; j < 8; ++j) m[j] = index[j][word[j]];
        }
    } else {
        for (int c = 0; c < 2; ++c) {
            double sum = 0, change = 1e30;
            int odd = 0, at = 0;
            for (int j = 0; j < 8; ++j) {
                const double price = std::abs(cost[j][c] - cost[j][c + 2]);
                sum += std::min(cost[j][c], cost[j][c + 2]), odd ^= cost[j][c + 2] < cost[j][c];
                if (price < change) change = price, at = j;
            }
            if (odd) sum += change;
            if (sum >= best) continue;
            best = sum;
            for (int j = 0; j < 8; ++j) {
                const bool up = (cost[j][c + 2] < cost[j][c]) != (odd && j == at);
                m[j] = index[j][up ? c + 2 : c];
            }
        }
    }
    return best;
}

/// One pass over the blocks; updates the levels (odd turns) or the scales. Returns the error.
template <int H>
double lloyd(Fit& f, const std::vector<float>& blocks, bool levels) {
    constexpr int n = Layout<H>::kLevels;
    double error = 0, num[n] = {}, den[n] = {}, snum[kScaleTable] = {}, sden[kScaleTable] = {};
    for (size_t b = 0; b < blocks.size(); b += kPanelCols) {
        double least = 1e30;
        uint8_t best[4][8];
        int chosen = 0;
        for (int k = 0; k < int(kScales<H>); ++k) {
            double total = 0;
            uint8_t m[4][8];
            for (int g = 0; g < 4 && total < least; ++g) {
                double y[8];
                for (int j = 0; j < 8; ++j)
                    y[j] = double(blocks[b + size_t(8 * g + j)]) / f.scale[k];
                total += nearest<H>(f, y, m[g]) * f.scale[k] * f.scale[k];
            }
            if (total < least) least = total, chosen = k, std::memcpy(best, m, sizeof m);
        }
        error += least;
        const double s = f.scale[chosen];
        for (int i = 0; i < 32; ++i) {
            const double x = double(blocks[b + size_t(i)]);
            const int m = best[i / 8][i % 8];
            const double l = f.level[size_t(m)];
            num[m] += x * s, den[m] += s * s, snum[chosen] += x * l, sden[chosen] += l * l;
        }
    }
    if (levels) {
        std::vector<double> old = f.level;
        for (int m = 0; m < n; ++m)
            if (den[m] > 0) old[size_t(m)] = num[m] / den[m];
        for (size_t m = 0; m < size_t(n); ++m) f.level[m] = (old[m] - old[size_t(n) - 1 - m]) / 2;
    } else {
        for (size_t k = 0; k < kScales<H>; ++k)
            if (sden[k] > 0) f.scale[k] = snum[k] / sden[k];
    }
    return error / double(blocks.size());
}

/// A finished table: integer levels.
struct Integers {
    int8_t list[32] = {};
    float scale[kScaleTable] = {};
};

template <int H>
float block_error(const Cells& cells, float scale, const float* x) {
    F4 y[8], w[8];
    for (int j = 0; j < 8; ++j)
        for (int g = 0; g < 4; ++g) y[j][g] = x[8 * g + j] / scale, w[j][g] = 1;
    return sum_lanes(nearest_cost<H>(cells, y, w)) * scale * scale;
}

template <int H>
double error_of(const Integers& t, const std::vector<float>& blocks) {
    const Cells cells(t.list, Layout<H>::kLevels, kClasses<H>);
    double error = 0;
    for (size_t b = 0; b < blocks.size(); b += kPanelCols) {
        float least = 3.4e38f;
        for (size_t k = 0; k < kScales<H>; ++k)
            least = std::min(least, block_error<H>(cells, t.scale[k], &blocks[b]));
        error += double(least);
    }
    return error / double(blocks.size());
}

/// Least squares of a block's best scale on its root mean square and peak / largest level.
template <int H>
void usual_scale(const Integers& t, const std::vector<float>& blocks, double& by_size,
                 double& by_peak) {
    const Cells cells(t.list, Layout<H>::kLevels, kClasses<H>);
    double aa = 0, ab = 0, bb = 0, as = 0, bs = 0;
    for (size_t b = 0; b < blocks.size(); b += kPanelCols) {
        double squares = 0, peak = 0, scale = 0;
        float least = 3.4e38f;
        for (size_t i = b; i < b + kPanelCols; ++i) {
            squares += double(blocks[i]) * double(blocks[i]);
            peak = std::max(peak, std::abs(double(blocks[i])));
        }
        for (size_t k = 0; k < kScales<H>; ++k)
            if (const float e = block_error<H>(cells, t.scale[k], &blocks[b]); e < least)
                least = e, scale = double(t.scale[k]);
        const double size = std::sqrt(squares / 32), reach = peak / t.list[Layout<H>::kLevels - 1];
        aa += size * size, ab += size * reach, bb += reach * reach;
        as += size * scale, bs += reach * scale;
    }
    by_size = (as * bb - bs * ab) / (aa * bb - ab * ab);
    by_peak = (aa * bs - ab * as) / (aa * bb - ab * ab);
}

/// Real levels at a size of `top`, rounded; the scales shrink as they grow.
template <int H>
Integers rounded(const Fit& f, double top) {
    constexpr size_t n = Layout<H>::kLevels;
    Integers t;
    const double unit = top / f.level[n - 1];
    for (size_t m = 0; m < n; ++m) t.list[m] = int8_t(std::lround(f.level[m] * unit));
    for (size_t k = 0; k < kScales<H>; ++k) t.scale[k] = float(f.scale[k] / unit);
    return t;
}

template <int H>
void print_table() {
    constexpr int n = Layout<H>::kLevels;
    Fit f;
    const double range = H / 2 == 1 ? 1.6 : H / 2 == 2 ? 2.1 : H / 2 == 3 ? 2.6 : 3.0;
    for (int m = 0; m < n; ++m) f.level.push_back(range * (2.0 * m - (n - 1)) / (n - 1));
    for (size_t k = 0; k < kScales<H>; ++k)
        f.scale[k] = kScales<H> == 1 ? 1 : 0.65 * std::pow(2.1, double(k) / 15);
    const std::vector<float> few = normal_blocks(4000, 1), many = normal_blocks(24000, 2);
    for (int i = 0; i < 60; ++i) lloyd<H>(f, few, i % 3 != 2);
    double error = 0;
    for (int i = 0; i < 24; ++i) error = lloyd<H>(f, many, i % 3 != 2);
    std::fprintf(stderr, "H = %d: %.6f with real levels\n", H, error);

    Integers best = rounded<H>(f, 127);
    double least = error_of<H>(best, few);
    for (double top = 90; top < 127.4; top += 0.25) {
        const Integers t = rounded<H>(f, top);
        if (const double e = error_of<H>(t, few); e < least) least = e, best = t;
    }
    for (bool better = true; better;) {  // a level and its mirror image, one step
        better = false;
        for (int m = 0; m < n / 2; ++m)
            for (int step : {-1, 1}) {
                Integers t = best;
                t.list[m] = int8_t(t.list[m] + step), t.list[n - 1 - m] = int8_t(-t.list[m]);
                if (t.list[m] < -127 || t.list[m] > 127) continue;
                if (const double e = error_of<H>(t, few); e < least)
                    least = e, best = t, better = true;
            }
    }
    std::printf("// e8c%g\n{{%.6ff,\n  {", H / 2.0, error_of<H>(best, normal_blocks(24000, 3)));
    for (int k = 0; k < int(kScaleTable); ++k)
        std::printf("%.7ff%s", double(best.scale[k]),
                    k == 15      ? "}},\n "
                    : k % 6 == 5 ? ",\n   "
                                 : ", ");
    double by_size = 0, by_peak = 1;
    if (kScales < H >> 1) usual_scale<H>(best, many, by_size, by_peak);
    std::printf("%.5ff, %.3ff, {", by_size, by_peak);
    for (int m = 0; m < n; ++m)
        std::printf("%d%s", best.list[m], m == n - 1 ? "}},\n" : m % 16 == 15 ? ",\n  " : ", ");
}

}  // namespace

int main(int argc, char** argv) {
    const int only = argc > 1 ? std::atoi(argv[1]) : 0;
    if (!only)
        std::printf(
            "// Made by make_levels.cpp: mean squared error, scales; usual scale by size and by "
            "peak; levels.\n");
    if (!only || only == 3) print_table<3>();
    if (!only || only == 4) print_table<4>();
    if (!only || only == 5) print_table<5>();
    if (!only || only == 6) print_table<6>();
    if (!only || only == 7) print_table<7>();
    if (!only || only == 8) print_table<8>();
    if (!only || only == 9) print_table<9>();
}
