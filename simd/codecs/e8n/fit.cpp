/// The scale table of a tensor. Rows that encode as well as Gaussian ones (rotated rows do) get a
/// fixed table, made offline by make_table.cpp; for others the scales are fitted to a sample.
#include "simd/codecs/e8n/encode.hpp"
#include "simd/codecs/e8n/layout.hpp"
#include "simd/encode_scales.hpp"

namespace gosset::e8n {

namespace {

constexpr GaussianTable kGaussian[] = {
#include "simd/codecs/e8n/gaussian_table.inc"
};
template <int Q>
constexpr const GaussianTable& gaussian = kGaussian[Layout<Q>::kBits - 2];

constexpr float kSecondMoment = 0.0717f;  ///< of the Voronoi cell of E8, per dimension
constexpr size_t kFitBlocks = 1024;

float energy(const F4 v[8], const F4 w[8]) {
    F4 sum = splat(0);
    for (int i = 0; i < 8; ++i) sum += w[i] * (v[i] * v[i]);
    return sum_lanes(sum);
}

template <int Q>
void fit_member(const float* rows, size_t n_rows, size_t cols, float table[kScaleTable]) {
    // The widest point per largest coordinate is (1, .. 1): gauge 4, coded to levels of Q / 2.
    const ScaleFit with = {block_error<Q>, nullptr, float(Q) / 2, kFitBlocks};
    fit_or_gaussian(with, gaussian<Q>, rows, n_rows, cols, table);
}

}  // namespace

template <int Q>
float block_error(const void*, const float* x, float scale) {
    const float beta = 2 * scale, inverse = 1 / beta;
    Block block;
    load_block(x, nullptr, 1, block);
    if (block.widest * inverse > float(2 * Q)) {  // hopeless: as if every group just shrank
        const F4 lost = max4(splat(0), 1.0f - float(Q) * beta / max4(block.extent, splat(1e-30f)));
        F4 e[8];
        for (int i = 0; i < 8; ++i) e[i] = block.x[i] * lost;
        return energy(e, block.w) + kSecondMoment * (beta * beta) * float(kPanelCols);
    }
    Found found;
    try_scale<Q>(block, beta, inverse, 3.4e38f, found);
    if (!found.coded) clamp_to_scale<Q>(block, beta, inverse, found);
    return found.error;
}
template float block_error<4>(const void*, const float*, float);
template float block_error<8>(const void*, const float*, float);
template float block_error<16>(const void*, const float*, float);

void fit(const Codec& codec, const float* rows, size_t n_rows, size_t cols, Tables& tables) {
    with_levels(codec, [&]<int Q>() { fit_member<Q>(rows, n_rows, cols, tables.scale); });
}

}  // namespace gosset::e8n
