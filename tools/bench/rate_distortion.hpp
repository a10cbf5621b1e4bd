/// Rate and distortion of a codec on normal numbers, through the packed bytes and the scalar
/// reference, as a file would hold them. Relies on simd/encoder.hpp.
#pragma once

#include <cstdint>

#include "simd/codec.hpp"

namespace gosset::bench {

inline constexpr uint32_t kRdRows = 256, kRdCols = 4096;

/// Every stored bit (codes, scale indices, row scales, table) per weight of a kRdRows x kRdCols
/// tensor.
double stored_bits_per_weight(const Codec&);

/// Mean squared error on kRdRows x kRdCols of N(0, 1) drawn from `seed`; the scale table is fitted
/// on other numbers. The same result on every machine and for every number of threads.
double gaussian_mse(const Codec&, uint64_t seed, unsigned threads);

/// Decibels above Shannon's bound for a Gaussian source, D(R) = 2^(-2 R).
double gap_to_shannon_db(double bits_per_weight, double mse);

}  // namespace gosset::bench
