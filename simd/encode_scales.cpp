#include "simd/encode_scales.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "simd/parts/encode_lanes.hpp"

namespace gosset {

namespace {

constexpr size_t kCandidates = 96;
constexpr double kRange = 4096;  ///< largest candidate / smallest: smaller blocks hardly count

/// Blocks of the sample, each divided by the scale of its row.
std::vector<float> normalized_blocks(const float* rows, size_t n_rows, size_t cols, size_t limit) {
    const size_t per_row = cols / kPanelCols, total = n_rows * per_row;
    const size_t count = std::min(total, limit);
    std::vector<float> out(count * kPanelCols);
    size_t scaled_row = n_rows;
    float scale = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t block = size_t(double(i) * double(total) / double(count));
        const size_t row = block / per_row;
        const float* x = rows + row * cols + block % per_row * kPanelCols;
        if (row != scaled_row) scale = f16_to_f32(rms_row_scale(rows + row * cols, cols));
        scaled_row = row;
        for (size_t c = 0; c < kPanelCols; c++)
            out[i * kPanelCols + c] = scale > 0 ? x[c] / scale : 0;
    }
    return out;
}

float max_abs(const float* x) {
    float m = 0;
    for (size_t c = 0; c < kPanelCols; c++) m = std::max(m, x[c] < 0 ? -x[c] : x[c]);
    return m;
}

/// Ascending and geometric between half of what the smallest block needs and a bit more than the
/// largest needs; blocks of zeros ask for one more, tiny, candidate in front.
std::vector<float> candidates(const std::vector<float>& blocks, float max_level) {
    double low = std::numeric_limits<double>::max(), high = 0;
    bool zeros = false;
    for (size_t i = 0; i < blocks.size(); i += kPanelCols) {
        const double need = double(max_abs(&blocks[i])) / double(max_level);
        zeros |= need == 0;
        if (need > 0) low = std::min(low, need * 0.5);
        high = std::max(high, need * 1.05);
    }
    if (!(high > 0) || !(high < 1e30)) low = 1.0 / kRange, high = 1;
    low = std::max(low, high / kRange);
    std::vector<float> out;
    if (zeros) out.push_back(float(high / kRange));

    // ratio = (high / low)^(1 / (n - 1)) by bisection: pow would differ between C libraries.
    double from = 1, to = high / low;
    for (int i = 0; i < 100; i++) {
        const double ratio = from + (to - from) * 0.5;
        double product = 1;
        for (size_t k = 1; k < kCandidates; k++) product *= ratio;
        (product < high / low ? from : to) = ratio;
    }
    double scale = low;
    for (size_t k = 0; k < kCandidates; k++, scale *= from) out.push_back(float(scale));
    return out;
}

/// The k-median problem over a matrix of costs[candidate][block].
class Chooser {
  public:
    Chooser(std::vector<float> costs, size_t n_candidates)
        : costs_(std::move(costs)),
          n_(n_candidates),
          blocks_(costs_.size() / n_candidates),
          best_(blocks_, std::numeric_limits<float>::max()) {}

    std::vector<size_t> choose(size_t k) {
        std::vector<size_t> chosen;
        while (chosen.size() < k) {
            chosen.push_back(cheapest(best_).candidate);
            lower(best_, chosen.back());
        }
        while (improve(chosen)) {
        }
        return chosen;
    }

  private:
    struct Cheapest {
        double cost;
        size_t candidate;
    };
    const float* row(size_t candidate) const { return costs_.data() + candidate * blocks_; }
    void lower(std::vector<float>& best, size_t candidate) const {
        for (size_t b = 0; b < blocks_; b++) best[b] = std::min(best[b], row(candidate)[b]);
    }
    /// The candidate that, added to what `best` has, costs least in total.
    Cheapest cheapest(const std::vector<float>& best) const {
        Cheapest found = {std::numeric_limits<double>::max(), 0};
        for (size_t c = 0; c < n_; c++) {
            double cost = 0;
            for (size_t b = 0; b < blocks_; b++) cost += double(std::min(best[b], row(c)[b]));
            if (cost < found.cost) found = {cost, c};
        }
        return found;
    }
    /// Replaces each choice in turn by the best one given the others; whether anything improved.
    bool improve(std::vector<size_t>& chosen) const {
        bool improved = false;
        for (size_t i = 0; i < chosen.size(); i++) {
            std::vector<float> others(blocks_, std::numeric_limits<float>::max());
            for (size_t j = 0; j < chosen.size(); j++)
                if (j != i) lower(others, chosen[j]);
            double now = 0;
            for (size_t b = 0; b < blocks_; b++)
                now += double(std::min(others[b], row(chosen[i])[b]));
            const Cheapest better = cheapest(others);
            if (better.cost < now * (1 - 1e-7)) chosen[i] = better.candidate, improved = true;
        }
        return improved;
    }

    std::vector<float> costs_;
    size_t n_, blocks_;
    std::vector<float> best_;
};

}  // namespace

uint16_t rms_row_scale(const float* row, size_t cols) {
    double sum = 0;
    for (size_t c = 0; c < cols; c++) sum += double(row[c]) * double(row[c]);
    const double rms = cols > 0 ? std::sqrt(sum / double(cols)) : 0;
    return f32_to_f16(rms < 65504.0 ? float(rms) : 65504.0f);
}

void fit_scales(const ScaleFit& fit, const float* rows, size_t n_rows, size_t cols,
                float table[kScaleTable]) {
    const std::vector<float> blocks = normalized_blocks(rows, n_rows, cols, fit.max_blocks);
    const std::vector<float> scales = candidates(blocks, fit.max_level);
    const size_t n = blocks.size() / kPanelCols;
    std::vector<float> costs(scales.size() * n);
    for (size_t c = 0; c < scales.size(); c++)
        for (size_t b = 0; b < n; b++)
            costs[c * n + b] = fit.error(fit.context, &blocks[b * kPanelCols], scales[c]);
    const std::vector<size_t> chosen = Chooser(std::move(costs), scales.size()).choose(kScaleTable);
    for (size_t i = 0; i < kScaleTable; i++) table[i] = scales[chosen[i]];
    std::sort(table, table + kScaleTable);
}

uint16_t peak_row_scale(const float* row, size_t cols, uint16_t rms, const float table[kScaleTable],
                        float max_level) {
    F4 peaks = splat(0);
    for (size_t c = 0; c < cols; c += 4) {
        F4 v;
        std::memcpy(&v, row + c, sizeof v);
        peaks = max4(abs4(v), peaks);
    }
    const float peak = max_lane(peaks);
    float widest = 0;
    for (uint32_t k = 0; k < kScaleTable; k++) widest = std::max(widest, table[k]);
    const float scale = f16_to_f32(rms), reach = widest * max_level;
    if (!(scale > 0) || !(reach > 0) || !(peak > 1.2f * reach * scale)) return 0;
    const float wide = peak / reach;
    return wide < 65504.0f ? f32_to_f16(wide) : uint16_t(0);
}

void fit_or_gaussian(const ScaleFit& fit, const GaussianTable& gaussian, const float* rows,
                     size_t n_rows, size_t cols, float table[kScaleTable]) {
    constexpr size_t kTestBlocks = 512;
    constexpr double kTolerance = 1.04;  // the relative error of so many blocks varies by 1%
    const std::vector<float> blocks = normalized_blocks(rows, n_rows, cols, kTestBlocks);
    double error = 0, squares = 0;
    for (size_t at = 0; at < blocks.size(); at += kPanelCols) {
        const float* x = &blocks[at];
        float best = fit.error(fit.context, x, gaussian.scales[0]);
        for (size_t s = 1; s < kScaleTable; s++)
            best = std::min(best, fit.error(fit.context, x, gaussian.scales[s]));
        error += double(best);
        for (size_t c = 0; c < kPanelCols; c++) squares += double(x[c]) * double(x[c]);
    }
    if (error <= double(gaussian.mse) * kTolerance * squares)
        std::copy_n(gaussian.scales, kScaleTable, table);
    else
        fit_scales(fit, rows, n_rows, cols, table);
}

}  // namespace gosset
