/// A stored tensor back to floats: rows decoded, the rotation undone, the padding dropped. All that
/// a file says about the tensor is checked against the codec first. Relies on the codec registry,
/// its kernels and the mapped file.
#pragma once

#include <vector>

#include "format/reader.hpp"
#include "simd/dispatch.hpp"
#include "tools/quantize/rotation.hpp"

namespace gosset::quantize {

class TensorDecoder {
  public:
    /// The file and the tables must outlive the decoder. Errors say what this build cannot decode
    /// or what does not fit together (the caller knows which tensor).
    static Result<TensorDecoder> make(const TensorView& tensor, const Isa& isa,
                                      HadamardSet& tables);

    uint64_t rows() const { return rows_; }
    uint64_t cols() const { return cols_; }
    /// Rows [begin, begin + count) of rows() into out[count][cols()].
    void read_rows(uint64_t begin, uint64_t count, float* out);

  private:
    Status check_panels(const TensorView& tensor, const Codec& codec);
    Status read_scales(const TensorView& tensor);
    Status read_params(const TensorView& tensor, const Codec& codec);

    uint64_t rows_ = 0, cols_ = 0;
    const uint8_t* raw_ = nullptr;  ///< of a vector; else null
    const CodecKernels* kernels_ = nullptr;
    RowTransform transform_;
    Weights shape_{};  ///< panels and counts; scales, table and params are the vectors below
    std::vector<float> table_;
    std::vector<uint16_t> row_scales_;
    std::vector<uint8_t> params_;
    std::vector<float> row_, scratch_;
};

}  // namespace gosset::quantize
