/// The vocabulary of panel kernels: a slice at a time, so that a codec's kernel.cpp is written once
/// for all ISAs. A slice is as many of a panel's 16 rows as a register has dwords: kSliceRows = 16
/// (AVX-512), 8 (AVX2) or 4 (NEON). Its Bytes hold one coordinate of the 4 groups of those rows:
/// byte 4 * row + group, a dword is a row. Vector j of slice s of a panel is at
/// panel + 64 * j + kSliceBytes * s. Relies on the ISA's flags only; every function gives the same
/// bits on every ISA.
///
///   Bytes    load load_once set1 zero store   & | ^   andnot(a, b) = ~a & b   xor3 or3
///            and_or(a, m, o) = a & m | o, where o & m = 0
///            blend(m, a, b) = m & a | ~m & b  (bitwise)
///            add sub adds subs avg min max (u8)   shr<n> (u8)
///            shr16<n> shl16<n> (16-bit lanes: mask after)
///   tables   Table16 Table32 Table64: lookup(table, index), index < 16, 32, 64 or undefined bytes;
///            Table16 also of a vector, whose 16 bytes are the same again and again;
///            GroupTable: lookup(table, index): byte lane 4 * row + g gives entry 16 * g + the
///            low four bits of index
///   Mask     any_bit(a, b) = a & b != 0, greater(a, b) (u8), sign_bit(a);  & | ^ between masks
///            select(m, a, b) = m ? a : b, keep(m, a) = m ? a : 0
///   Inputs   the 32 activations of a block, in panel order: those of coordinate j are x_j
///   I32Rows  an int32 a row: zero_rows, set_rows, +, shl<n>
///            dot_u7_lanes(acc, w, x): acc += sum over g of w * x of the same lanes, w in [0, 127],
///            x in [-127, 127]
///   Acc      a sum that is not finished: zero_acc, start_acc(start value); dot_u7<j>(acc, w, x):
///            the same with x_j; total(even, odd), where the one got j = 0, 2, 4, 6 in this order,
///            the other the rest; where one chain of additions is as fast, kAccs = 1 and total(acc)
///            TileInputs, kTileAccs: the same for a gemm, which has many chains under way
///   S8Sums, TableSums, U7Sums, NibbleSums: whole blocks (below)
///   F32Rows  a float a row: zero_f32, set_f32, load_f32, load_f16, store, to_f32, mul, add, fma
///   ScaleTable, ScaleIndex: lookup<s>(table, index): table[index of the row], rows of slice s
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

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
#include "simd/parts/slice_avx512.hpp"
#elif defined(__AVX2__)
#include "simd/parts/slice_avx2.hpp"
#elif defined(__aarch64__)
#include "simd/parts/slice_neon.hpp"
#else
#error "no slices for this ISA"
#endif

namespace gosset::GOSSET_ISA {
namespace {

constexpr uint32_t kSlices = 16 / kSliceRows, kSliceBytes = 4 * kSliceRows;

/// An index that is a constant: lambdas take it as `auto`.
template <int j>
struct Lane {
    GOSSET_INLINE constexpr operator int() const { return j; }
};

/// Calls f(Lane<0>()) ... f(Lane<7>()).
template <class F>
GOSSET_INLINE void for_lanes(F f) {
    f(Lane<0>()), f(Lane<1>()), f(Lane<2>()), f(Lane<3>());
    f(Lane<4>()), f(Lane<5>()), f(Lane<6>()), f(Lane<7>());
}
/// Calls f(Lane<0>()) ... f(Lane<kSlices - 1>()).
template <class F>
GOSSET_INLINE void for_slices(F f) {
    f(Lane<0>());
    if constexpr (kSlices > 1) f(Lane<1>());
    if constexpr (kSlices > 2) f(Lane<2>()), f(Lane<3>());
}

/// Sum over the 32 columns of a row, as three ways to see a weight. Each is used as
///   Sums s(Sums::start(sum));  s.add<j>(Sums::form(w_j), x) for j = 0..7;  s.total()
/// where x is the activations as a Sums::Block, and `sum` is the sum of the block's 32 activations;
/// level(w) is what a byte of w stands for.
/// InTile is the same for a gemm, which has sums of many tokens under way at a time, and
/// InTile::levels(w) the int8 that the bytes of w stand for, on ISAs with a 4-way dot.

/// The sums of a block in one or two accumulators, from a start value on.
template <int accs>
struct PlainSums {
    using Block = Inputs;
    PlainSums() = default;
    GOSSET_INLINE explicit PlainSums(int32_t start) : even_(start_acc(start)) {
        if constexpr (accs > 1) odd_ = zero_acc();
    }
    GOSSET_INLINE I32Rows total() const {
        return accs == 1 ? GOSSET_ISA::total(even_) : GOSSET_ISA::total(even_, odd_);
    }

  protected:
    template <int j>
    GOSSET_INLINE Acc& acc() {
        return accs == 1 || j % 2 == 0 ? even_ : odd_;
    }

  private:
    Acc even_, odd_;
};

/// (w << shift) - offset, with w << shift in [0, 127]: the offset is undone by the start value.
template <int offset, int shift = 0, int accs = kAccs>
struct U7Sums : PlainSums<accs> {
    using InTile = U7Sums<offset, shift, kTileAccs>;
    using PlainSums<accs>::PlainSums;
    GOSSET_INLINE static int32_t start(int32_t sum) { return -offset * sum; }
    GOSSET_INLINE static Bytes form(Bytes w) { return shift ? shl16<shift>(w) : w; }
    GOSSET_INLINE static Bytes levels(Bytes w) { return sub(form(w), set1(offset)); }
    GOSSET_INLINE static int level(uint8_t w) { return (w << shift) - offset; }
    template <int j, class X>
    GOSSET_INLINE void add(Bytes w, const X& x) {
        this->template acc<j>() = dot_u7<j>(this->template acc<j>(), w, x);
    }
};

/// (w << shift) - offset, with w in [0, 15]: on ISAs without a 4-way dot, 16-bit sums suffice.
template <int shift, int offset>
struct NibbleSums {
    using Block = Inputs;
    using InTile = std::conditional_t<kFourWayDot, U7Sums<offset, shift, kTileAccs>, NibbleSums>;
    NibbleSums() = default;
    GOSSET_INLINE explicit NibbleSums(int32_t start)
        : start_(set_rows(start)), even_(zero_u4()), odd_(zero_u4()) {}
    GOSSET_INLINE static int32_t start(int32_t sum) { return -offset * sum; }
    GOSSET_INLINE static Bytes form(Bytes w) { return w; }
    template <int j, class X>
    GOSSET_INLINE void add(Bytes w, const X& x) {
        if constexpr (j % 2 == 0) even_ = dot_u4<j>(even_, w, x);
        if constexpr (j % 2 == 1) odd_ = dot_u4<j>(odd_, w, x);
    }
    GOSSET_INLINE I32Rows total() const { return shl<shift>(total_u4(even_, odd_)) + start_; }
    GOSSET_INLINE static int level(uint8_t w) { return (w << shift) - offset; }

  private:
    I32Rows start_;
    U4Acc even_, odd_;
};

/// w as int8, -128 included. form() is the ISA's own: a gemm calls it once a panel.
template <int accs = kAccs>
struct S8SumsOf : PlainSums<accs> {
    using InTile = S8SumsOf<kTileAccs>;
    using PlainSums<accs>::PlainSums;
    GOSSET_INLINE static int32_t start(int32_t sum) { return start_s8(sum); }
    GOSSET_INLINE static Bytes form(Bytes w) { return form_s8(w); }
    GOSSET_INLINE static Bytes levels(Bytes w) { return w; }
    GOSSET_INLINE static int level(uint8_t w) { return int8_t(w); }
    template <int j, class X>
    GOSSET_INLINE void add(Bytes w, const X& x) {
        this->template acc<j>() = dot_s8<j>(this->template acc<j>(), w, x);
    }
};
using S8Sums = S8SumsOf<>;

/// The same for a codec that looks its levels up: the table was given form_s8 beforehand.
template <int accs = kAccs>
struct TableSumsOf : S8SumsOf<accs> {
    using InTile = TableSumsOf<kTileAccs>;
    using S8SumsOf<accs>::S8SumsOf;
    GOSSET_INLINE static Bytes form(Bytes w) { return w; }
    GOSSET_INLINE static Bytes levels(Bytes w) { return w ^ set1(kFormS8); }
    GOSSET_INLINE static int level(uint8_t w) { return int8_t(w ^ kFormS8); }
};
using TableSums = TableSumsOf<>;

}  // namespace
}  // namespace gosset::GOSSET_ISA
