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

/// Whole layers, as many to a batch as `memory` bytes of second moments hold, at least one; the
/// head comes behind the last, what takes no feedback with the first. UINT64_MAX: one batch.
std::vector<CalibratedBatch> cut_batches(const std::vector<TensorEncoder>& encoders,
                                         uint64_t memory);

/// Calibrates the batch's inputs and sets the feedback of every tensor that takes one. The result
/// owns what the encoders then point to.
Result<std::vector<Feedback>> make_feedback(const CalibratedBatch& batch, Calibrator& calibrator,
                                            std::vector<TensorEncoder>& encoders,
                                            const Options& options);

}  // namespace gosset::quantize
