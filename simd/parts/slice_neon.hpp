/// A slice of 4 rows, one q register. See simd/parts/slice.hpp, which includes this.
/// Relies on aarch64; with __ARM_FEATURE_DOTPROD on sdot, else on widening multiplies, whose 16-bit
/// sums hold what the comments say.
#pragma once

#include <arm_neon.h>

namespace gosset::GOSSET_ISA {
namespace {

constexpr uint32_t kSliceRows = 4;

struct Bytes {
    uint8x16_t v;
};
struct I32Rows {
    int32x4_t v;
};
struct F32Rows {
    float32x4_t v;
};

GOSSET_INLINE Bytes load(const void* p) {
    return {vld1q_u8(static_cast<const uint8_t*>(p))};
}
GOSSET_INLINE Bytes load_once(const void* p) {
    return load(p);
}
GOSSET_INLINE void store(void* p, Bytes a) {
    vst1q_u8(static_cast<uint8_t*>(p), a.v);
}
GOSSET_INLINE Bytes set1(int byte) {
    return {vdupq_n_u8(uint8_t(byte))};
}
GOSSET_INLINE Bytes zero() {
    return set1(0);
}

GOSSET_INLINE Bytes operator&(Bytes a, Bytes b) {
    return {vandq_u8(a.v, b.v)};
}
GOSSET_INLINE Bytes operator|(Bytes a, Bytes b) {
    return {vorrq_u8(a.v, b.v)};
}
GOSSET_INLINE Bytes operator^(Bytes a, Bytes b) {
    return {veorq_u8(a.v, b.v)};
}
GOSSET_INLINE Bytes andnot(Bytes a, Bytes b) {
    return {vbicq_u8(b.v, a.v)};
}
GOSSET_INLINE Bytes xor3(Bytes a, Bytes b, Bytes c) {
    return a ^ b ^ c;
}
GOSSET_INLINE Bytes or3(Bytes a, Bytes b, Bytes c) {
    return a | b | c;
}
GOSSET_INLINE Bytes and_or(Bytes a, Bytes m, Bytes o) {  // one bit, as o has nothing in m
    return {vbslq_u8(m.v, a.v, o.v)};
}
GOSSET_INLINE Bytes blend(Bytes m, Bytes a, Bytes b) {
    return {vbslq_u8(m.v, a.v, b.v)};
}

GOSSET_INLINE Bytes add(Bytes a, Bytes b) {
    return {vaddq_u8(a.v, b.v)};
}
GOSSET_INLINE Bytes sub(Bytes a, Bytes b) {
    return {vsubq_u8(a.v, b.v)};
}
GOSSET_INLINE Bytes adds(Bytes a, Bytes b) {
    return {vqaddq_u8(a.v, b.v)};
}
GOSSET_INLINE Bytes subs(Bytes a, Bytes b) {
    return {vqsubq_u8(a.v, b.v)};
}
GOSSET_INLINE Bytes avg(Bytes a, Bytes b) {
    return {vrhaddq_u8(a.v, b.v)};
}
GOSSET_INLINE Bytes min(Bytes a, Bytes b) {
    return {vminq_u8(a.v, b.v)};
}
GOSSET_INLINE Bytes max(Bytes a, Bytes b) {
    return {vmaxq_u8(a.v, b.v)};
}
template <int n>
GOSSET_INLINE Bytes shr(Bytes a) {
    return {vshrq_n_u8(a.v, n)};
}
template <int n>
GOSSET_INLINE Bytes shr16(Bytes a) {
    return {vreinterpretq_u8_u16(vshrq_n_u16(vreinterpretq_u16_u8(a.v), n))};
}
template <int n>
GOSSET_INLINE Bytes shl16(Bytes a) {
    return {vreinterpretq_u8_u16(vshlq_n_u16(vreinterpretq_u16_u8(a.v), n))};
}

struct Table16 {
    explicit GOSSET_INLINE Table16(const void* p) : v(load(p).v) {}
    explicit GOSSET_INLINE Table16(Bytes b) : v(b.v) {}
    uint8x16_t v;
};
struct Table32 {
    explicit GOSSET_INLINE Table32(const void* p) {
        const uint8_t* b = static_cast<const uint8_t*>(p);
        v = {{vld1q_u8(b), vld1q_u8(b + 16)}};
    }
    uint8x16x2_t v;
};
struct Table64 {
    explicit GOSSET_INLINE Table64(const void* p) {
        const uint8_t* b = static_cast<const uint8_t*>(p);
        v = {{vld1q_u8(b), vld1q_u8(b + 16), vld1q_u8(b + 32), vld1q_u8(b + 48)}};
    }
    uint8x16x4_t v;
};
struct GroupTable : Table64 {
    using Table64::Table64;
};
GOSSET_INLINE Bytes lookup(const Table16& t, Bytes index) {
    return {vqtbl1q_u8(t.v, index.v)};
}
GOSSET_INLINE Bytes lookup(const Table32& t, Bytes index) {
    return {vqtbl2q_u8(t.v, index.v)};
}
GOSSET_INLINE Bytes lookup(const Table64& t, Bytes index) {
    return {vqtbl4q_u8(t.v, index.v)};
}
GOSSET_INLINE Bytes lookup(const GroupTable& t, Bytes index) {
    const Bytes group = {vreinterpretq_u8_u32(vdupq_n_u32(0x30201000))};
    return {vqtbl4q_u8(t.v, and_or(index, set1(15), group).v)};
}

/// Bytes of 0 or 0xff.
struct Mask {
    Bytes m;
};
GOSSET_INLINE Mask any_bit(Bytes a, Bytes b) {
    return {{vtstq_u8(a.v, b.v)}};
}
GOSSET_INLINE Mask greater(Bytes a, Bytes b) {
    return {{vcgtq_u8(a.v, b.v)}};
}
GOSSET_INLINE Mask sign_bit(Bytes a) {
    return {{vcltzq_s8(vreinterpretq_s8_u8(a.v))}};
}
GOSSET_INLINE Mask operator&(Mask a, Mask b) {
    return {a.m & b.m};
}
GOSSET_INLINE Mask operator|(Mask a, Mask b) {
    return {a.m | b.m};
}
GOSSET_INLINE Mask operator^(Mask a, Mask b) {
    return {a.m ^ b.m};
}
GOSSET_INLINE Bytes select(Mask m, Bytes a, Bytes b) {
    return blend(m.m, a, b);
}
GOSSET_INLINE Bytes keep(Mask m, Bytes a) {
    return m.m & a;
}

GOSSET_INLINE I32Rows zero_rows() {
    return {vdupq_n_s32(0)};
}
GOSSET_INLINE I32Rows set_rows(int32_t v) {
    return {vdupq_n_s32(v)};
}
GOSSET_INLINE I32Rows operator+(I32Rows a, I32Rows b) {
    return {vaddq_s32(a.v, b.v)};
}
template <int n>
GOSSET_INLINE I32Rows shl(I32Rows a) {
    return {vshlq_n_s32(a.v, n)};
}

// All weights are int8 here: those in [0, 127] too.
constexpr uint8_t kFormS8 = 0;
GOSSET_INLINE Bytes form_s8(Bytes w) {
    return w;
}
GOSSET_INLINE int32_t start_s8(int32_t) {
    return 0;
}

#if defined(__ARM_FEATURE_DOTPROD)

struct Inputs {
    Inputs() = default;
    explicit GOSSET_INLINE Inputs(const int8_t* q) : v{vld1q_s8(q), vld1q_s8(q + 16)} {}
    int8x16_t v[2];
};
using Acc = I32Rows;
using TileInputs = Inputs;
/// Row blocks, slices and tokens of a gemm whose accumulators stay in registers: 12 of 32.
constexpr uint32_t kSumRows = 1, kSumSlices = 2, kSumTokens = 3;
constexpr int kAccs = 1, kTileAccs = 1;  // sdot forwards its sum to the next
constexpr bool kFourWayDot = true;
GOSSET_INLINE Acc zero_acc() {
    return zero_rows();
}
GOSSET_INLINE Acc start_acc(int32_t v) {
    return set_rows(v);
}
template <int j>
GOSSET_INLINE Acc dot_s8(Acc acc, Bytes w, const Inputs& x) {
    return {vdotq_laneq_s32(acc.v, vreinterpretq_s8_u8(w.v), x.v[j / 4], j % 4)};
}
template <int j>
GOSSET_INLINE Acc dot_u7(Acc acc, Bytes w, const Inputs& x) {
    return dot_s8<j>(acc, w, x);
}
GOSSET_INLINE I32Rows total(Acc acc) {
    return acc;
}
GOSSET_INLINE I32Rows total(Acc even, Acc odd) {
    return even + odd;
}
GOSSET_INLINE I32Rows dot_u7_lanes(I32Rows acc, Bytes w, Bytes x) {
    return {vdotq_s32(acc.v, vreinterpretq_s8_u8(w.v), vreinterpretq_s8_u8(x.v))};
}

using U4Acc = I32Rows;
GOSSET_INLINE U4Acc zero_u4() {
    return zero_rows();
}
template <int j>
GOSSET_INLINE U4Acc dot_u4(U4Acc acc, Bytes w, const Inputs& x) {
    return dot_s8<j>(acc, w, x);
}
GOSSET_INLINE I32Rows total_u4(U4Acc a, U4Acc b) {
    return a + b;
}

#else

struct Inputs {
    Inputs() = default;
    explicit GOSSET_INLINE Inputs(const int8_t* block) : q(block) {}
    const int8_t* q;
};
template <int j>
GOSSET_INLINE int8x16_t coordinate(const Inputs& x) {
    return vreinterpretq_s8_s32(vdupq_n_s32(load_unaligned<int32_t>(x.q + 4 * j)));
}

/// Products of the bytes of rows 0-1 and of rows 2-3, summed over coordinates, not yet over groups:
/// 8 vectors give at most 8 * 15 * 127 = 15240 < 32768.
struct U4Acc {
    int16x8_t lo, hi;
};
GOSSET_INLINE U4Acc zero_u4() {
    return {vdupq_n_s16(0), vdupq_n_s16(0)};
}
template <int j>
GOSSET_INLINE U4Acc dot_u4(U4Acc acc, Bytes w, const Inputs& x) {
    const int8x16_t s = vreinterpretq_s8_u8(w.v), c = coordinate<j>(x);
    return {vmlal_s8(acc.lo, vget_low_s8(s), vget_low_s8(c)), vmlal_high_s8(acc.hi, s, c)};
}
/// Neighbours added twice: the four groups of a row.
GOSSET_INLINE I32Rows sum_groups(int16x8_t lo, int16x8_t hi) {
    return {vpaddq_s32(vpaddlq_s16(lo), vpaddlq_s16(hi))};
}
GOSSET_INLINE I32Rows total_u4(U4Acc a, U4Acc b) {
    return sum_groups(vaddq_s16(a.lo, b.lo), vaddq_s16(a.hi, b.hi));
}

// One product is at most 128 * 127 = 16256, two of them 32512 < 32768.
GOSSET_INLINE I32Rows dot_u7_lanes(I32Rows acc, Bytes w, Bytes x) {
    const int8x16_t s = vreinterpretq_s8_u8(w.v), c = vreinterpretq_s8_u8(x.v);
    return acc + sum_groups(vmull_s8(vget_low_s8(s), vget_low_s8(c)), vmull_high_s8(s, c));
}

/// Sums of pairs of groups of rows 0-1 and of rows 2-3; the first vector of two waits as products.
struct Acc {
    int32x4_t lo, hi;
    int16x8_t first_lo, first_hi;
};
GOSSET_INLINE Acc zero_acc() {
    return {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s16(0), vdupq_n_s16(0)};
}
/// The start value is one of a row's two pairs.
GOSSET_INLINE Acc start_acc(int32_t v) {
    Acc acc = zero_acc();
    acc.lo = acc.hi = int32x4_t{v, 0, v, 0};
    return acc;
}
using TileInputs = Inputs;
/// Row blocks, slices and tokens of a gemm whose accumulators stay in registers: 20 of 32.
constexpr uint32_t kSumRows = 1, kSumSlices = 1, kSumTokens = 2;
constexpr int kAccs = 2, kTileAccs = 2;
constexpr bool kFourWayDot = false;
template <int j>
GOSSET_INLINE Acc dot_s8(Acc acc, Bytes w, const Inputs& x) {
    const int8x16_t s = vreinterpretq_s8_u8(w.v), c = coordinate<j>(x);
    if constexpr (j % 4 < 2)
        return {acc.lo, acc.hi, vmull_s8(vget_low_s8(s), vget_low_s8(c)), vmull_high_s8(s, c)};
    const int16x8_t lo = vmlal_s8(acc.first_lo, vget_low_s8(s), vget_low_s8(c));
    const int16x8_t hi = vmlal_high_s8(acc.first_hi, s, c);
    return {vpadalq_s16(acc.lo, lo), vpadalq_s16(acc.hi, hi), lo, hi};
}
template <int j>
GOSSET_INLINE Acc dot_u7(Acc acc, Bytes w, const Inputs& x) {
    return dot_s8<j>(acc, w, x);
}
GOSSET_INLINE I32Rows total(Acc acc) {
    return {vpaddq_s32(acc.lo, acc.hi)};
}
GOSSET_INLINE I32Rows total(Acc even, Acc odd) {
    return {vpaddq_s32(vaddq_s32(even.lo, odd.lo), vaddq_s32(even.hi, odd.hi))};
}

#endif

/// Row blocks and tokens of a gemm whose float accumulators stay in registers: 24 of 32.
constexpr uint32_t kTileRows = 1, kTileTokens = 6;

GOSSET_INLINE F32Rows zero_f32() {
    return {vdupq_n_f32(0)};
}
GOSSET_INLINE F32Rows set_f32(float v) {
    return {vdupq_n_f32(v)};
}
GOSSET_INLINE F32Rows load_f32(const void* p) {
    return {vld1q_f32(static_cast<const float*>(p))};
}
GOSSET_INLINE uint16x4_t load_u16(const void* p) {
    return vld1_u16(static_cast<const uint16_t*>(p));
}
GOSSET_INLINE F32Rows load_f16(const void* p) {
    return {vcvt_f32_f16(vreinterpret_f16_u16(load_u16(p)))};
}
GOSSET_INLINE F32Rows load_bf16(const void* p) {
    return {vreinterpretq_f32_u32(vshll_n_u16(load_u16(p), 16))};
}
GOSSET_INLINE void store(float* p, F32Rows a) {
    vst1q_f32(p, a.v);
}
GOSSET_INLINE F32Rows to_f32(I32Rows a) {
    return {vcvtq_f32_s32(a.v)};
}
GOSSET_INLINE F32Rows mul(F32Rows a, F32Rows b) {
    return {vmulq_f32(a.v, b.v)};
}
GOSSET_INLINE F32Rows add(F32Rows a, F32Rows b) {
    return {vaddq_f32(a.v, b.v)};
}
GOSSET_INLINE F32Rows fma(F32Rows a, F32Rows b, F32Rows c) {
    return {vfmaq_f32(c.v, a.v, b.v)};
}

struct ScaleTable : Table64 {
    explicit GOSSET_INLINE ScaleTable(const float* p) : Table64(p) {}
};
/// Byte r: the index of row r.
struct ScaleIndex {
    explicit GOSSET_INLINE ScaleIndex(const uint8_t* nibbles) {
        const uint8x8_t packed = vld1_u8(nibbles);
        const uint8x8_t even = vand_u8(packed, vdup_n_u8(15)), odd = vshr_n_u8(packed, 4);
        v = vcombine_u8(vzip1_u8(even, odd), vzip2_u8(even, odd));
    }
    uint8x16_t v;
};
// A row's index four times, then 4 * index + 0, 1, 2, 3: the bytes of its float.
template <int slice>
GOSSET_INLINE F32Rows lookup(const ScaleTable& t, const ScaleIndex& index) {
    constexpr uint32_t first = 0x01010101u * (4 * slice);
    const uint32x4_t rows = {first, first + 0x01010101u, first + 0x02020202u, first + 0x03030303u};
    const uint8x16_t index4 = vqtbl1q_u8(index.v, vreinterpretq_u8_u32(rows));
    const uint8x16_t byte = vreinterpretq_u8_u32(vdupq_n_u32(0x03020100));
    return {vreinterpretq_f32_u8(vqtbl4q_u8(t.v, vsliq_n_u8(byte, index4, 2)))};
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
