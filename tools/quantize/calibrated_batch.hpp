/// The order of work of a calibrated quantization: tensors in batches whose second moments fit into
/// memory together, and their error feedback. Relies on the calibrator and the tensor encoders.
#pragma once

#include <vector>

#include "tools/quantize/calibration.hpp"
#include "tools/quantize/tensor_encoder.hpp"

namespace gosset::quantize {

struct CalibratedBatch {
    std::vector<size_t> tensors;  ///< indices into the encoders, ascending
};

/// Whole layers, as many to a batch as calibration.memory holds, at least one; the head comes
/// behind the last, what takes no feedback with the first. Without a calibration: one batch.
std::vector<CalibratedBatch> cut_batches(const std::vector<TensorEncoder>& encoders,
                                         const CalibrationOptions& calibration);

/// What the encoders of a batch point to.
struct BatchFeedback {
    std::vector<Feedback> columns;
    std::vector<std::vector<RowFeedback>> rows;  ///< [tensor of the batch][chunk]
};

/// Calibrates the batch's inputs, with gradient_tokens its outputs too, and sets the feedback of
/// every tensor that takes one.
Result<BatchFeedback> make_feedback(const CalibratedBatch& batch, Calibrator& calibrator,
                                    std::vector<TensorEncoder>& encoders, const Options& options);

}  // namespace gosset::quantize
