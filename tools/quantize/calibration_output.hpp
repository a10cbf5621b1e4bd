/// The outputs of a layer's linears whose gradients calibration asks for. Relies on nothing.
#pragma once

#include <cstdint>

#include "tools/gradient/output_site.hpp"

namespace gosset::quantize {

using gradient::kOutputSites;
using gradient::OutputSite;

/// An output the second moments of whose gradient are wanted, G = sum g g^T over tokens.
struct CalibrationOutput {
    uint32_t layer;
    OutputSite site;
    uint64_t rows;  ///< of the linear: the width of its output
};

/// Rows in a block of G: between blocks it counts as 0. The last one may have fewer.
inline constexpr uint64_t kOutputBlock = 512;

}  // namespace gosset::quantize
