/// The input-side rotation of weights (format/tensor.hpp): which one a width gets, and applying it
/// to rows. Stored rows are W R^T, that is R applied to each row of W. Relies on simd/hadamard for
/// orders and tables and on the operation kernels for the transform.
#pragma once

#include <cstdint>

#include "format/tensor.hpp"
#include "runtime/base/status.hpp"
#include "simd/hadamard.hpp"
#include "simd/kernels.hpp"

namespace gosset::quantize {

/// The rotation of a row of `cols` weights: over the least multiple of 32 that is at least cols and
/// has a Hadamard order (172 -> 192). Fails for widths beyond kMaxHadamardWidth.
Result<Rotation> choose_rotation(uint64_t cols, uint64_t seed);

/// A rotation made ready, or the identity. Thread-safe to apply.
class RowTransform {
  public:
    RowTransform() = default;
    /// `cols`: the logical width. The tables live in `tables`, which must outlive the transform.
    /// Factors may come from a hostile file: a set that is no rotation of a width of at least cols
    /// is an error.
    static Result<RowTransform> make(const Rotation& rotation, uint64_t cols, const OpKernels& ops,
                                     HadamardSet& tables);

    /// Floats of a row as transformed: the product of the factors, or cols.
    uint64_t width() const { return width_; }
    bool identity() const { return hadamard_ == nullptr; }
    /// row: width() floats, those beyond cols zero; scratch: width() floats.
    void apply(float* row, float* scratch) const { transform(row, scratch, false); }
    void undo(float* row, float* scratch) const { transform(row, scratch, true); }

  private:
    void transform(float* row, float* scratch, bool inverse) const;

    const OpKernels* ops_ = nullptr;
    const Hadamard* hadamard_ = nullptr;
    uint64_t width_ = 0;
};

}  // namespace gosset::quantize
