/// Second moments of what a model's linears read: streams a text through the unquantized model and
/// sums H = x x^T over its tokens, in the space in which the weights are stored (rotated, padded).
/// tr(E H E^T) is then the squared error of a linear's output when its weights are off by E.
/// Relies on the runtime, which runs an 8-bit copy of the source from a temporary file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/model/observer.hpp"
#include "tools/quantize/calibration_output.hpp"
#include "tools/quantize/pipeline.hpp"
#include "tools/quantize/rotation.hpp"

namespace gosset::quantize {

/// An input whose second moments are wanted.
struct CalibrationInput {
    uint32_t layer;  ///< of the head: any
    InputSite site;
    uint64_t cols;   ///< logical
    uint64_t width;  ///< as stored: padded, rotated
    const RowTransform* transform;
};

/// The error of an input that is not finite, or whose square is not.
Status input_overflows(uint32_t layer, InputSite site);

class Calibrator {
  public:
    /// Writes the 8-bit copy next to `out`, opens it, deletes its name (its bytes go when the
    /// process does), and cuts the text: windows of up to kWindow tokens, spread evenly over it,
    /// `calibration.tokens` in all. Errors: no tokenizer, a text that is too short, a model that
    /// this build does not run, a full disk.
    static Result<std::unique_ptr<Calibrator>> make(const ModelSource& source,
                                                    const std::string& out, const Options& options);
    virtual ~Calibrator() = default;

    /// One pass over the text: H of each input, [width][width] by rows, of which the upper triangle
    /// (column >= row) is set. Element by element the sum runs over the tokens in order, so the
    /// result does not depend on the threads.
    virtual Result<std::vector<std::vector<float>>> second_moments(
        const std::vector<CalibrationInput>& inputs) = 0;

    /// G = sum g g^T of the gradient of the loss with respect to each output. Of every kOutputBlock
    /// rows, one block after another: [n][n] by rows, upper triangle set, n the rows of the block.
    /// Empty: not known, so that the output's errors all matter alike.
    virtual Result<std::vector<std::vector<float>>> output_moments(
        const std::vector<CalibrationOutput>& outputs) = 0;

    static constexpr uint32_t kWindow = 512;
    static constexpr uint32_t kLeast = 64;  ///< tokens without which there is nothing to learn
};

}  // namespace gosset::quantize
