/// Prints grids.inc: for each member the grid with the least error on N(0,1) that its code can
/// name, as int8 levels and the unit that they count in. Not part of the build:
///   g++ -std=c++20 -O3 -ffp-contract=off -I. -o make_grids
///       simd/codecs/higgs/make_grids.cpp runtime/base/rng.cpp
///   ./make_grids > simd/codecs/higgs/grids.inc
///
/// Lloyd's iteration (Lloyd 1982; Linde, Buzo, Gray 1980) on fresh samples each round: every sample
/// goes to its nearest point, every point to the mean of its samples, each first brought back by
/// the reflection that its code names. Then, for a range of units, the same with rounded means; the
/// unit and the rounding with the least error win.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "runtime/base/rng.hpp"
#include "simd/codecs/higgs/search.hpp"

namespace {

using namespace gosset;
using namespace gosset::higgs;

constexpr size_t kSamples = 100000, kRounds = 400, kFinalSamples = 1000000;

struct Sums {
    double sum[64][4] = {}, count[64][4] = {}, error = 0;
};

/// Nearest points of all samples (four columns each); errors per column in `error`.
template <Member m>
Sums assign(const Grid& grid, const std::vector<float>& samples) {
    Sums s;
    const F4 ones[4] = {splat(1.0f), splat(1.0f), splat(1.0f), splat(1.0f)};
    for (size_t i = 0; i < samples.size(); i += 16) {
        F4 x[4] = {};
        for (size_t t = 0; t < 4; ++t)
            for (size_t lane = 0; lane < 4; ++lane) x[t][lane] = samples[i + 4 * lane + t];
        const I4 code = nearest<m>(grid, x, ones);
        for (int lane = 0; lane < 4; ++lane) {
            const Parts p = parts_of<m>(uint32_t(code[lane]));
            for (size_t t = 0; t < 4; ++t) {
                const uint32_t k = p.index[t / 2], d = p.dim[t];
                const double v = p.negative[t] ? -double(x[t][lane]) : double(x[t][lane]);
                const double e = v - double(grid.point[k][d]);
                s.sum[k][d] += v, s.count[k][d] += 1, s.error += e * e;
            }
        }
    }
    s.error /= double(samples.size());
    return s;
}

template <Member m>
Grid start(Rng& rng) {
    Grid g = {};
    constexpr int dims = int(Layout<m>::kDims);
    const double spread = std::sqrt((dims + 2.0) / dims);  // the density of points is f^(d / (d+2))
    for (size_t i = 0; i < Layout<m>::kPoints; ++i)
        for (int d = 0; d < dims; ++d) {
            float& c = g.point[i][size_t(d)];
            c = rng.normal() * float(spread);
            if (m == Member::b4) c = std::fabs(c);
        }
    if (m != Member::b3q) return g;
    // The upper half of every other square of a checkerboard, the middle densest: mirrored, it is
    // the other squares.
    struct Square {
        float r, x, y;
    };
    std::vector<Square> squares;
    for (int i = -20; i < 20; ++i)
        for (int j = 0; j < 20; ++j) {
            const float x = float(i) + 0.5f, y = float(j) + 0.5f;
            if ((i + j) % 2 == 0) squares.push_back({x * x + y * y + x / 64 + y / 512, x, y});
        }
    std::sort(squares.begin(), squares.end(),
              [](const Square& a, const Square& b) { return a.r < b.r; });
    const float widest = squares[Layout<m>::kPoints - 1].r;
    for (size_t i = 0; i < Layout<m>::kPoints; ++i) {
        const float f = 2.6f / std::sqrt(widest) * (0.75f + 0.25f * squares[i].r / widest);
        g.point[i][0] = f * squares[i].x, g.point[i][1] = f * squares[i].y;
    }
    return g;
}

template <Member m>
Grid lloyd(uint64_t seed, double& error) {
    Rng rng(seed);
    Grid g = start<m>(rng);
    std::vector<float> samples(4 * kSamples);
    for (size_t round = 0; round < kRounds; ++round) {
        // Overshooting means at first, damped against the noise of samples at last.
        const double step = round < kRounds / 2 ? 1.3 : round < kRounds * 4 / 5 ? 0.7 : 0.15;
        rng.normals(samples.data(), samples.size());
        const Sums s = assign<m>(g, samples);
        for (size_t i = 0; i < Layout<m>::kPoints; ++i)
            for (size_t d = 0; d < Layout<m>::kDims; ++d) {
                float& c = g.point[i][d];
                if (s.count[i][d] > 0)
                    c += float(step * (s.sum[i][d] / s.count[i][d] - double(c)));
                else
                    c = float(rng.normal());
                if (m == Member::b4) c = std::fabs(c);
            }
    }
    samples.resize(4 * kFinalSamples);
    Rng(7).normals(samples.data(), samples.size());
    error = assign<m>(g, samples).error;
    return g;
}

/// Rounds to multiples of unit, then lets rounded means settle; the error of the best round.
template <Member m>
double round_to(float unit, Grid& g, const std::vector<float>& samples) {
    const auto rounded = [unit](double x) {
        return unit * float(std::clamp(std::nearbyint(x / double(unit)), -127.0, 127.0));
    };
    for (auto& point : g.point)
        for (float& c : point) c = rounded(double(c));
    Grid best = g;
    double least = 1e9;
    for (int round = 0; round < 6; ++round) {
        const Sums s = assign<m>(g, samples);
        if (s.error < least) least = s.error, best = g;
        for (size_t i = 0; i < Layout<m>::kPoints; ++i)
            for (size_t d = 0; d < Layout<m>::kDims; ++d)
                if (s.count[i][d] > 0) g.point[i][d] = rounded(s.sum[i][d] / s.count[i][d]);
    }
    g = best;
    return least;
}

template <Member m>
void make(const char* name) {
    constexpr size_t kPoints = Layout<m>::kPoints;
    Grid best = {};
    double least = 1e9;
    for (uint64_t seed = 1; seed <= (m == Member::b3q ? 1 : 6); ++seed) {
        double error;
        const Grid g = lloyd<m>(seed, error);
        std::fprintf(stderr, "%s, seed %d: %.6f\n", name, int(seed), error);
        if (error < least) least = error, best = g;
    }
    float widest = 0;
    for (const auto& point : best.point)
        for (float c : point) widest = std::max(widest, std::fabs(c));

    std::vector<float> samples(4 * kSamples), fresh(4 * kFinalSamples);
    Rng(11).normals(samples.data(), samples.size());
    Rng(13).normals(fresh.data(), fresh.size());
    Grid chosen = best;
    float unit = 0;
    double rounded = 1e9;
    for (int k = 70; k <= 104; ++k) {
        const float u = widest / 127 * float(k) / 100;
        Grid g = best;
        const double error = round_to<m>(u, g, samples);
        if (error < rounded) rounded = error, chosen = g, unit = u;
    }
    std::printf("// %s: on other samples %.6f, before rounding %.6f\n{%.9gf, {", name,
                assign<m>(chosen, fresh).error, assign<m>(best, fresh).error, double(unit));
    std::sort(chosen.point, chosen.point + kPoints);
    for (size_t d = 0; d < Layout<m>::kDims; ++d) {
        for (size_t i = 0; i < kPoints; ++i)
            std::printf("%s%d,", i % 16 == 0 ? "\n  " : " ",
                        int(std::lround(chosen.point[i][d] / unit)));
    }
    std::printf("\n}},\n");
    std::fflush(stdout);
}

}  // namespace

int main() {
    std::printf("// Made by make_grids.cpp: unit, levels [dimension][point].\n");
    make<Member::b2>("higgs2");
    make<Member::b2h>("higgs2.5");
    make<Member::b3>("higgs3");
    make<Member::b3q>("higgs3.25");
    make<Member::b4>("higgs4");
}
