/// The tables of a tensor: the list of levels for normal numbers, with the scales that go with it
/// where the rows encode as normal numbers do (rotated rows do), and fitted scales elsewhere.
#include <cstring>

#include "simd/codecs/e8c/encode.hpp"
#include "simd/encode_scales.hpp"

namespace gosset::e8c {

namespace {

/// For rows of N(0,1), by make_levels.cpp.
struct Gaussian {
    GaussianTable table;
    float by_size, by_peak;  ///< Levels has them
    int8_t list[32];
};
constexpr Gaussian kGaussian[] = {
#include "simd/codecs/e8c/gaussian_levels.inc"
};

/// ScaleFit::error; the context is a Levels.
template <int H>
float block_error(const void* levels, const float* x, float scale) {
    Block block;
    load_block(x, nullptr, 1, block);
    return block_cost<H>(static_cast<const Levels*>(levels)->cells, block, scale, 1 / scale);
}

}  // namespace

template <int H>
const Levels& gaussian_levels() {
    constexpr const Gaussian& g = kGaussian[H - 3];
    static const Levels levels(g.list, Layout<H>::kLevels, kClasses<H>, g.by_size, g.by_peak);
    return levels;
}
template const Levels& gaussian_levels<3>();
template const Levels& gaussian_levels<4>();
template const Levels& gaussian_levels<5>();
template const Levels& gaussian_levels<6>();
template const Levels& gaussian_levels<7>();
template const Levels& gaussian_levels<8>();
template const Levels& gaussian_levels<9>();

void fit(const Codec& codec, const float* rows, size_t n_rows, size_t cols, Tables& tables) {
    constexpr size_t kFitBlocks = 2048;
    with_rate(codec, [&]<int H>() {
        const Levels& levels = gaussian_levels<H>();
        const ScaleFit fit = {block_error<H>, &levels, levels.largest, kFitBlocks};
        fit_or_gaussian(fit, kGaussian[H - 3].table, rows, n_rows, cols, tables.scale);
        std::memcpy(tables.params, levels.list, kParamsBytes);
    });
}

}  // namespace gosset::e8c
