/// F32x16 (simd/parts/f32x16.hpp) as an array, for targets without a vector form and for tests of
/// the kernels themselves. Relies on runtime/base/half.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>

#include "runtime/base/half.hpp"

namespace gosset::GOSSET_ISA {
namespace {

constexpr size_t kRegisters = 4;  // as tiles go

struct F32x16 {
    float lane[16];
    F32x16() = default;
    GOSSET_INLINE explicit F32x16(float f) {
        for (float& l : lane) l = f;
    }
};

#define GOSSET_EACH(expression)                          \
    F32x16 r;                                            \
    for (int i = 0; i < 16; i++) r.lane[i] = expression; \
    return r

GOSSET_INLINE uint32_t bits_of(float f) {
    uint32_t u;
    std::memcpy(&u, &f, 4);
    return u;
}
GOSSET_INLINE float float_of(uint32_t u) {
    float f;
    std::memcpy(&f, &u, 4);
    return f;
}

GOSSET_INLINE F32x16 operator+(F32x16 a, F32x16 b) {
    GOSSET_EACH(a.lane[i] + b.lane[i]);
}
GOSSET_INLINE F32x16 operator-(F32x16 a, F32x16 b) {
    GOSSET_EACH(a.lane[i] - b.lane[i]);
}
GOSSET_INLINE F32x16 operator*(F32x16 a, F32x16 b) {
    GOSSET_EACH(a.lane[i] * b.lane[i]);
}
GOSSET_INLINE F32x16 operator/(F32x16 a, F32x16 b) {
    GOSSET_EACH(a.lane[i] / b.lane[i]);
}
GOSSET_INLINE F32x16 fma(F32x16 a, F32x16 b, F32x16 c) {
    GOSSET_EACH(__builtin_fmaf(a.lane[i], b.lane[i], c.lane[i]));
}
GOSSET_INLINE F32x16 select_less(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) {
    GOSSET_EACH(a.lane[i] < b.lane[i] ? yes.lane[i] : no.lane[i]);
}
GOSSET_INLINE F32x16 smaller(F32x16 a, F32x16 b) {
    return select_less(a, b, a, b);
}
GOSSET_INLINE F32x16 larger(F32x16 a, F32x16 b) {
    return select_less(a, b, b, a);
}
GOSSET_INLINE F32x16 shift_left_23(F32x16 a) {
    GOSSET_EACH(float_of(bits_of(a.lane[i]) << 23));
}
GOSSET_INLINE F32x16 abs(F32x16 a) {
    GOSSET_EACH(__builtin_fabsf(a.lane[i]));
}
GOSSET_INLINE F32x16 copysign(F32x16 a, F32x16 s) {
    GOSSET_EACH(__builtin_copysignf(a.lane[i], s.lane[i]));
}
GOSSET_INLINE F32x16 flip(F32x16 a, uint32_t lanes) {
    GOSSET_EACH((lanes >> i & 1) ? -a.lane[i] : a.lane[i]);
}
GOSSET_INLINE F32x16 larger_bits(F32x16 a, F32x16 b) {
    GOSSET_EACH(int32_t(bits_of(a.lane[i])) < int32_t(bits_of(b.lane[i])) ? b.lane[i] : a.lane[i]);
}
template <int k>
GOSSET_INLINE F32x16 lane_xor(F32x16 a) {
    GOSSET_EACH(a.lane[i ^ k]);
}
#undef GOSSET_EACH
GOSSET_INLINE float first(F32x16 a) {
    return a.lane[0];
}

GOSSET_INLINE F32x16 load_some(const float* p, size_t n) {
    F32x16 r(0.0f);
    for (size_t i = 0; i < n; i++) r.lane[i] = p[i];
    return r;
}
GOSSET_INLINE void store_some(float* p, F32x16 v, size_t n) {
    for (size_t i = 0; i < n; i++) p[i] = v.lane[i];
}
GOSSET_INLINE F32x16 load(const float* p) {
    return load_some(p, 16);
}
GOSSET_INLINE void store(float* p, F32x16 v) {
    store_some(p, v, 16);
}
GOSSET_INLINE F32x16 load_some_half(const uint16_t* p, size_t n) {
    F32x16 r(0.0f);
    for (size_t i = 0; i < n; i++) r.lane[i] = f16_to_f32(p[i]);
    return r;
}
GOSSET_INLINE void store_some_half(uint16_t* p, F32x16 v, size_t n) {
    for (size_t i = 0; i < n; i++) p[i] = f32_to_f16(v.lane[i]);
}
GOSSET_INLINE F32x16 load_half(const uint16_t* p) {
    return load_some_half(p, 16);
}
GOSSET_INLINE void store_half(uint16_t* p, F32x16 v) {
    store_some_half(p, v, 16);
}

GOSSET_INLINE int32_t store_panel(F32x16 a, F32x16 b, int8_t* q) {
    int32_t sum = 0;
    for (int i = 0; i < 32; i++) {
        const float x = i < 16 ? a.lane[i] : b.lane[i - 16];
        const int32_t value = int32_t((x + 0x1.8p23f) - 0x1.8p23f);
        q[4 * (i % 8) + i / 8] = int8_t(value);
        sum += value;
    }
    return sum;
}
GOSSET_INLINE void store_sums(F32x16 a, F32x16 b, F32x16 c, F32x16 d, float* out) {
    for (const F32x16* v : {&a, &b, &c, &d}) {
        F32x16 t = *v;
        for (int half = 8; half >= 1; half /= 2)
            for (int i = 0; i < half; i++) t.lane[i] += t.lane[i + half];
        *out++ = t.lane[0];
    }
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
