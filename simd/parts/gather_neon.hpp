/// gather.hpp's words for a slice of 4 rows. Relies on aarch64, whose gather is four loads.
#pragma once

namespace gosset::GOSSET_ISA {
namespace {

GOSSET_INLINE I32Rows as_rows(Bytes a) {
    return {vreinterpretq_s32_u8(a.v)};
}
GOSSET_INLINE Bytes as_bytes(I32Rows a) {
    return {vreinterpretq_u8_s32(a.v)};
}
GOSSET_INLINE Bytes as_bytes(F32Rows a) {
    return {vreinterpretq_u8_f32(a.v)};
}
GOSSET_INLINE uint32x4_t dwords(Bytes a) {
    return vreinterpretq_u32_u8(a.v);
}
GOSSET_INLINE uint16x8_t words(Bytes a) {
    return vreinterpretq_u16_u8(a.v);
}
/// Dwords in general registers, two rows in each. GCC must not know where they come from: it would
/// move a register once for every number in it.
struct Fields {
    explicit GOSSET_INLINE Fields(Bytes a)
        : rows01(vgetq_lane_u64(vreinterpretq_u64_u8(a.v), 0)),
          rows23(vgetq_lane_u64(vreinterpretq_u64_u8(a.v), 1)) {
        asm("" : "+r"(rows01), "+r"(rows23));
    }
    uint64_t rows01, rows23;
};
template <int from, int bits>
GOSSET_INLINE Bytes gather(const uint32_t* table, const Fields& f) {
    constexpr uint64_t mask = (uint64_t(1) << bits) - 1;
    uint32x4_t v = vld1q_dup_u32(table + (f.rows01 >> from & mask));
    v = vld1q_lane_u32(table + (f.rows01 >> (from + 32) & mask), v, 1);
    v = vld1q_lane_u32(table + (f.rows23 >> from & mask), v, 2);
    v = vld1q_lane_u32(table + (f.rows23 >> (from + 32) & mask), v, 3);
    return {vreinterpretq_u8_u32(v)};
}
GOSSET_INLINE Bytes gather(const uint32_t* table, I32Rows index) {
    return gather<0, 32>(table, Fields(as_bytes(index)));
}
GOSSET_INLINE Bytes set32(uint32_t v) {
    return {vreinterpretq_u8_u32(vdupq_n_u32(v))};
}
GOSSET_INLINE Bytes blend_not(Bytes m, Bytes a, Bytes b) {
    return blend(m, a, b) ^ m;
}
template <int n>
GOSSET_INLINE Bytes shr32(Bytes a) {
    if constexpr (n == 0)  // not a shift to Clang
        return a;
    else
        return {vreinterpretq_u8_u32(vshrq_n_u32(dwords(a), n))};
}
GOSSET_INLINE I32Rows sub32(I32Rows a, I32Rows b) {
    return {vsubq_s32(a.v, b.v)};
}
GOSSET_INLINE I32Rows mul_add(I32Rows acc, I32Rows a, I32Rows b) {
    return {vmlaq_s32(acc.v, a.v, b.v)};
}
GOSSET_INLINE I32Rows truncate(F32Rows a) {
    return {vcvtq_s32_f32(a.v)};
}
GOSSET_INLINE Bytes less_one(F32Rows x, F32Rows limit, Bytes a) {
    return {vreinterpretq_u8_u32(vaddq_u32(dwords(a), vcgtq_f32(x.v, limit.v)))};  // -1: true
}

GOSSET_INLINE Bytes sub16(Bytes a, Bytes b) {
    return {vreinterpretq_u8_u16(vsubq_u16(words(a), words(b)))};
}
GOSSET_INLINE Bytes mul16(Bytes a, Bytes b) {
    return {vreinterpretq_u8_u16(vmulq_u16(words(a), words(b)))};
}
GOSSET_INLINE Bytes mul16_high(Bytes a, Bytes b) {
    const uint32x4_t lo = vmull_u16(vget_low_u16(words(a)), vget_low_u16(words(b)));
    const uint32x4_t hi = vmull_high_u16(words(a), words(b));
    return {vreinterpretq_u8_u16(vuzp2q_u16(vreinterpretq_u16_u32(lo), vreinterpretq_u16_u32(hi)))};
}
template <int i, int j, int k, int l>
GOSSET_INLINE Bytes shuffle4(Bytes a) {
    constexpr uint32_t first = i | j << 8 | k << 16 | l << 24, step = 0x04040404;
    const uint32x4_t at = {first, first + step, first + 2 * step, first + 3 * step};
    return {vqtbl1q_u8(a.v, vreinterpretq_u8_u32(at))};
}

struct WordTable8 {
    explicit GOSSET_INLINE WordTable8(const uint16_t* p) : v(load(p).v) {}
    uint8x16_t v;
};
// By bytes 2a and 2a + 1. (A multiplication makes them in fewer steps, of which it takes two.)
GOSSET_INLINE Bytes lookup(const WordTable8& t, Bytes a) {
    const uint8x16_t twice = vshlq_n_u8(vtrn1q_u8(a.v, a.v), 1);
    const uint8x16_t odd = vreinterpretq_u8_u16(vdupq_n_u16(0x0100));
    return {vqtbl1q_u8(t.v, vbslq_u8(vdupq_n_u8(14), twice, odd))};
}

/// Bytes 4a .. 4a + 3 for the low four bits a of a dword.
GOSSET_INLINE uint8x16_t bytes_of_entry(Bytes a) {
    const uint32x4_t low = {0x00000000, 0x04040404, 0x08080808, 0x0c0c0c0c};
    const uint8x16_t at = vqtbl1q_u8(vshlq_n_u8(a.v, 2), vreinterpretq_u8_u32(low));
    return vbslq_u8(vdupq_n_u8(0x3c), at, vreinterpretq_u8_u32(vdupq_n_u32(0x03020100)));
}
struct RowTable16 {
    struct Exchanged {
        const RowTable16& table;
    };
    explicit GOSSET_INLINE RowTable16(const void* p) {
        asm("" : "+r"(p));  // loaded where it is used: GCC would rather keep it on the stack
        v = vld1q_u8_x4(static_cast<const uint8_t*>(p));
    }
    GOSSET_INLINE Exchanged exchanged() const { return {*this}; }
    uint8x16x4_t v;
};
GOSSET_INLINE Bytes lookup(const RowTable16& t, Bytes a) {
    return {vqtbl4q_u8(t.v, bytes_of_entry(a))};
}
// Other registers in another order would cost their copies.
GOSSET_INLINE Bytes lookup(const RowTable16::Exchanged& t, Bytes a) {
    return {vqtbl4q_u8(t.table.v, veorq_u8(bytes_of_entry(a), vdupq_n_u8(32)))};
}
struct FloatTable16 {
    explicit GOSSET_INLINE FloatTable16(const float* p) : t(p) {}
    RowTable16 t;
};
GOSSET_INLINE F32Rows lookup(const FloatTable16& t, Bytes a) {
    return {vreinterpretq_f32_u8(lookup(t.t, a).v)};
}
struct FloatPair {
    GOSSET_INLINE FloatPair(float clear, float set) : v{vdupq_n_f32(clear), vdupq_n_f32(set)} {}
    float32x4_t v[2];
};
GOSSET_INLINE F32Rows lookup(const FloatPair& t, Bytes a) {
    return {vbslq_f32(vtstq_u32(dwords(a), vdupq_n_u32(16)), t.v[1], t.v[0])};
}

struct SmallTable {
    explicit GOSSET_INLINE SmallTable(const uint32_t* p) : entries(p) {}
    const uint32_t* entries;
};
GOSSET_INLINE Fields find(const SmallTable&, Bytes a) {
    return Fields(a);
}
template <int half>
GOSSET_INLINE Bytes expand(const SmallTable& t, const Fields& found) {
    return gather<16 * half, 16>(t.entries, found);
}

#if defined(__ARM_FEATURE_DOTPROD)
GOSSET_INLINE I32Rows dot_offset(Bytes w1, Bytes x1, Bytes w2, Bytes x2, Bytes o1, Bytes o2) {
    return dot_u7_lanes(dot_u7_lanes(zero_rows(), sub(w1, o1), x1), sub(w2, o2), x2);
}
#else
// A 16-bit sum of two products is at most 128 * 127 = 16256.
GOSSET_INLINE I32Rows dot_offset(Bytes w1, Bytes x1, Bytes w2, Bytes x2, Bytes o1, Bytes o2) {
    const int8x16_t a = vreinterpretq_s8_u8(sub(w1, o1).v), b = vreinterpretq_s8_u8(sub(w2, o2).v);
    const int8x16_t x = vreinterpretq_s8_u8(x1.v), y = vreinterpretq_s8_u8(x2.v);
    const int16x8_t lo = vmull_s8(vget_low_s8(a), vget_low_s8(x));
    const int16x8_t hi = vmull_high_s8(a, x);
    return sum_groups(vmlal_s8(lo, vget_low_s8(b), vget_low_s8(y)), vmlal_high_s8(hi, b, y));
}
#endif

}  // namespace
}  // namespace gosset::GOSSET_ISA
