/// Rows of a source tensor to floats, straight from the mapping: what both sources share.
/// Stateless.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "runtime/base/status.hpp"
#include "tools/import/element_type.hpp"

namespace gosset {

/// A stored matrix [rows][cols], and how its rows are to be numbered.
struct StoredTensor {
    ElementType type = ElementType::f32;
    const uint8_t* data = nullptr;
    uint64_t rows = 0, cols = 0;
    /// The rows come in heads of this many, and the first `rotary_dim` rows of a head are stored
    /// as pairs: row 2i is Hugging Face's row i, row 2i + 1 its row i + rotary_dim / 2. 0: as they
    /// are. A vector (rows = 1) has its elements in this order.
    uint32_t head_dim = 0, rotary_dim = 0;
    float less = 0.0f;  ///< what was added to every value when it was stored
};

/// From one row of it to the next.
uint64_t stored_row_bytes(const StoredTensor& tensor);

/// Where Hugging Face's row lies in a tensor whose rotary pairs are interleaved.
uint64_t stored_row(const StoredTensor& tensor, uint64_t row);

/// Rows [begin, begin + count) into out[count][cols]; checks the range, and that every value is
/// finite: errors name the tensor and its row.
Status read_stored_rows(const StoredTensor& tensor, std::string_view name, uint64_t begin,
                        uint64_t count, float* out);

}  // namespace gosset
