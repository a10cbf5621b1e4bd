/// The safetensors container: the directory of one file over bytes that somebody else owns. Nothing
/// is trusted: header length, names, types, shapes and offsets are checked against each other and
/// the size of the file; the tensors must cover the data exactly, without gap or overlap.
///
///     | header length:u64 LE | header: JSON, at most 100 MB | data |
///     header = {"name": {"dtype": "F32", "shape": [rows, cols], "data_offsets": [begin, end]},
///     ...,
///               "__metadata__": {"key": "text", ...}};  offsets count from the start of the data
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/status.hpp"
#include "tools/import/element_type.hpp"

namespace gosset {

struct SafeTensor {
    std::string name;
    std::string dtype;                    ///< as spelled: "BF16"
    std::optional<ElementType> readable;  ///< how to convert it; none: known by name only
    std::vector<uint64_t> shape;          ///< as stored: may be empty (a scalar) or have zeros
    std::span<const uint8_t> data;        ///< exact
};

class SafetensorsFile {
  public:
    /// `bytes` must outlive the object. Tensors come in the order of their data.
    static Result<SafetensorsFile> parse(std::span<const uint8_t> bytes);

    const std::vector<SafeTensor>& tensors() const { return tensors_; }

  private:
    std::vector<SafeTensor> tensors_;
};

}  // namespace gosset
