/// The bytes of a plain panel: 512 numbers, column after column, in the type that the member is
/// named after (f32, f16 as IEEE binary16, bf16), little-endian. Relies on simd/kernels.hpp.
///
///   element 16 * c + r   row r, column c:    | c0: r0 r1 .. r15 | c1: r0 .. r15 | .. | c31: .. |
///
/// so that a vector of 16 lanes is one column of the 16 rows. No row scales, no table.
/// Example: row 3, column 10 of f16 is element 163, bytes 326 and 327.
#pragma once

#include <bit>

#include "simd/kernels.hpp"

namespace gosset::plain {

static_assert(std::endian::native == std::endian::little, "files are little-endian, and mapped");

template <class Element>
inline constexpr uint32_t kBytes = kPanelRows* kPanelCols* uint32_t(sizeof(Element));

constexpr uint32_t element_of(uint32_t row, uint32_t column) {
    return kPanelRows * column + row;
}

static_assert(kBytes<float> == 2048 && kBytes<uint16_t> == 1024);
static_assert(element_of(3, 10) == 163);
static_assert(element_of(15, 31) == kPanelRows * kPanelCols - 1);

}  // namespace gosset::plain
