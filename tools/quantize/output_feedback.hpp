/// The feedback from row to row of a batch's tensors, out of the moments of the gradients of their
/// outputs. Relies on the calibrator and the tensor encoders.
#pragma once

#include <vector>

#include "tools/quantize/calibration.hpp"
#include "tools/quantize/tensor_encoder.hpp"

namespace gosset::quantize {

/// Bytes of a tensor's moments and of the factors made of them; 0: it takes no such feedback.
uint64_t output_feedback_bytes(const TensorEncoder& encoder);

/// For each of `tensors` (indices into the encoders) what TensorEncoder::set_feedback takes; empty:
/// none. Errors: gradients that are not finite.
Result<std::vector<std::vector<RowFeedback>>> make_output_feedback(
    const std::vector<size_t>& tensors, Calibrator& calibrator,
    const std::vector<TensorEncoder>& encoders, const Options& options);

}  // namespace gosset::quantize
