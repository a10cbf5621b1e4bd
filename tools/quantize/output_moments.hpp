/// Second moments of the gradients of a model's outputs: K-FAC's factor of the output side (arXiv
/// 1503.05671), of the Fisher information: of the loss -log p(label), the label of each token drawn
/// from p, the model's own distribution. tr(G E H E^T) is, up to a factor, what the divergence
/// from the model grows by when a linear's weights are off by E. Relies on the backward pass.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "runtime/base/status.hpp"
#include "runtime/model/weights.hpp"
#include "tools/quantize/calibration_output.hpp"

namespace gosset::quantize {

/// A number in [0, 1) for each token, by which its label is drawn; from the window's tokens alone.
std::vector<double> label_draws(const std::vector<uint32_t>& window);
/// The first label up to which p adds up to more than `draw`.
size_t label_of(std::span<const float> p, double draw);

/// G of each output, as Calibrator::output_moments gives it, summed over the tokens of all windows.
/// progress(tokens done): false stops. The sums depend on neither threads nor tier.
Result<std::vector<std::vector<float>>> sum_output_moments(
    const ModelWeights& model, std::span<const std::vector<uint32_t>> windows,
    const std::vector<CalibrationOutput>& outputs, uint32_t threads,
    const std::function<bool(uint64_t)>& progress);

}  // namespace gosset::quantize
