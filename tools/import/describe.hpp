/// One line about a source, for reports. Relies on source.hpp.
#pragma once

#include <span>
#include <string>

#include "tools/import/source.hpp"

namespace gosset {

/// "Q4_1 + F32 + Q8_0": the types of the tensors, the most frequent first.
std::string describe_types(std::span<const SourceTensor> tensors);

}  // namespace gosset
