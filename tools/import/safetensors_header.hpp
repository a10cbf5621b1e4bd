/// The JSON header of a safetensors file, read as a stream of events: no tree is built, so a
/// hostile header costs no more memory than its tensors do, and a name that appears twice is seen.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/status.hpp"

namespace gosset {

/// An entry of the header as it is written there: only the form has been checked.
struct SafetensorsEntry {
    std::string name, dtype;
    std::vector<uint64_t> shape;    ///< at most 8 dimensions
    std::vector<uint64_t> offsets;  ///< begin and end
};

Result<std::vector<SafetensorsEntry>> parse_safetensors_header(std::string_view json);

}  // namespace gosset
