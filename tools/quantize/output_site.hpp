/// The outputs of a layer's linears whose gradients calibration asks for: one a tensor, unlike the
/// inputs (runtime/model/observer.hpp), which some linears share. Relies on nothing.
#pragma once

#include <cstdint>

namespace gosset::quantize {

enum class OutputSite : uint8_t { q, k, v, o, gate, up, down };
inline constexpr uint32_t kOutputSites = 7;  ///< of a layer

/// An output the second moments of whose gradient are wanted, G = sum g g^T over tokens.
struct CalibrationOutput {
    uint32_t layer;
    OutputSite site;
    uint64_t rows;  ///< of the linear: the width of its output
};

/// Rows in a block of G: between blocks it counts as 0. The last one may have fewer.
inline constexpr uint64_t kOutputBlock = 512;

}  // namespace gosset::quantize
