/// From a point of P(8, K) to its code: the inverse of what reference.cpp decodes.
#pragma once

#include "simd/codecs/pvq/halves.hpp"

namespace gosset::pvq {

/// The code of y, with gain 0. K = 6, 13, 25; the sum of |y| is K.
template <uint32_t K>
Fields fields_of(const int y[8]);

}  // namespace gosset::pvq
