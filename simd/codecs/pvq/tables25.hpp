/// What the kernels of K = 25 look up by the gain and by a. Relies on simd/codecs/pvq/layout.hpp.
#pragma once

#include "simd/codecs/pvq/layout.hpp"
#include "simd/parts/isa.hpp"

namespace gosset::GOSSET_ISA {
namespace {

using pvq::half_count;

/// By a % 16, a = 13..25, and by gain: dwords for K = 25.
struct alignas(64) Tables25 {
    int32_t base[16], start[16], minus_count[16];
    float float_start[16], limit[16];
    float reciprocal[16];  ///< of half_count(a), 2^-20 too large: exact, pvq_test.cpp
    uint8_t split[64];
};
constexpr Tables25 make_tables25() {
    using S = pvq::Splits<25>;
    Tables25 t{};
    for (int g = 0; g < 16; g++) t.base[g] = int32_t(S::kBase) - g * int32_t(S::kPerGain);
    for (uint32_t a = S::kFirst; a < S::kFirst + S::kCount; a++) {
        const uint32_t start = S::start(a) + S::kBase, n = half_count(a);
        t.start[a % 16] = int32_t(start), t.float_start[a % 16] = float(start);
        t.minus_count[a % 16] = -int32_t(n);
        t.reciprocal[a % 16] = float((1 + 0x1p-20) / n);
        t.limit[a % 16] = a > S::kFirst ? float(S::start(a - 1) + S::kBase) - 0.5f : 3e38f;
    }
    // Exponent and three fraction bits of a float, 2^14 .. 2^22, mod 64: what the first index is.
    for (uint32_t exponent = 14; exponent < 22; exponent++)
        for (uint32_t eighth = 0; eighth < 8; eighth++) {
            const uint32_t from = (8 + eighth) << (exponent - 3);
            t.split[(exponent + 127) % 8 * 8 + eighth] = uint8_t(S::split_of(from - S::kBase));
        }
    return t;
}
constexpr Tables25 kTables25 = make_tables25();

}  // namespace
}  // namespace gosset::GOSSET_ISA
