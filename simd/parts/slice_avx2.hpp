/// A slice of 8 rows, one ymm. See simd/parts/slice.hpp, which includes this.
/// Relies on AVX2, FMA, F16C. There is no 4-way dot here: vpmaddubsw saturates at 16 bits, so the
/// ranges in the comments are what keeps every sum exact.
#pragma once

#include <immintrin.h>

namespace gosset::GOSSET_ISA {
namespace {

constexpr uint32_t kSliceRows = 8;

struct Bytes {
    __m256i v;
};
struct I32Rows {
    __m256i v;
};
struct F32Rows {
    __m256 v;
};

GOSSET_INLINE Bytes load(const void* p) {
    return {_mm256_loadu_si256(static_cast<const __m256i*>(p))};
}
GOSSET_INLINE Bytes load_once(const void* p) {
    return load(p);
}
GOSSET_INLINE void store(void* p, Bytes a) {
    _mm256_storeu_si256(static_cast<__m256i*>(p), a.v);
}
GOSSET_INLINE Bytes set1(int byte) {
    return {_mm256_set1_epi8(char(byte))};
}
GOSSET_INLINE Bytes zero() {
    return {_mm256_setzero_si256()};
}

GOSSET_INLINE Bytes operator&(Bytes a, Bytes b) {
    return {_mm256_and_si256(a.v, b.v)};
}
GOSSET_INLINE Bytes operator|(Bytes a, Bytes b) {
    return {_mm256_or_si256(a.v, b.v)};
}
GOSSET_INLINE Bytes operator^(Bytes a, Bytes b) {
    return {_mm256_xor_si256(a.v, b.v)};
}
GOSSET_INLINE Bytes andnot(Bytes a, Bytes b) {
    return {_mm256_andnot_si256(a.v, b.v)};
}
GOSSET_INLINE Bytes xor3(Bytes a, Bytes b, Bytes c) {
    return a ^ b ^ c;
}
GOSSET_INLINE Bytes or3(Bytes a, Bytes b, Bytes c) {
    return a | b | c;
}
GOSSET_INLINE Bytes and_or(Bytes a, Bytes m, Bytes o) {
    return (a & m) | o;
}
GOSSET_INLINE Bytes blend(Bytes m, Bytes a, Bytes b) {
    return ((a ^ b) & m) ^ b;
}

GOSSET_INLINE Bytes add(Bytes a, Bytes b) {
    return {_mm256_add_epi8(a.v, b.v)};
}
GOSSET_INLINE Bytes sub(Bytes a, Bytes b) {
    return {_mm256_sub_epi8(a.v, b.v)};
}
GOSSET_INLINE Bytes adds(Bytes a, Bytes b) {
    return {_mm256_adds_epu8(a.v, b.v)};
}
GOSSET_INLINE Bytes subs(Bytes a, Bytes b) {
    return {_mm256_subs_epu8(a.v, b.v)};
}
GOSSET_INLINE Bytes avg(Bytes a, Bytes b) {
    return {_mm256_avg_epu8(a.v, b.v)};
}
GOSSET_INLINE Bytes min(Bytes a, Bytes b) {
    return {_mm256_min_epu8(a.v, b.v)};
}
GOSSET_INLINE Bytes max(Bytes a, Bytes b) {
    return {_mm256_max_epu8(a.v, b.v)};
}
// Of AVX2 only: bytes of 0xff where a = b, else 0; a, negated where s < 0 and 0 where it is 0.
GOSSET_INLINE Bytes equal(Bytes a, Bytes b) {
    return {_mm256_cmpeq_epi8(a.v, b.v)};
}
GOSSET_INLINE Bytes with_sign(Bytes a, Bytes s) {
    return {_mm256_sign_epi8(a.v, s.v)};
}
template <int n>
GOSSET_INLINE Bytes shr16(Bytes a) {
    return {_mm256_srli_epi16(a.v, n)};
}
template <int n>
GOSSET_INLINE Bytes shl16(Bytes a) {
    return {_mm256_slli_epi16(a.v, n)};
}
template <int n>
GOSSET_INLINE Bytes shr(Bytes a) {
    return shr16<n>(a) & set1(0xff >> n);
}

/// 16 bytes in both halves of a ymm, as vpshufb reads them.
GOSSET_INLINE __m256i both_halves(const void* p) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(static_cast<const __m128i*>(p)));
}
struct Table16 {
    explicit GOSSET_INLINE Table16(const void* p) : v(both_halves(p)) {}
    explicit GOSSET_INLINE Table16(Bytes b) : v(b.v) {}
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
GOSSET_INLINE Bytes lookup(const Table16& t, Bytes index) {
    return {_mm256_shuffle_epi8(t.v, index.v)};
}
// vpblendvb looks at bit 7: bits 4 and 5 of the index are shifted there.
GOSSET_INLINE Bytes lookup(const Table32& t, Bytes index) {
    return {_mm256_blendv_epi8(_mm256_shuffle_epi8(t.v[0], index.v),
                               _mm256_shuffle_epi8(t.v[1], index.v), shl16<3>(index).v)};
}
GOSSET_INLINE Bytes lookup(const Table64& t, Bytes index) {
    return {_mm256_blendv_epi8(lookup(t.low, index).v, lookup(t.high, index).v, shl16<2>(index).v)};
}
// vpshufb gives 0 where bit 7 of the index is set: each table answers for its own group only.
GOSSET_INLINE Bytes lookup(const GroupTable& t, Bytes index) {
    const Bytes low = index & set1(15);
    __m256i out = _mm256_setzero_si256();
    for (int g = 0; g < 4; g++) {
        const __m256i others = _mm256_set1_epi32(int(0x80808080u & ~(0x80u << 8 * g)));
        out = _mm256_or_si256(out, _mm256_shuffle_epi8(t.v[g], _mm256_or_si256(low.v, others)));
    }
    return {out};
}

/// Bytes of 0 or 0xff.
struct Mask {
    Bytes m;
};
GOSSET_INLINE Mask greater(Bytes a, Bytes b) {  // a > b unless max(a, b) = b; all ones by a == a
    const __m256i not_greater = _mm256_cmpeq_epi8(max(a, b).v, b.v);
    return {{_mm256_xor_si256(not_greater, _mm256_set1_epi8(-1))}};
}
GOSSET_INLINE Mask any_bit(Bytes a, Bytes b) {
    return greater(a & b, zero());
}
GOSSET_INLINE Mask sign_bit(Bytes a) {
    return {{_mm256_cmpgt_epi8(_mm256_setzero_si256(), a.v)}};
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
    return {_mm256_blendv_epi8(b.v, a.v, m.m.v)};
}
GOSSET_INLINE Bytes keep(Mask m, Bytes a) {
    return m.m & a;
}

struct Inputs {
    Inputs() = default;
    explicit GOSSET_INLINE Inputs(const int8_t* block) : q(block) {}
    const int8_t* q;
};
/// The four activations of coordinate j for every row.
template <int j>
GOSSET_INLINE __m256i coordinate(const Inputs& x) {
    return _mm256_set1_epi32(load_unaligned<int32_t>(x.q + 4 * j));
}
GOSSET_INLINE I32Rows zero_rows() {
    return {_mm256_setzero_si256()};
}
GOSSET_INLINE I32Rows set_rows(int32_t v) {
    return {_mm256_set1_epi32(v)};
}
GOSSET_INLINE I32Rows operator+(I32Rows a, I32Rows b) {
    return {_mm256_add_epi32(a.v, b.v)};
}
template <int n>
GOSSET_INLINE I32Rows shl(I32Rows a) {
    return {_mm256_slli_epi32(a.v, n)};
}
/// Pairs of int16 -> int32.
GOSSET_INLINE I32Rows widen(__m256i pairs) {
    return {_mm256_madd_epi16(pairs, _mm256_set1_epi16(1))};
}

// A pair is at most 2 * 127 * 127 = 32258 < 32768.
GOSSET_INLINE I32Rows dot_u7_lanes(I32Rows acc, Bytes w, Bytes x) {
    return acc + widen(_mm256_maddubs_epi16(w.v, x.v));
}
using Acc = I32Rows;
using TileInputs = Inputs;
constexpr int kAccs = 2, kTileAccs = 1;
constexpr bool kFourWayDot = false;
GOSSET_INLINE Acc zero_acc() {
    return zero_rows();
}
GOSSET_INLINE Acc start_acc(int32_t v) {
    return set_rows(v);
}
template <int j>
GOSSET_INLINE Acc dot_u7(Acc acc, Bytes w, const Inputs& x) {
    return dot_u7_lanes(acc, w, {coordinate<j>(x)});
}
GOSSET_INLINE I32Rows total(Acc acc) {
    return acc;
}
GOSSET_INLINE I32Rows total(Acc even, Acc odd) {
    return even + odd;
}

/// 16-bit sums: 8 vectors give at most 8 * 2 * 15 * 127 = 30480 < 32768.
struct U4Acc {
    __m256i v;
};
GOSSET_INLINE U4Acc zero_u4() {
    return {_mm256_setzero_si256()};
}
template <int j>
GOSSET_INLINE U4Acc dot_u4(U4Acc acc, Bytes w, const Inputs& x) {
    return {_mm256_add_epi16(acc.v, _mm256_maddubs_epi16(w.v, coordinate<j>(x)))};
}
GOSSET_INLINE I32Rows total_u4(U4Acc a, U4Acc b) {
    return widen(_mm256_add_epi16(a.v, b.v));
}

// |w| times sign(w) x: a pair is at most 2 * 128 * 127 = 32512, also for w = -128 (|w| reads as the
// unsigned 128); x = -128 would overflow its negation, and is outside the contract.
constexpr uint8_t kFormS8 = 0;
GOSSET_INLINE Bytes form_s8(Bytes w) {
    return w;
}
GOSSET_INLINE int32_t start_s8(int32_t) {
    return 0;
}
template <int j>
GOSSET_INLINE Acc dot_s8(Acc acc, Bytes w, const Inputs& x) {
    const __m256i signed_x = _mm256_sign_epi8(coordinate<j>(x), w.v);
    return acc + widen(_mm256_maddubs_epi16(_mm256_abs_epi8(w.v), signed_x));
}

/// Row blocks, slices and tokens of a gemm whose int32 and float accumulators stay in registers: 8
/// of 16.
constexpr uint32_t kSumRows = 1, kSumSlices = 1, kSumTokens = 4;
/// Row blocks and tokens of a gemm whose float accumulators stay in registers: 12 of 16.
constexpr uint32_t kTileRows = 1, kTileTokens = 6;

GOSSET_INLINE F32Rows zero_f32() {
    return {_mm256_setzero_ps()};
}
GOSSET_INLINE F32Rows set_f32(float v) {
    return {_mm256_set1_ps(v)};
}
GOSSET_INLINE F32Rows load_f32(const void* p) {
    return {_mm256_loadu_ps(static_cast<const float*>(p))};
}
GOSSET_INLINE F32Rows load_f16(const void* p) {
    return {_mm256_cvtph_ps(_mm_loadu_si128(static_cast<const __m128i*>(p)))};
}
GOSSET_INLINE F32Rows load_bf16(const void* p) {
    const __m256i h = _mm256_cvtepu16_epi32(_mm_loadu_si128(static_cast<const __m128i*>(p)));
    return {_mm256_castsi256_ps(_mm256_slli_epi32(h, 16))};
}
GOSSET_INLINE void store(float* p, F32Rows a) {
    _mm256_storeu_ps(p, a.v);
}
GOSSET_INLINE F32Rows to_f32(I32Rows a) {
    return {_mm256_cvtepi32_ps(a.v)};
}
GOSSET_INLINE F32Rows mul(F32Rows a, F32Rows b) {
    return {_mm256_mul_ps(a.v, b.v)};
}
GOSSET_INLINE F32Rows add(F32Rows a, F32Rows b) {
    return {_mm256_add_ps(a.v, b.v)};
}
GOSSET_INLINE F32Rows fma(F32Rows a, F32Rows b, F32Rows c) {
    return {_mm256_fmadd_ps(a.v, b.v, c.v)};
}

struct ScaleTable {
    explicit GOSSET_INLINE ScaleTable(const float* p)
        : lo(_mm256_loadu_ps(p)), hi(_mm256_loadu_ps(p + 8)) {}
    __m256 lo, hi;
};
struct ScaleIndex {
    explicit GOSSET_INLINE ScaleIndex(const uint8_t* p) : nibbles(p) {}
    const uint8_t* nibbles;
};
// Four index bytes are the nibbles of 8 rows. vpermps reads the low three bits of a dword; bit 3
// chooses the half of the table from the sign position.
template <int slice>
GOSSET_INLINE F32Rows lookup(const ScaleTable& t, const ScaleIndex& index) {
    const __m256i at = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
    const __m256i i = _mm256_srlv_epi32(
        _mm256_set1_epi32(load_unaligned<int32_t>(index.nibbles + 4 * slice)), at);
    return {_mm256_blendv_ps(_mm256_permutevar8x32_ps(t.lo, i), _mm256_permutevar8x32_ps(t.hi, i),
                             _mm256_castsi256_ps(_mm256_slli_epi32(i, 28)))};
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
