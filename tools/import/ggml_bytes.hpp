/// Little-endian numbers at any alignment, for the converters of element types. Relies on
/// runtime/base/half.hpp.
#pragma once

#include <cstdint>

#include "runtime/base/half.hpp"

namespace gosset {

inline uint16_t load_u16(const uint8_t* p) {
    return uint16_t(p[0] | (p[1] << 8));
}
inline uint32_t load_u32(const uint8_t* p) {
    return uint32_t(load_u16(p)) | (uint32_t(load_u16(p + 2)) << 16);
}
inline float load_f16(const uint8_t* p) {
    return f16_to_f32(load_u16(p));
}

}  // namespace gosset
