/// gather.hpp's words for a slice of 16 rows. Relies on AVX-512 F BW VL DQ VNNI VBMI.
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
    return {_mm512_castps_si512(a.v)};
}
// The masked form, into zeros: the plain one waits for whatever was in its register before.
GOSSET_INLINE Bytes gather(const uint32_t* table, I32Rows index) {
    return {_mm512_mask_i32gather_epi32(_mm512_setzero_si512(), 0xffff, index.v, table, 4)};
}
GOSSET_INLINE Bytes set32(uint32_t v) {
    return {_mm512_set1_epi32(int(v))};
}
GOSSET_INLINE Bytes blend_not(Bytes m, Bytes a, Bytes b) {
    return {_mm512_ternarylogic_epi32(m.v, a.v, b.v, 0x3a)};
}
template <int n>
GOSSET_INLINE Bytes shr32(Bytes a) {
    return {_mm512_srli_epi32(a.v, n)};
}
GOSSET_INLINE I32Rows sub32(I32Rows a, I32Rows b) {
    return {_mm512_sub_epi32(a.v, b.v)};
}
GOSSET_INLINE I32Rows mul_add(I32Rows acc, I32Rows a, I32Rows b) {
    return {_mm512_dpwssd_epi32(acc.v, a.v, b.v)};  // the high word of a is 0
}
GOSSET_INLINE I32Rows truncate(F32Rows a) {
    return {_mm512_cvttps_epi32(a.v)};
}
GOSSET_INLINE Bytes less_one(F32Rows x, F32Rows limit, Bytes a) {
    const __mmask16 above = _mm512_cmp_ps_mask(x.v, limit.v, _CMP_GT_OQ);
    return {_mm512_mask_sub_epi32(a.v, above, a.v, _mm512_set1_epi32(1))};
}

GOSSET_INLINE Bytes sub16(Bytes a, Bytes b) {
    return {_mm512_sub_epi16(a.v, b.v)};
}
GOSSET_INLINE Bytes mul16(Bytes a, Bytes b) {
    return {_mm512_mullo_epi16(a.v, b.v)};
}
GOSSET_INLINE Bytes mul16_high(Bytes a, Bytes b) {
    return {_mm512_mulhi_epu16(a.v, b.v)};
}
template <int i, int j, int k, int l>
GOSSET_INLINE Bytes shuffle4(Bytes a) {
    constexpr int first = i | j << 8 | k << 16 | l << 24;
    const __m512i at = _mm512_add_epi32(
        _mm512_broadcast_i32x4(_mm_setr_epi32(0, 0x04040404, 0x08080808, 0x0c0c0c0c)),
        _mm512_set1_epi32(first));
    return {_mm512_shuffle_epi8(a.v, at)};
}

/// vpermw reads five bits: the table four times.
struct WordTable8 {
    explicit GOSSET_INLINE WordTable8(const uint16_t* p)
        : v(_mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))) {}
    __m512i v;
};
GOSSET_INLINE Bytes lookup(const WordTable8& t, Bytes a) {
    return {_mm512_permutexvar_epi16(a.v, t.v)};
}

struct RowTable16 {
    explicit GOSSET_INLINE RowTable16(const void* p) : v(_mm512_loadu_si512(p)) {}
    GOSSET_INLINE RowTable16 exchanged() const {
        RowTable16 t = *this;
        t.v = _mm512_shuffle_i64x2(v, v, 0x4e);
        return t;
    }
    GOSSET_INLINE RowTable16 low_words() const {
        RowTable16 t = *this;
        t.v = _mm512_and_si512(v, _mm512_set1_epi32(0xffff));
        return t;
    }
    __m512i v;
};
GOSSET_INLINE Bytes lookup(const RowTable16& t, Bytes a) {
    return {_mm512_permutexvar_epi32(a.v, t.v)};
}
struct FloatTable16 {
    explicit GOSSET_INLINE FloatTable16(const float* p) : v(_mm512_loadu_ps(p)) {}
    __m512 v;
};
GOSSET_INLINE F32Rows lookup(const FloatTable16& t, Bytes a) {
    return {_mm512_permutexvar_ps(a.v, t.v)};
}
// Bit 4 chooses between two tables that hold one value each.
struct FloatPair {
    GOSSET_INLINE FloatPair(float clear, float set)
        : v{_mm512_set1_ps(clear), _mm512_set1_ps(set)} {}
    __m512 v[2];
};
GOSSET_INLINE F32Rows lookup(const FloatPair& t, Bytes a) {
    return {_mm512_permutex2var_ps(t.v[0], a.v, t.v[1])};
}

/// The four bytes as nibbles of a word: 96 words are three registers.
struct SmallTable {
    explicit GOSSET_INLINE SmallTable(const uint32_t* p) {
        GOSSET_UNROLL
        for (int i = 0; i < 3; i++) v[i] = join(packed(p + 32 * i), packed(p + 32 * i + 16));
    }
    __m512i v[3];

  private:
    static GOSSET_INLINE __m256i packed(const uint32_t* p) {
        const __m512i a = _mm512_loadu_si512(p);
        const __m512i b = _mm512_or_si512(a, _mm512_srli_epi32(a, 4));  // bytes 0, 2: nibble pairs
        const __m512i even = _mm512_and_si512(b, _mm512_set1_epi32(0xff));
        const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(b, 8), _mm512_set1_epi32(0xff00));
        return _mm512_cvtepi32_epi16(_mm512_or_si512(even, odd));
    }
    static GOSSET_INLINE __m512i join(__m256i low, __m256i high) {
        return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
    }
};
GOSSET_INLINE Bytes find(const SmallTable& t, Bytes a) {
    const __mmask32 last = _mm512_cmpgt_epu16_mask(a.v, _mm512_set1_epi16(63));
    const __m512i first = _mm512_permutex2var_epi16(t.v[0], a.v, t.v[1]);
    return {_mm512_mask_permutexvar_epi16(first, last, a.v, t.v[2])};
}
template <int half>
GOSSET_INLINE Bytes expand(const SmallTable&, Bytes found) {
    const __m512i at = _mm512_set1_epi64(half ? 0x3c3834301c181410 : 0x2c2824200c080400);
    return {_mm512_and_si512(_mm512_multishift_epi64_epi8(at, found.v), _mm512_set1_epi8(15))};
}

GOSSET_INLINE I32Rows dot_offset(Bytes w1, Bytes x1, Bytes w2, Bytes x2, Bytes o1, Bytes o2) {
    const I32Rows plain = dot_u7_lanes(dot_u7_lanes(zero_rows(), w1, x1), w2, x2);
    return sub32(plain, dot_u7_lanes(dot_u7_lanes(zero_rows(), o1, x1), o2, x2));
}

GOSSET_INLINE Bytes floor_of_product(F32Rows x, F32Rows factor) {
    constexpr int kDown = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC;
    return {
        _mm512_castps_si512(_mm512_fmadd_round_ps(x.v, factor.v, _mm512_set1_ps(0x1p23f), kDown))};
}
GOSSET_INLINE F32Rows unsigned_to_f32(Bytes a) {
    return {_mm512_cvt_roundepu32_ps(a.v, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)};
}
GOSSET_INLINE F32Rows difference(F32Rows a, F32Rows b) {
    return {_mm512_sub_ps(a.v, b.v)};
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
