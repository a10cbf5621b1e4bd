/// The bytes of a q4 panel: 512 nibbles and 16 scale indices. Relies on simd/kernels.hpp.
///
///   byte 64 * v + 4 * r + g   row r, group g (columns 8 * g ..): v = 0..3, g = 0..3
///        7 6 5 4   3 2 1 0
///       +-------+---------+
///       | n odd | n even  |   n even: column 8 * g + 2 * v,  n odd: column 8 * g + 2 * v + 1
///       +-------+---------+
///   byte 256 + r / 2          scale index of row r: bits 0-3 for even r, bits 4-7 for odd r
///
/// level = 2 * n - 15: -15, -13 .. 13, 15, symmetric and without zero (midrise), so no table is
/// needed. weight = row_scale * (table[index] * level).
/// Example: row 3, column 11 (g = 1, v = 1, odd) is the high nibble of byte 64 + 12 + 1 = 77.
#pragma once

#include "simd/kernels.hpp"

namespace gosset::q4 {

inline constexpr uint32_t kIndexAt = kPanelRows * kPanelCols / 2;
inline constexpr uint32_t kBytes = kIndexAt + kPanelRows / 2;
inline constexpr int kMaxLevel = 15;

constexpr uint32_t byte_of(uint32_t row, uint32_t column) {
    return 64 * (column % 8 / 2) + 4 * row + column / 8;
}
constexpr uint32_t shift_of(uint32_t column) {
    return 4 * (column % 2);
}

static_assert(kBytes == 264);
static_assert(byte_of(3, 11) == 77 && shift_of(11) == 4);
static_assert(byte_of(15, 31) == kIndexAt - 1);

}  // namespace gosset::q4
