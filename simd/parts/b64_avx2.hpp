/// B64 as two ymm: rows 0-7 and 8-15. See simd/parts/b64.hpp, which includes this.
/// Relies on AVX2, FMA, F16C. There is no 4-way dot here: vpmaddubsw saturates at 16 bits, so the
/// ranges in the comments are what keeps every sum exact.
#pragma once

#include <immintrin.h>

namespace gosset::GOSSET_ISA {
namespace {

struct B64 {
    __m256i lo, hi;
};
struct I32Rows {
    __m256i lo, hi;
};
struct F32Rows {
    __m256 lo, hi;
};
using X4 = __m256i;

GOSSET_INLINE B64 load(const void* p) {
    const __m256i* v = static_cast<const __m256i*>(p);
    return {_mm256_loadu_si256(v), _mm256_loadu_si256(v + 1)};
}
GOSSET_INLINE B64 load_once(const void* p) {
    return load(p);
}
GOSSET_INLINE void store(void* p, B64 a) {
    __m256i* v = static_cast<__m256i*>(p);
    _mm256_storeu_si256(v, a.lo);
    _mm256_storeu_si256(v + 1, a.hi);
}
GOSSET_INLINE B64 set1(int byte) {
    const __m256i v = _mm256_set1_epi8(char(byte));
    return {v, v};
}
GOSSET_INLINE B64 zero() {
    return {_mm256_setzero_si256(), _mm256_setzero_si256()};
}

GOSSET_INLINE B64 operator&(B64 a, B64 b) {
    return {_mm256_and_si256(a.lo, b.lo), _mm256_and_si256(a.hi, b.hi)};
}
GOSSET_INLINE B64 operator|(B64 a, B64 b) {
    return {_mm256_or_si256(a.lo, b.lo), _mm256_or_si256(a.hi, b.hi)};
}
GOSSET_INLINE B64 operator^(B64 a, B64 b) {
    return {_mm256_xor_si256(a.lo, b.lo), _mm256_xor_si256(a.hi, b.hi)};
}
GOSSET_INLINE B64 andnot(B64 a, B64 b) {
    return {_mm256_andnot_si256(a.lo, b.lo), _mm256_andnot_si256(a.hi, b.hi)};
}
GOSSET_INLINE B64 xor3(B64 a, B64 b, B64 c) {
    return a ^ b ^ c;
}
GOSSET_INLINE B64 or3(B64 a, B64 b, B64 c) {
    return a | b | c;
}
GOSSET_INLINE B64 and_or(B64 a, B64 m, B64 o) {
    return (a & m) | o;
}
GOSSET_INLINE B64 blend(B64 m, B64 a, B64 b) {
    return ((a ^ b) & m) ^ b;
}

GOSSET_INLINE B64 add(B64 a, B64 b) {
    return {_mm256_add_epi8(a.lo, b.lo), _mm256_add_epi8(a.hi, b.hi)};
}
GOSSET_INLINE B64 sub(B64 a, B64 b) {
    return {_mm256_sub_epi8(a.lo, b.lo), _mm256_sub_epi8(a.hi, b.hi)};
}
GOSSET_INLINE B64 adds(B64 a, B64 b) {
    return {_mm256_adds_epu8(a.lo, b.lo), _mm256_adds_epu8(a.hi, b.hi)};
}
GOSSET_INLINE B64 subs(B64 a, B64 b) {
    return {_mm256_subs_epu8(a.lo, b.lo), _mm256_subs_epu8(a.hi, b.hi)};
}
GOSSET_INLINE B64 avg(B64 a, B64 b) {
    return {_mm256_avg_epu8(a.lo, b.lo), _mm256_avg_epu8(a.hi, b.hi)};
}
GOSSET_INLINE B64 min(B64 a, B64 b) {
    return {_mm256_min_epu8(a.lo, b.lo), _mm256_min_epu8(a.hi, b.hi)};
}
GOSSET_INLINE B64 max(B64 a, B64 b) {
    return {_mm256_max_epu8(a.lo, b.lo), _mm256_max_epu8(a.hi, b.hi)};
}
template <int n>
GOSSET_INLINE B64 shr16(B64 a) {
    return {_mm256_srli_epi16(a.lo, n), _mm256_srli_epi16(a.hi, n)};
}
template <int n>
GOSSET_INLINE B64 shl16(B64 a) {
    return {_mm256_slli_epi16(a.lo, n), _mm256_slli_epi16(a.hi, n)};
}

/// 16 bytes in both halves of a ymm, as vpshufb reads them.
GOSSET_INLINE __m256i both_halves(const void* p) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(static_cast<const __m128i*>(p)));
}
struct Table16 {
    explicit GOSSET_INLINE Table16(const void* p) : v(both_halves(p)) {}
    __m256i v;
};
struct Table32 {
    explicit GOSSET_INLINE Table32(const void* p)
        : v{both_halves(p), both_halves(static_cast<const char*>(p) + 16)} {}
    __m256i v[2];
};
struct Table64 {
    explicit GOSSET_INLINE Table64(const void* p)
        : low(p), high(static_cast<const char*>(p) + 32) {}
    Table32 low, high;
};
struct GroupTable {
    explicit GOSSET_INLINE GroupTable(const void* p) {
        for (int g = 0; g < 4; g++) v[g] = both_halves(static_cast<const char*>(p) + 16 * g);
    }
    __m256i v[4];
};
GOSSET_INLINE B64 lookup(const Table16& t, B64 index) {
    return {_mm256_shuffle_epi8(t.v, index.lo), _mm256_shuffle_epi8(t.v, index.hi)};
}
// vpblendvb looks at bit 7: bits 4 and 5 of the index are shifted there.
GOSSET_INLINE __m256i lookup32(const Table32& t, __m256i index) {
    return _mm256_blendv_epi8(_mm256_shuffle_epi8(t.v[0], index),
                              _mm256_shuffle_epi8(t.v[1], index), _mm256_slli_epi16(index, 3));
}
GOSSET_INLINE __m256i lookup64(const Table64& t, __m256i index) {
    return _mm256_blendv_epi8(lookup32(t.low, index), lookup32(t.high, index),
                              _mm256_slli_epi16(index, 2));
}
GOSSET_INLINE B64 lookup(const Table32& t, B64 index) {
    return {lookup32(t, index.lo), lookup32(t, index.hi)};
}
GOSSET_INLINE B64 lookup(const Table64& t, B64 index) {
    return {lookup64(t, index.lo), lookup64(t, index.hi)};
}
// vpshufb gives 0 where bit 7 of the index is set: each table answers for its own group only.
GOSSET_INLINE __m256i lookup_group(const GroupTable& t, __m256i index) {
    __m256i out = _mm256_setzero_si256();
    for (int g = 0; g < 4; g++) {
        const __m256i others = _mm256_set1_epi32(int(0x80808080u & ~(0x80u << 8 * g)));
        out = _mm256_or_si256(out, _mm256_shuffle_epi8(t.v[g], _mm256_or_si256(index, others)));
    }
    return out;
}
GOSSET_INLINE B64 lookup(const GroupTable& t, B64 index) {
    return {lookup_group(t, index.lo), lookup_group(t, index.hi)};
}

/// Bytes of 0 or 0xff.
struct Mask64 {
    B64 m;
};
GOSSET_INLINE Mask64 greater(B64 a, B64 b) {  // a > b unless max(a, b) = b; all ones by a == a
    const B64 top = max(a, b);
    const __m256i ones = _mm256_set1_epi8(-1);
    return {{_mm256_xor_si256(_mm256_cmpeq_epi8(top.lo, b.lo), ones),
             _mm256_xor_si256(_mm256_cmpeq_epi8(top.hi, b.hi), ones)}};
}
GOSSET_INLINE Mask64 any_bit(B64 a, B64 b) {
    return greater(a & b, zero());
}
GOSSET_INLINE Mask64 sign_bit(B64 a) {
    const __m256i z = _mm256_setzero_si256();
    return {{_mm256_cmpgt_epi8(z, a.lo), _mm256_cmpgt_epi8(z, a.hi)}};
}
GOSSET_INLINE Mask64 operator&(Mask64 a, Mask64 b) {
    return {a.m & b.m};
}
GOSSET_INLINE Mask64 operator|(Mask64 a, Mask64 b) {
    return {a.m | b.m};
}
GOSSET_INLINE Mask64 operator^(Mask64 a, Mask64 b) {
    return {a.m ^ b.m};
}
GOSSET_INLINE B64 select(Mask64 m, B64 a, B64 b) {
    return {_mm256_blendv_epi8(b.lo, a.lo, m.m.lo), _mm256_blendv_epi8(b.hi, a.hi, m.m.hi)};
}
GOSSET_INLINE B64 keep(Mask64 m, B64 a) {
    return m.m & a;
}

GOSSET_INLINE X4 broadcast4(const int8_t* q) {
    return _mm256_set1_epi32(load_unaligned<int32_t>(q));
}
GOSSET_INLINE I32Rows zero_rows() {
    return {_mm256_setzero_si256(), _mm256_setzero_si256()};
}
GOSSET_INLINE I32Rows set_rows(int32_t v) {
    return {_mm256_set1_epi32(v), _mm256_set1_epi32(v)};
}
GOSSET_INLINE I32Rows operator+(I32Rows a, I32Rows b) {
    return {_mm256_add_epi32(a.lo, b.lo), _mm256_add_epi32(a.hi, b.hi)};
}
template <int n>
GOSSET_INLINE I32Rows shl(I32Rows a) {
    return {_mm256_slli_epi32(a.lo, n), _mm256_slli_epi32(a.hi, n)};
}
/// Pairs of int16 -> int32.
GOSSET_INLINE __m256i widen(__m256i pairs) {
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

// A pair is at most 2 * 127 * 127 = 32258 < 32768.
GOSSET_INLINE I32Rows dot_u7(I32Rows acc, B64 w, X4 x) {
    return {_mm256_add_epi32(acc.lo, widen(_mm256_maddubs_epi16(w.lo, x))),
            _mm256_add_epi32(acc.hi, widen(_mm256_maddubs_epi16(w.hi, x)))};
}

/// 16-bit sums: 8 vectors give at most 8 * 2 * 15 * 127 = 30480 < 32768.
struct U4Acc {
    __m256i lo, hi;
};
GOSSET_INLINE U4Acc zero_u4() {
    return {_mm256_setzero_si256(), _mm256_setzero_si256()};
}
GOSSET_INLINE U4Acc dot_u4(U4Acc acc, B64 w, X4 x) {
    return {_mm256_add_epi16(acc.lo, _mm256_maddubs_epi16(w.lo, x)),
            _mm256_add_epi16(acc.hi, _mm256_maddubs_epi16(w.hi, x))};
}
GOSSET_INLINE I32Rows total_u4(U4Acc a, U4Acc b) {
    return {widen(_mm256_add_epi16(a.lo, b.lo)), widen(_mm256_add_epi16(a.hi, b.hi))};
}

// |w| times sign(w) x: a pair is at most 2 * 128 * 127 = 32512, also for w = -128 (|w| reads as the
// unsigned 128); x = -128 would overflow its negation, and is outside the contract.
GOSSET_INLINE B64 form_s8(B64 w) {
    return w;
}
GOSSET_INLINE I32Rows start_s8(int32_t) {
    return zero_rows();
}
GOSSET_INLINE __m256i dot_s8_half(__m256i acc, __m256i w, __m256i x) {
    const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(x, w));
    return _mm256_add_epi32(acc, widen(pairs));
}
GOSSET_INLINE I32Rows dot_s8(I32Rows acc, B64 w, X4 x) {
    return {dot_s8_half(acc.lo, w.lo, x), dot_s8_half(acc.hi, w.hi, x)};
}

/// Row blocks and tokens of a gemm whose float accumulators stay in registers: 12 of 16.
constexpr uint32_t kTileRows = 1, kTileTokens = 6;

GOSSET_INLINE F32Rows zero_f32() {
    return {_mm256_setzero_ps(), _mm256_setzero_ps()};
}
GOSSET_INLINE F32Rows set_f32(float v) {
    return {_mm256_set1_ps(v), _mm256_set1_ps(v)};
}
GOSSET_INLINE F32Rows load_f32(const void* p) {
    const float* f = static_cast<const float*>(p);
    return {_mm256_loadu_ps(f), _mm256_loadu_ps(f + 8)};
}
GOSSET_INLINE F32Rows load_f16(const void* p) {
    const __m128i* h = static_cast<const __m128i*>(p);
    return {_mm256_cvtph_ps(_mm_loadu_si128(h)), _mm256_cvtph_ps(_mm_loadu_si128(h + 1))};
}
GOSSET_INLINE __m256 bf16_half(__m128i h) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(h), 16));
}
GOSSET_INLINE F32Rows load_bf16(const void* p) {
    const __m128i* h = static_cast<const __m128i*>(p);
    return {bf16_half(_mm_loadu_si128(h)), bf16_half(_mm_loadu_si128(h + 1))};
}
GOSSET_INLINE void store(float* p, F32Rows a) {
    _mm256_storeu_ps(p, a.lo);
    _mm256_storeu_ps(p + 8, a.hi);
}
GOSSET_INLINE F32Rows to_f32(I32Rows a) {
    return {_mm256_cvtepi32_ps(a.lo), _mm256_cvtepi32_ps(a.hi)};
}
GOSSET_INLINE F32Rows mul(F32Rows a, F32Rows b) {
    return {_mm256_mul_ps(a.lo, b.lo), _mm256_mul_ps(a.hi, b.hi)};
}
GOSSET_INLINE F32Rows add(F32Rows a, F32Rows b) {
    return {_mm256_add_ps(a.lo, b.lo), _mm256_add_ps(a.hi, b.hi)};
}
GOSSET_INLINE F32Rows fma(F32Rows a, F32Rows b, F32Rows c) {
    return {_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi)};
}

struct ScaleTable {
    explicit GOSSET_INLINE ScaleTable(const float* p)
        : lo(_mm256_loadu_ps(p)), hi(_mm256_loadu_ps(p + 8)) {}
    __m256 lo, hi;
};
// Four index bytes are the nibbles of 8 rows. vpermps reads the low three bits of a dword; bit 3
// chooses the half of the table from the sign position.
GOSSET_INLINE __m256 lookup_rows(const ScaleTable& t, const uint8_t* nibbles) {
    const __m256i at = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
    const __m256i index =
        _mm256_srlv_epi32(_mm256_set1_epi32(load_unaligned<int32_t>(nibbles)), at);
    return _mm256_blendv_ps(_mm256_permutevar8x32_ps(t.lo, index),
                            _mm256_permutevar8x32_ps(t.hi, index),
                            _mm256_castsi256_ps(_mm256_slli_epi32(index, 28)));
}
GOSSET_INLINE F32Rows lookup(const ScaleTable& t, const uint8_t* nibbles) {
    return {lookup_rows(t, nibbles), lookup_rows(t, nibbles + 4)};
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
