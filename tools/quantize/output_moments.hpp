/// Second moments of the gradients of a model's outputs: K-FAC's factor of the output side (arXiv
/// 1503.05671), of the Fisher information. Labels are drawn from the model's own distribution, so
/// that tr(G E H E^T) is, up to a factor, what the divergence from the model grows by when a
/// linear's weights are off by E. Relies on the backward pass.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "runtime/base/status.hpp"
#include "runtime/model/weights.hpp"
#include "tools/quantize/output_site.hpp"

namespace gosset::quantize {

/// G of each output, as Calibrator::output_moments gives it, summed over the tokens of all windows.
/// progress(tokens done): false stops. The labels of a window depend on its tokens alone, the sums
/// on neither threads nor tier.
Result<std::vector<std::vector<float>>> sum_output_moments(
    const ModelWeights& model, std::span<const std::vector<uint32_t>> windows,
    const std::vector<CalibrationOutput>& outputs, uint32_t threads,
    const std::function<bool(uint64_t)>& progress);

}  // namespace gosset::quantize
