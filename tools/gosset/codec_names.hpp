/// Codecs as arguments of the command. Relies on simd/codec.hpp.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "simd/codec.hpp"

namespace gosset::cli {

/// The codecs of these names in their order, all of the build for none. Throws a Failure
/// (common.hpp) that lists what there is.
std::vector<const Codec*> codecs_named(std::span<const std::string> names);

}  // namespace gosset::cli
