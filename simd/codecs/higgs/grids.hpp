/// The grids that the encoder stores in a tensor: made offline for N(0,1) by make_grids.cpp.
/// Relies on simd/codecs/higgs/layout.hpp.
#pragma once

#include "simd/codecs/higgs/layout.hpp"

namespace gosset::higgs {

struct GaussianGrid {
    float unit;         ///< what a level counts, where a row's root mean square is 1
    int8_t level[256];  ///< [kDims][kPoints]
};
inline constexpr GaussianGrid kGaussian[kMembers] = {
#include "simd/codecs/higgs/grids.inc"
};
template <Member m>
inline constexpr const GaussianGrid& gaussian = kGaussian[size_t(m)];

}  // namespace gosset::higgs
