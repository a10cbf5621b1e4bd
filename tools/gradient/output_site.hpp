/// The linears of a layer by their outputs: one a tensor, unlike the inputs
/// (runtime/model/observer.hpp), which some linears share. Relies on nothing.
#pragma once

#include <cstdint>

namespace gosset::gradient {

enum class OutputSite : uint8_t { q, k, v, o, gate, up, down };
inline constexpr uint32_t kOutputSites = 7;  ///< of a layer

}  // namespace gosset::gradient
