/// A fingerprint of where weights came from, for a file's provenance. Relies on xxHash.
#pragma once

#include <functional>
#include <string>

#include "runtime/base/status.hpp"

namespace gosset::quantize {

/// XXH3-64 of a file's bytes, or of those of all .safetensors of a folder in the order of their
/// names: "xxh3:0123456789abcdef". stop() is asked now and then and aborts by true.
Result<std::string> hash_source(const std::string& path, const std::function<bool()>& stop);

}  // namespace gosset::quantize
