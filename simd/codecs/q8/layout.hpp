/// The bytes of a q8 panel: 512 int8 levels and 16 scale indices. Relies on simd/kernels.hpp.
///
///   byte 64 * j + 4 * r + g   the level of row r, column 8 * g + j, as int8 (j 0..7, g 0..3)
///   byte 512 + r / 2          scale index of row r: bits 0-3 for even r, bits 4-7 for odd r
///
/// weight = row_scale * (table[index] * level). Encoders write levels in [-127, 127]; a byte of
/// 0x80 in a file is -128. Example: row 3, column 10 (g = 1, j = 2) is byte 64 * 2 + 4 * 3 + 1 =
/// 141.
#pragma once

#include "simd/kernels.hpp"

namespace gosset::q8 {

inline constexpr uint32_t kIndexAt = kPanelRows * kPanelCols;
inline constexpr uint32_t kBytes = kIndexAt + kPanelRows / 2;
inline constexpr int kMaxLevel = 127;

constexpr uint32_t byte_of(uint32_t row, uint32_t column) {
    return 64 * (column % 8) + 4 * row + column / 8;
}

static_assert(kBytes == 520);
static_assert(byte_of(3, 10) == 141);
static_assert(byte_of(15, 31) == kIndexAt - 1);

}  // namespace gosset::q8
