// Operations that treat every element alike: quantize, round_tiles, rope, silu_mul, gelu_tanh_mul,
// softcap, add, to_f16.
#include "simd/ops/kernel.hpp"

namespace gosset::GOSSET_ISA {

namespace {

GOSSET_INLINE float max_abs(F32x16 a, F32x16 b) {
    F32x16 m = larger_bits(abs(a), abs(b));
    m = larger_bits(m, lane_xor<8>(m));
    m = larger_bits(m, lane_xor<4>(m));
    m = larger_bits(m, lane_xor<2>(m));
    m = larger_bits(m, lane_xor<1>(m));
    return first(m);
}

GOSSET_INLINE void quantize_block(F32x16 a, F32x16 b, int8_t* q, float* scale, int32_t* sum) {
    const float maxabs = max_abs(a, b);
    if (maxabs >= 0x1p-100f && maxabs <= 0x1.fffffep127f) {
        const F32x16 inverse(127.0f / maxabs);
        *scale = maxabs / 127.0f;
        *sum = store_panel(a * inverse, b * inverse, q);
    } else {
        *scale = maxabs < 0x1p-100f ? 0.0f : maxabs / 127.0f;
        *sum = store_panel(F32x16(0.0f), F32x16(0.0f), q);
    }
}

}  // namespace

void quantize(const float* x, size_t n, size_t blocks, int8_t* q, float* scale, int32_t* sums) {
    size_t b = 0;
    for (; b < n / 32 && b < blocks; b++)
        quantize_block(load(x + 32 * b), load(x + 32 * b + 16), q + 32 * b, scale + b, sums + b);
    for (; b < blocks; b++) {
        const size_t left = 32 * b < n ? n - 32 * b : 0, low = left < 16 ? left : 16;
        const float* p = left ? x + 32 * b : x;
        quantize_block(load_some(p, low), load_some(p + low, left - low), q + 32 * b, scale + b,
                       sums + b);
    }
}

#if defined(__AVX512F__)
void round_tiles(const float* x, size_t n, size_t blocks, size_t t, uint16_t* tiles) {
    uint16_t* row = tiles + (t / 16 * blocks * 16 + t % 16) * 32;
    size_t b = 0;
    for (; b < n / 32 && b < blocks; b++, row += 512)
        store_rounded(load(x + 32 * b), load(x + 32 * b + 16), row);
    for (; b < blocks; b++, row += 512) {
        const size_t left = 32 * b < n ? n - 32 * b : 0, low = left < 16 ? left : 16;
        const float* p = left ? x + 32 * b : x;
        store_rounded(load_some(p, low), load_some(p + low, left - low), row);
    }
}
#endif

void rope(float* x, size_t heads, size_t head_dim, size_t half, const float* cos,
          const float* sin) {
    for (size_t h = 0; h < heads; h++, x += head_dim)
        for_vectors(
            half, [&](size_t i, size_t count) __attribute__((always_inline)) {
                const F32x16 a = load_first(x + i, count), b = load_first(x + half + i, count);
                const F32x16 c = load_first(cos + i, count), s = load_first(sin + i, count);
                store_first(x + i, fma(a, c, flip(b * s, 0xffff)), count);
                store_first(x + half + i, fma(b, c, a * s), count);
            });
}

void silu_mul(const float* g, const float* u, size_t n, float* out) {
    for_vectors(
        n, [&](size_t i, size_t count) __attribute__((always_inline)) {
            const F32x16 x = load_first(g + i, count);
            const F32x16 e = math::exp_of(flip(x, 0xffff));
            store_first(out + i, (x / (F32x16(1.0f) + e)) * load_first(u + i, count), count);
        });
}

void gelu_tanh_mul(const float* g, const float* u, size_t n, float* out) {
    for_vectors(
        n, [&](size_t i, size_t count) __attribute__((always_inline)) {
            const F32x16 x = load_first(g + i, count), one(1.0f);
            const F32x16 inner = (F32x16(kGeluScale) * x) * fma(F32x16(kGeluCubic) * x, x, one);
            const F32x16 gelu = (F32x16(0.5f) * x) * (one + math::tanh_of(inner));
            store_first(out + i, gelu * load_first(u + i, count), count);
        });
}

void softcap(float* x, size_t n, float cap) {
    for_vectors(
        n, [&](size_t i, size_t count) __attribute__((always_inline)) {
            const F32x16 y = math::tanh_of(load_first(x + i, count) / F32x16(cap));
            store_first(x + i, F32x16(cap) * y, count);
        });
}

void add(const float* a, const float* b, size_t n, float* out) {
    for_vectors(
        n, [&](size_t i, size_t count) __attribute__((always_inline)) {
            store_first(out + i, load_first(a + i, count) + load_first(b + i, count), count);
        });
}

void to_f16(const float* x, size_t n, uint16_t* out) {
    for_vectors(
        n, [&](size_t i, size_t count) __attribute__((always_inline)) {
            const F32x16 v = load_first(x + i, count);
            count == 16 ? store_half(out + i, v) : store_some_half(out + i, v, count);
        });
}

}  // namespace gosset::GOSSET_ISA
