/// Plain data to the FlatBuffer of a file: the inverse of metadata.hpp. Private to format/, linked
/// by tools only.
#pragma once

#include <cstdint>
#include <vector>

#include "format/writer.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

/// The bytes depend on nothing but the description, and their number on nothing but the sizes of
/// its strings and arrays: every scalar is stored, also one that has its default.
Result<std::vector<uint8_t>> pack_metadata(const ModelDescription& description);

}  // namespace gosset
