/// IEEE binary16 and bfloat16 to and from float, bit-exact on every target (no hardware needed).
/// Rounding is to nearest, ties to even. Subnormals are kept. Relies on nothing.
#pragma once

#include <bit>
#include <cstdint>

namespace gosset {

inline float f16_to_f32(uint16_t h) {
    const uint32_t sign = uint32_t(h & 0x8000u) << 16;
    uint32_t exponent = (h >> 10) & 0x1fu;
    uint32_t mantissa = h & 0x3ffu;
    if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
    if (exponent == 0) {
        if (mantissa == 0) return std::bit_cast<float>(sign);
        exponent = 1;  // subnormal: shift the leading one into place
        while (!(mantissa & 0x400u)) mantissa <<= 1, exponent--;
        mantissa &= 0x3ffu;
    }
    return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

inline uint16_t f32_to_f16(float f) {
    const uint32_t x = std::bit_cast<uint32_t>(f);
    const uint16_t sign = uint16_t((x >> 16) & 0x8000u);
    const uint32_t a = x & 0x7fffffffu;
    if (a > 0x7f800000u) return uint16_t(sign | 0x7e00u | ((a >> 13) & 0x3ffu));  // NaN, quiet
    if (a >= 0x477ff000u) return uint16_t(sign | 0x7c00u);                        // to infinity
    if (a < 0x38800000u) {                                                        // subnormal
        if (a < 0x33000000u) return sign;
        const uint32_t shift = 126 - (a >> 23);
        const uint32_t m = (a & 0x7fffffu) | 0x800000u;
        const uint32_t half = 1u << (shift - 1), q = m >> shift, rest = m & ((1u << shift) - 1);
        return uint16_t(sign | (q + (rest > half || (rest == half && (q & 1)))));
    }
    const uint32_t r = a + 0xfffu + ((a >> 13) & 1);
    return uint16_t(sign | ((r - 0x38000000u) >> 13));
}

inline float bf16_to_f32(uint16_t h) {
    return std::bit_cast<float>(uint32_t(h) << 16);
}

inline uint16_t f32_to_bf16(float f) {
    const uint32_t x = std::bit_cast<uint32_t>(f);
    if ((x & 0x7fffffffu) > 0x7f800000u) return uint16_t((x >> 16) | 0x40u);  // NaN, quiet
    return uint16_t((x + 0x7fffu + ((x >> 16) & 1)) >> 16);
}

}  // namespace gosset
