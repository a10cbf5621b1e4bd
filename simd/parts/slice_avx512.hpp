/// A slice of 16 rows, one zmm: the whole panel. See simd/parts/slice.hpp, which includes this.
/// Relies on AVX-512 F BW VL DQ VNNI VBMI.
#pragma once

#include <immintrin.h>

namespace gosset::GOSSET_ISA {
namespace {

constexpr uint32_t kSliceRows = 16;

struct Bytes {
    __m512i v;
};
struct I32Rows {
    __m512i v;
};
struct F32Rows {
    __m512 v;
};

GOSSET_INLINE Bytes load(const void* p) {
    return {_mm512_loadu_si512(p)};
}
/// A load that stays one: compilers repeat a load rather than copy a register, and a panel crosses
/// a cache line at nearly every vector.
GOSSET_INLINE Bytes load_once(const void* p) {
    Bytes a;
    const auto& bytes = *static_cast<const char(*)[64]>(p);
    __asm__("vmovdqu64 %1, %0" : "=v"(a.v) : "m"(bytes));
    return a;
}
GOSSET_INLINE void store(void* p, Bytes a) {
    _mm512_storeu_si512(p, a.v);
}
GOSSET_INLINE Bytes set1(int byte) {
    return {_mm512_set1_epi8(char(byte))};
}
GOSSET_INLINE Bytes zero() {
    return {_mm512_setzero_si512()};
}

GOSSET_INLINE Bytes operator&(Bytes a, Bytes b) {
    return {_mm512_and_si512(a.v, b.v)};
}
GOSSET_INLINE Bytes operator|(Bytes a, Bytes b) {
    return {_mm512_or_si512(a.v, b.v)};
}
GOSSET_INLINE Bytes operator^(Bytes a, Bytes b) {
    return {_mm512_xor_si512(a.v, b.v)};
}
// vpternlog: bit 4a + 2b + c of the constant is the result for bits a, b, c.
GOSSET_INLINE Bytes andnot(Bytes a, Bytes b) {
    return {_mm512_andnot_si512(a.v, b.v)};
}
GOSSET_INLINE Bytes xor3(Bytes a, Bytes b, Bytes c) {
    return {_mm512_ternarylogic_epi32(a.v, b.v, c.v, 0x96)};
}
GOSSET_INLINE Bytes or3(Bytes a, Bytes b, Bytes c) {
    return {_mm512_ternarylogic_epi32(a.v, b.v, c.v, 0xfe)};
}
GOSSET_INLINE Bytes and_or(Bytes a, Bytes m, Bytes o) {
    return {_mm512_ternarylogic_epi32(a.v, m.v, o.v, 0xea)};
}
GOSSET_INLINE Bytes blend(Bytes m, Bytes a, Bytes b) {
    return {_mm512_ternarylogic_epi32(m.v, a.v, b.v, 0xca)};
}

GOSSET_INLINE Bytes add(Bytes a, Bytes b) {
    return {_mm512_add_epi8(a.v, b.v)};
}
GOSSET_INLINE Bytes sub(Bytes a, Bytes b) {
    return {_mm512_sub_epi8(a.v, b.v)};
}
GOSSET_INLINE Bytes adds(Bytes a, Bytes b) {
    return {_mm512_adds_epu8(a.v, b.v)};
}
GOSSET_INLINE Bytes subs(Bytes a, Bytes b) {
    return {_mm512_subs_epu8(a.v, b.v)};
}
GOSSET_INLINE Bytes avg(Bytes a, Bytes b) {
    return {_mm512_avg_epu8(a.v, b.v)};
}
GOSSET_INLINE Bytes min(Bytes a, Bytes b) {
    return {_mm512_min_epu8(a.v, b.v)};
}
GOSSET_INLINE Bytes max(Bytes a, Bytes b) {
    return {_mm512_max_epu8(a.v, b.v)};
}
template <int n>
GOSSET_INLINE Bytes shr(Bytes a) {
    return {_mm512_and_si512(_mm512_srli_epi16(a.v, n), _mm512_set1_epi8(char(0xff >> n)))};
}
template <int n>
GOSSET_INLINE Bytes shr16(Bytes a) {
    return {_mm512_srli_epi16(a.v, n)};
}
template <int n>
GOSSET_INLINE Bytes shl16(Bytes a) {
    return {_mm512_slli_epi16(a.v, n)};
}

struct Table16 {
    explicit GOSSET_INLINE Table16(const void* p)
        : v(_mm512_broadcast_i32x4(_mm_loadu_si128(static_cast<const __m128i*>(p)))) {}
    explicit GOSSET_INLINE Table16(Bytes b) : v(b.v) {}
    __m512i v;
};
struct Table32 {
    explicit GOSSET_INLINE Table32(const void* p)
        : v(_mm512_broadcast_i64x4(_mm256_loadu_si256(static_cast<const __m256i*>(p)))) {}
    __m512i v;
};
struct Table64 {
    explicit GOSSET_INLINE Table64(const void* p) : v(_mm512_loadu_si512(p)) {}
    explicit GOSSET_INLINE Table64(Bytes b) : v(b.v) {}
    __m512i v;
};
struct GroupTable {
    explicit GOSSET_INLINE GroupTable(const void* p) : v(_mm512_loadu_si512(p)) {}
    __m512i v;
};
GOSSET_INLINE Bytes lookup(const Table16& t, Bytes index) {
    return {_mm512_shuffle_epi8(t.v, index.v)};
}
GOSSET_INLINE Bytes lookup(const Table32& t, Bytes index) {
    return {_mm512_permutexvar_epi8(index.v, t.v)};
}
GOSSET_INLINE Bytes lookup(const Table64& t, Bytes index) {
    return {_mm512_permutexvar_epi8(index.v, t.v)};
}
GOSSET_INLINE Bytes lookup(const GroupTable& t, Bytes index) {
    const Bytes group = {_mm512_set1_epi32(0x30201000)};
    return {_mm512_permutexvar_epi8(and_or(index, set1(15), group).v, t.v)};
}

struct Mask {
    __mmask64 m;
};
GOSSET_INLINE Mask any_bit(Bytes a, Bytes b) {
    return {_mm512_test_epi8_mask(a.v, b.v)};
}
GOSSET_INLINE Mask greater(Bytes a, Bytes b) {
    return {_mm512_cmpgt_epu8_mask(a.v, b.v)};
}
GOSSET_INLINE Mask sign_bit(Bytes a) {
    return {_mm512_movepi8_mask(a.v)};
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
    return {_mm512_mask_mov_epi8(b.v, m.m, a.v)};
}
GOSSET_INLINE Bytes keep(Mask m, Bytes a) {
    return {_mm512_maskz_mov_epi8(m.m, a.v)};
}

struct Inputs {
    Inputs() = default;
    explicit GOSSET_INLINE Inputs(const int8_t* block) : q(block) {}
    const int8_t* q;
};
GOSSET_INLINE I32Rows zero_rows() {
    return {_mm512_setzero_si512()};
}
GOSSET_INLINE I32Rows set_rows(int32_t v) {
    return {_mm512_set1_epi32(v)};
}
GOSSET_INLINE I32Rows operator+(I32Rows a, I32Rows b) {
    return {_mm512_add_epi32(a.v, b.v)};
}
template <int n>
GOSSET_INLINE I32Rows shl(I32Rows a) {
    return {_mm512_slli_epi32(a.v, n)};
}

using Acc = I32Rows;
constexpr int kAccs = 2, kTileAccs = 1;
constexpr bool kFourWayDot = true;
GOSSET_INLINE Acc zero_acc() {
    return zero_rows();
}
GOSSET_INLINE Acc start_acc(int32_t v) {
    return set_rows(v);
}
/// The four activations of coordinate j for every row, broadcast from memory for free: GCC 12 makes
/// an instruction of its own of the broadcast.
template <int j>
GOSSET_INLINE Acc dot_u7(Acc acc, Bytes w, const Inputs& x) {
    const auto& four = *reinterpret_cast<const int8_t(*)[4]>(x.q + 4 * j);
    __asm__("vpdpbusd %2%{1to16%}, %1, %0" : "+v"(acc.v) : "v"(w.v), "m"(four));
    return acc;
}
/// The same where several row blocks share the four activations.
struct TileInputs {
    TileInputs() = default;
    explicit GOSSET_INLINE TileInputs(const int8_t* block) : q(block) {}
    const int8_t* q;
};
template <int j>
GOSSET_INLINE Acc dot_u7(Acc acc, Bytes w, const TileInputs& x) {
    const __m512i four = _mm512_set1_epi32(load_unaligned<int32_t>(x.q + 4 * j));
    return {_mm512_dpbusd_epi32(acc.v, w.v, four)};
}

GOSSET_INLINE I32Rows total(Acc acc) {
    return acc;
}
GOSSET_INLINE I32Rows total(Acc even, Acc odd) {
    return even + odd;
}
GOSSET_INLINE I32Rows dot_u7_lanes(I32Rows acc, Bytes w, Bytes x) {
    return {_mm512_dpbusd_epi32(acc.v, w.v, x.v)};
}

using U4Acc = I32Rows;
GOSSET_INLINE U4Acc zero_u4() {
    return zero_rows();
}
template <int j>
GOSSET_INLINE U4Acc dot_u4(U4Acc acc, Bytes w, const Inputs& x) {
    return dot_u7<j>(acc, w, x);
}
GOSSET_INLINE I32Rows total_u4(U4Acc a, U4Acc b) {
    return a + b;
}

// vpdpbusd wants one side unsigned: w + 128, which is w with the top bit flipped.
constexpr uint8_t kFormS8 = 0x80;
GOSSET_INLINE Bytes form_s8(Bytes w) {
    return w ^ set1(kFormS8);
}
GOSSET_INLINE int32_t start_s8(int32_t sum) {
    return -128 * sum;
}
template <int j, class X>
GOSSET_INLINE Acc dot_s8(Acc acc, Bytes w, const X& x) {
    return dot_u7<j>(acc, w, x);
}

/// Row blocks, slices and tokens of a gemm whose int32 and float accumulators stay in registers: 24
/// of 32.
constexpr uint32_t kSumRows = 2, kSumSlices = 2, kSumTokens = 6;
/// Row blocks and tokens of a gemm whose float accumulators stay in registers: 16 of 32.
constexpr uint32_t kTileRows = 2, kTileTokens = 8;

GOSSET_INLINE F32Rows zero_f32() {
    return {_mm512_setzero_ps()};
}
GOSSET_INLINE F32Rows set_f32(float v) {
    return {_mm512_set1_ps(v)};
}
GOSSET_INLINE F32Rows load_f32(const void* p) {
    return {_mm512_loadu_ps(p)};
}
GOSSET_INLINE F32Rows load_f16(const void* p) {
    return {_mm512_cvtph_ps(_mm256_loadu_si256(static_cast<const __m256i*>(p)))};
}
GOSSET_INLINE F32Rows load_bf16(const void* p) {
    const __m256i h = _mm256_loadu_si256(static_cast<const __m256i*>(p));
    return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(h), 16))};
}
GOSSET_INLINE void store(float* p, F32Rows a) {
    _mm512_storeu_ps(p, a.v);
}
GOSSET_INLINE F32Rows to_f32(I32Rows a) {
    return {_mm512_cvtepi32_ps(a.v)};
}
GOSSET_INLINE F32Rows mul(F32Rows a, F32Rows b) {
    return {_mm512_mul_ps(a.v, b.v)};
}
GOSSET_INLINE F32Rows add(F32Rows a, F32Rows b) {
    return {_mm512_add_ps(a.v, b.v)};
}
GOSSET_INLINE F32Rows fma(F32Rows a, F32Rows b, F32Rows c) {
    return {_mm512_fmadd_ps(a.v, b.v, c.v)};
}

struct ScaleTable {
    explicit GOSSET_INLINE ScaleTable(const float* p) : v(_mm512_loadu_ps(p)) {}
    __m512 v;
};
// vpmultishiftqb puts bits 8k.. of the eight bytes under qword k's row 2k and bits 8k + 4.. under
// row 2k + 1; vpermps reads only the low four bits of a dword.
struct ScaleIndex {
    explicit GOSSET_INLINE ScaleIndex(const uint8_t* nibbles) {
        const __m512i at = _mm512_set_epi64(0x3c00000038, 0x3400000030, 0x2c00000028, 0x2400000020,
                                            0x1c00000018, 0x1400000010, 0x0c00000008, 0x0400000000);
        v = _mm512_multishift_epi64_epi8(at, _mm512_set1_epi64(load_unaligned<int64_t>(nibbles)));
    }
    __m512i v;
};
template <int slice>
GOSSET_INLINE F32Rows lookup(const ScaleTable& t, const ScaleIndex& index) {
    return {_mm512_permutexvar_ps(index.v, t.v)};
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
