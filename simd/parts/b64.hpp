/// The vocabulary of panel kernels: 64 bytes at a time, so that a codec's kernel.cpp is written
/// once for all ISAs. A B64 holds one coordinate of 4 groups of 16 rows: byte 4 * row + group, a
/// dword is a row. Relies on the ISA's flags only; every function gives the same bits on every ISA.
///
///   B64      load load_once set1 zero store   & | ^   andnot(a, b) = ~a & b   xor3 or3
///            and_or(a, m, o) = a & m | o    blend(m, a, b) = m & a | ~m & b  (bitwise)
///            add sub adds subs avg min max (u8)   shr16<n> shl16<n> (16-bit lanes: mask after)
///   tables   Table16 Table32 Table64: lookup(table, index), index < 16, 32, 64 or undefined bytes;
///            GroupTable: lookup(table, index): byte lane 4 * row + g gives entry 16 * g + index
///   Mask64   any_bit(a, b) = a & b != 0, greater(a, b) (u8), sign_bit(a);  & | ^ between masks
///            select(m, a, b) = m ? a : b, keep(m, a) = m ? a : 0
///   X4       four activations of one coordinate: broadcast4(q + 4 * j)
///   I32Rows  an int32 a row: zero_rows, set_rows, +, shl<n>
///            dot_u7(acc, w, x): acc += sum over g of w * x, w in [0, 127], x in [-127, 127]
///   S8Sums, U7Sums, NibbleSums: whole panels (below)
///   F32Rows  a float a row: zero_f32, set_f32, load_f32, load_f16, store, to_f32, mul, add, fma
///   ScaleTable: lookup(table, nibbles): table[index of the row]; see kIndexBytes
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "simd/parts/isa.hpp"

namespace gosset::GOSSET_ISA {
namespace {

/// The scale indices of a panel, the same for all codecs: row r's in nibble r, that is in byte
/// r / 2, the even row in the low nibble.
constexpr uint32_t kIndexBytes = 8;

template <class T>
GOSSET_INLINE T load_unaligned(const void* p) {
    T v;
    std::memcpy(&v, p, sizeof v);
    return v;
}

}  // namespace
}  // namespace gosset::GOSSET_ISA

#if defined(__AVX512VBMI__)
#include "simd/parts/b64_avx512.hpp"
#elif defined(__AVX2__)
#include "simd/parts/b64_avx2.hpp"
#else
#error "no B64 for this ISA"
#endif

namespace gosset::GOSSET_ISA {
namespace {

/// sum over 8 vectors of 32 columns a row, as three ways to see a weight. Each is used as
///   Sums s(sum);  s.add<j>(Sums::form(w_j), broadcast4(q + 4 * j)) for j = 0..7;  s.total()
/// `sum` is the sum of the block's 32 activations. Two accumulators: even and odd vectors.

/// w - offset, with w in [0, 127]: the offset is undone by the start value.
template <int offset>
struct U7Sums {
    GOSSET_INLINE explicit U7Sums(int32_t sum)
        : even_(set_rows(-offset * sum)), odd_(zero_rows()) {}
    GOSSET_INLINE static B64 form(B64 w) { return w; }
    template <int j>
    GOSSET_INLINE void add(B64 w, X4 x) {
        if constexpr (j % 2 == 0) even_ = dot_u7(even_, w, x);
        if constexpr (j % 2 == 1) odd_ = dot_u7(odd_, w, x);
    }
    GOSSET_INLINE I32Rows total() const { return even_ + odd_; }

  private:
    I32Rows even_, odd_;
};

/// (w << shift) - offset, with w in [0, 15]: on ISAs without a 4-way dot, 16-bit sums suffice.
template <int shift, int offset>
struct NibbleSums {
    GOSSET_INLINE explicit NibbleSums(int32_t sum) : start_(set_rows(-offset * sum)) {}
    GOSSET_INLINE static B64 form(B64 w) { return w; }
    template <int j>
    GOSSET_INLINE void add(B64 w, X4 x) {
        if constexpr (j % 2 == 0) even_ = dot_u4(even_, w, x);
        if constexpr (j % 2 == 1) odd_ = dot_u4(odd_, w, x);
    }
    GOSSET_INLINE I32Rows total() const { return shl<shift>(total_u4(even_, odd_)) + start_; }

  private:
    I32Rows start_;
    U4Acc even_ = zero_u4(), odd_ = zero_u4();
};

/// w as int8, -128 included. form() is the ISA's own: a gemm calls it once a panel.
struct S8Sums {
    GOSSET_INLINE explicit S8Sums(int32_t sum) : even_(start_s8(sum)), odd_(zero_rows()) {}
    GOSSET_INLINE static B64 form(B64 w) { return form_s8(w); }
    template <int j>
    GOSSET_INLINE void add(B64 w, X4 x) {
        if constexpr (j % 2 == 0) even_ = dot_s8(even_, w, x);
        if constexpr (j % 2 == 1) odd_ = dot_s8(odd_, w, x);
    }
    GOSSET_INLINE I32Rows total() const { return even_ + odd_; }

  private:
    I32Rows even_, odd_;
};

}  // namespace
}  // namespace gosset::GOSSET_ISA
