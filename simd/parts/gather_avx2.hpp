/// gather.hpp's words for a slice of 8 rows. Relies on AVX2 and FMA.
#pragma once

namespace gosset::GOSSET_ISA {
namespace {

GOSSET_INLINE I32Rows as_rows(Bytes a) {
    return {a.v};
}
GOSSET_INLINE Bytes as_bytes(I32Rows a) {
    return {a.v};
}
GOSSET_INLINE Bytes as_bytes(F32Rows a) {
    return {_mm256_castps_si256(a.v)};
}
// The masked form, into zeros: the plain one waits for whatever was in its register before.
GOSSET_INLINE Bytes gather(const uint32_t* table, I32Rows index) {
    return {_mm256_mask_i32gather_epi32(_mm256_setzero_si256(), reinterpret_cast<const int*>(table),
                                        index.v, _mm256_set1_epi32(-1), 4)};
}
GOSSET_INLINE Bytes set32(uint32_t v) {
    return {_mm256_set1_epi32(int(v))};
}
GOSSET_INLINE Bytes blend_not(Bytes m, Bytes a, Bytes b) {
    return {_mm256_xor_si256(_mm256_andnot_si256(_mm256_xor_si256(a.v, b.v), m.v), b.v)};
}
template <int n>
GOSSET_INLINE Bytes shr32(Bytes a) {
    return {_mm256_srli_epi32(a.v, n)};
}
GOSSET_INLINE I32Rows sub32(I32Rows a, I32Rows b) {
    return {_mm256_sub_epi32(a.v, b.v)};
}
GOSSET_INLINE I32Rows mul_add(I32Rows acc, I32Rows a, I32Rows b) {
    return acc + I32Rows{_mm256_madd_epi16(a.v, b.v)};  // the high word of a is 0
}
GOSSET_INLINE I32Rows truncate(F32Rows a) {
    return {_mm256_cvttps_epi32(a.v)};
}
GOSSET_INLINE Bytes less_one(F32Rows x, F32Rows limit, Bytes a) {
    const __m256 above = _mm256_cmp_ps(x.v, limit.v, _CMP_GT_OQ);  // -1 where true
    return {_mm256_add_epi32(a.v, _mm256_castps_si256(above))};
}

GOSSET_INLINE Bytes sub16(Bytes a, Bytes b) {
    return {_mm256_sub_epi16(a.v, b.v)};
}
GOSSET_INLINE Bytes mul16(Bytes a, Bytes b) {
    return {_mm256_mullo_epi16(a.v, b.v)};
}
GOSSET_INLINE Bytes mul16_high(Bytes a, Bytes b) {
    return {_mm256_mulhi_epu16(a.v, b.v)};
}
template <int i, int j, int k, int l>
GOSSET_INLINE Bytes shuffle4(Bytes a) {
    constexpr int first = i | j << 8 | k << 16 | l << 24, step = 0x04040404;
    const __m256i at = _mm256_setr_epi32(first, first + step, first + 2 * step, first + 3 * step,
                                         first, first + step, first + 2 * step, first + 3 * step);
    return {_mm256_shuffle_epi8(a.v, at)};
}

struct WordTable8 {
    explicit GOSSET_INLINE WordTable8(const uint16_t* p) : v(both_halves(p)) {}
    __m256i v;
};
// vpshufb by bytes 2a and 2a + 1, of which it reads the low four bits.
GOSSET_INLINE Bytes lookup(const WordTable8& t, Bytes a) {
    const __m256i low = _mm256_and_si256(a.v, _mm256_set1_epi16(7));
    const __m256i twice = _mm256_mullo_epi16(low, _mm256_set1_epi16(0x0202));
    return {_mm256_shuffle_epi8(t.v, _mm256_add_epi8(twice, _mm256_set1_epi16(0x0100)))};
}

/// The one of two where bit 3 of the dword is clear or set, from the sign position.
GOSSET_INLINE __m256 by_bit_3(__m256 clear, __m256 set, __m256i a) {
    return _mm256_blendv_ps(clear, set, _mm256_castsi256_ps(_mm256_slli_epi32(a, 28)));
}
struct FloatTable16 {
    explicit GOSSET_INLINE FloatTable16(const float* p)
        : lo(_mm256_loadu_ps(p)), hi(_mm256_loadu_ps(p + 8)) {}
    __m256 lo, hi;
};
GOSSET_INLINE F32Rows lookup(const FloatTable16& t, Bytes a) {
    return {
        by_bit_3(_mm256_permutevar8x32_ps(t.lo, a.v), _mm256_permutevar8x32_ps(t.hi, a.v), a.v)};
}
struct RowTable16 {
    explicit GOSSET_INLINE RowTable16(const void* p) : t(static_cast<const float*>(p)) {}
    GOSSET_INLINE RowTable16 exchanged() const {
        RowTable16 r = *this;
        r.t.lo = t.hi, r.t.hi = t.lo;
        return r;
    }
    FloatTable16 t;
};
GOSSET_INLINE Bytes lookup(const RowTable16& t, Bytes a) {
    return {_mm256_castps_si256(lookup(t.t, a).v)};
}
struct FloatPair {
    GOSSET_INLINE FloatPair(float clear, float set)
        : v{_mm256_set1_ps(clear), _mm256_set1_ps(set)} {}
    __m256 v[2];
};
GOSSET_INLINE F32Rows lookup(const FloatPair& t, Bytes a) {
    const __m256i sign = _mm256_slli_epi32(a.v, 27);
    return {_mm256_blendv_ps(t.v[0], t.v[1], _mm256_castsi256_ps(sign))};
}

struct SmallTable {
    explicit GOSSET_INLINE SmallTable(const uint32_t* p) : entries(p) {}
    const uint32_t* entries;
};
GOSSET_INLINE Bytes find(const SmallTable&, Bytes a) {
    return a;
}
template <int half>
GOSSET_INLINE Bytes expand(const SmallTable& t, Bytes found) {
    return gather(t.entries, as_rows(half ? shr32<16>(found) : found & set32(0xffff)));
}

// 16-bit sums: no product of two pairs exceeds 2 * 63 * 127 = 16002, and the whole, in any order
// modulo 2^16, 2 * 128 * 127 = 32512.
GOSSET_INLINE I32Rows dot_offset(Bytes w1, Bytes x1, Bytes w2, Bytes x2, Bytes o1, Bytes o2) {
    const __m256i plain =
        _mm256_add_epi16(_mm256_maddubs_epi16(w1.v, x1.v), _mm256_maddubs_epi16(w2.v, x2.v));
    const __m256i offset =
        _mm256_add_epi16(_mm256_maddubs_epi16(o1.v, x1.v), _mm256_maddubs_epi16(o2.v, x2.v));
    return widen(_mm256_sub_epi16(plain, offset));
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
