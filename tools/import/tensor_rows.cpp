#include "tools/import/tensor_rows.hpp"

#include <string>
#include <vector>

#include "runtime/base/checked.hpp"
#include "tools/import/printable.hpp"

namespace gosset {
namespace {

Status check_finite(const float* row, std::string_view name, uint64_t number, uint64_t cols) {
    const size_t bad = first_non_finite(row, cols);
    if (bad == cols) return {};
    return corrupt("tensor " + printable(name) + ", row " + std::to_string(number) + ", column " +
                   std::to_string(bad) + ": the value is infinite or not a number");
}

/// The elements of a vector, taken out of their interleaved order.
void order_vector(const StoredTensor& tensor, float* values) {
    const std::vector<float> stored(values, values + tensor.cols);
    for (uint64_t i = 0; i < tensor.cols; i++) values[i] = stored[stored_row(tensor, i)];
}

}  // namespace

uint64_t stored_row_bytes(const StoredTensor& tensor) {
    const ElementInfo& info = element_info(tensor.type);
    return tensor.cols / info.length * info.bytes;
}

uint64_t stored_row(const StoredTensor& tensor, uint64_t row) {
    if (tensor.head_dim == 0) return row;
    const uint64_t inside = row % tensor.head_dim, half = tensor.rotary_dim / 2;
    if (inside >= 2 * half) return row;
    return row - inside + (inside < half ? 2 * inside : 2 * (inside - half) + 1);
}

Status read_stored_rows(const StoredTensor& tensor, std::string_view name, uint64_t begin,
                        uint64_t count, float* out) {
    if (!range_fits(begin, count, tensor.rows))
        return invalid_argument("tensor " + printable(name) + " has " +
                                std::to_string(tensor.rows) + " rows: there are no " +
                                std::to_string(count) + " from row " + std::to_string(begin));
    const uint64_t stride = stored_row_bytes(tensor);
    for (uint64_t i = 0; i < count; i++, out += tensor.cols) {
        const uint64_t row = tensor.rows == 1 ? 0 : stored_row(tensor, begin + i);
        elements_to_float(tensor.type, tensor.data + row * stride, tensor.cols, out);
        GOSSET_TRY(check_finite(out, name, begin + i, tensor.cols));
        if (tensor.rows == 1 && tensor.head_dim != 0) order_vector(tensor, out);
        if (tensor.less != 0.0f)
            for (uint64_t c = 0; c < tensor.cols; c++) out[c] -= tensor.less;
    }
    return {};
}

}  // namespace gosset
