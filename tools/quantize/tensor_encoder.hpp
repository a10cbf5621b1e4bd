/// One tensor on its way into a file: rows are read, padded, rotated, encoded, decoded again and
/// compared. Pure and thread-safe once fitted: the bytes of a row block depend on nothing else.
/// Relies on the codec's encoder (simd/encoder.hpp) and kernels, and on the source.
#pragma once

#include <vector>

#include "simd/dispatch.hpp"
#include "simd/encoder.hpp"
#include "tools/quantize/feedback.hpp"
#include "tools/quantize/plan.hpp"
#include "tools/quantize/rotation.hpp"
#include "tools/quantize/row_feedback.hpp"

namespace gosset::quantize {

/// Sums over some rows, in double: of (w - decoded)^2 and of w^2.
struct SquaredError {
    double error = 0, energy = 0;
};

/// Buffers of one thread, reused from chunk to chunk.
struct EncodeScratch {
    std::vector<float> read, rows, decoded, transform, error, target;
    std::vector<uint8_t> codes;        ///< result: panels of the chunk's row blocks
    std::vector<uint16_t> row_scales;  ///< result: fp16, one a padded row; unless ScaleKind::none
};

class TensorEncoder {
  public:
    /// source, plan and tables must outlive the encoder.
    static Result<TensorEncoder> make(const ModelSource& source, const TensorPlan& plan,
                                      const Isa& isa, HadamardSet& tables);

    const TensorPlan& plan() const { return *plan_; }
    const RowTransform& transform() const { return transform_; }
    /// Columns that the codec encodes together; 0: it takes no feedback.
    uint32_t feedback_group() const { return encoder_ ? encoder_->group : 0; }
    /// From here on rows are encoded with feedback; null: without. per_chunk: from row to row too,
    /// one for every kOutputBlock rows; null: not.
    void set_feedback(const Feedback* feedback,
                      const std::vector<RowFeedback>* per_chunk = nullptr) {
        feedback_ = feedback, row_feedback_ = per_chunk;
    }
    bool needs_fit() const { return plan_->codec && encoder_->fit; }
    /// Chooses the scale table and params from at most kSampleRows evenly spaced rows. Once, before
    /// encode().
    Status fit(EncodeScratch& scratch);
    const Tables& tables() const { return tables_; }

    /// Rows handled at a time: a multiple of 16 that depends on the shape and on whether there is
    /// feedback only.
    uint64_t chunk_rows() const;
    /// Encodes rows [begin, begin + count) into scratch.codes and .row_scales; begin is a multiple
    /// of chunk_rows(), and count is that unless the rows end there. A vector (no codec) is copied
    /// as raw f32. Errors: a non-finite weight, or one too large for the codec.
    Status encode(uint64_t begin, uint64_t count, EncodeScratch& scratch, SquaredError& sum) const;

  private:
    static constexpr uint64_t kSampleRows = 256;
    /// Row r into `out`, stored_cols floats: padded and rotated.
    void prepare(const float* in, float* out, EncodeScratch& scratch) const;
    Status read(uint64_t begin, uint64_t count, float* out) const;
    void encode_fed_back(uint64_t begin, uint64_t padded, EncodeScratch& scratch) const;
    /// Decodes what encode() made of rows begin, begin + 1, ...
    Status compare(uint64_t begin, uint64_t count, EncodeScratch& scratch, SquaredError& sum) const;

    const ModelSource* source_ = nullptr;
    const TensorPlan* plan_ = nullptr;
    const Encoder* encoder_ = nullptr;
    const CodecKernels* kernels_ = nullptr;
    const Feedback* feedback_ = nullptr;
    const std::vector<RowFeedback>* row_feedback_ = nullptr;
    RowTransform transform_;
    Tables tables_;
};

}  // namespace gosset::quantize
