/// The gains of a tensor: the Lloyd-Max quantizer of its own groups. Rows that encode as well as
/// Gaussian ones (wide rotated rows do: the norm of a group is chi-distributed with 8 degrees of
/// freedom) get a fixed table, made offline by make_table.cpp; for others (short rows, whose groups
/// follow a Beta law, or rows that were not rotated) the gains are fitted to a sample.
#include "runtime/base/half.hpp"
#include "simd/codecs/pvq/encode.hpp"
#include "simd/codecs/pvq/lloyd.hpp"
#include "simd/encode_scales.hpp"

namespace gosset::pvq {

namespace {

constexpr GaussianTable kGaussian[] = {
#include "simd/codecs/pvq/gaussian_table.inc"
};

constexpr size_t kSampleGroups = 4096;
/// The relative error of so many Gaussian groups varies by 1%.
constexpr double kTolerance = 1.04;

/// Groups of the sample, evenly spread, each divided by the scale of its row.
std::vector<Target> sample_groups(const float* rows, size_t n_rows, size_t cols) {
    const size_t per_row = cols / 8, total = n_rows * per_row;
    const size_t count = std::min(total, kSampleGroups);
    std::vector<Target> out(count);
    size_t scaled_row = n_rows;
    float inverse = 0;
    for (size_t k = 0; k < count; k++) {
        const size_t at = total / count * k + total % count * k / count, row = at / per_row;
        if (row != scaled_row) {
            const float scale = f16_to_f32(rms_row_scale(rows + row * cols, cols));
            inverse = scale > 0 ? 1 / scale : 0, scaled_row = row;
        }
        load_target(rows + row * cols + at % per_row * 8, nullptr, inverse, out[k]);
    }
    return out;
}

template <uint32_t K>
void fit_gains(const std::vector<Target>& groups, float table[kScaleTable]) {
    const GaussianTable& gaussian = kGaussian[Layout<K>::kBits - 2];
    for (uint32_t k = 0; k < kScaleTable; k++) table[k] = gaussian.scales[k];
    double squares = 0;
    for (const Target& t : groups)
        for (float v : t.x) squares += double(v) * double(v);
    const double error = lloyd_error<K>(groups, table);
    if (!(error > double(gaussian.mse) * kTolerance * squares)) return;

    float fitted[kScaleTable];
    lloyd_start<K>(groups, fitted);
    for (int round = 0; round < 16; round++) lloyd_round<K>(groups, fitted);
    if (!(lloyd_error<K>(groups, fitted) < error)) return;
    for (uint32_t k = 0; k < kScaleTable; k++) table[k] = fitted[k];
}

}  // namespace

void fit(const Codec& codec, const float* rows, size_t n_rows, size_t cols, Tables& tables) {
    const std::vector<Target> groups = sample_groups(rows, n_rows, cols);
    with_pulses(codec, [&]<uint32_t K>() { fit_gains<K>(groups, tables.scale); });
}

}  // namespace gosset::pvq
