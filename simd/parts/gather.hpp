/// The vocabulary of kernels that look codewords up in memory: words beyond simd/parts/slice.hpp in
/// which a dword, or a 16-bit lane, is a number. Relies on slice.hpp; every function gives the same
/// bits on every ISA.
///
///   gather(table, index)     Bytes: table[index of the row], dwords
///   gather<from, n>(table, Fields(a))  the same by n bits of every row of a, from bit `from` on
///   as_rows as_bytes         the same register as I32Rows, or (also of F32Rows) as Bytes
///   set32(v)                 v in every row
///   shr32<n> sub32(a, b)     32-bit lanes, logical shift
///   mul_add(acc, a, b)       acc + a * b, a in [0, 32767], |b| < 2^15
///   truncate(F32Rows)        to I32Rows, towards 0
///   less_one(x, limit, a)    a - (x > limit ? 1 : 0) per row
///   sub16 mul16 mul16_high   16-bit lanes; the product's low or (unsigned) high 16 bits
///   shuffle4<i, j, k, l>(a)  bytes i, j, k, l of every dword
///   WordTable8               lookup(table, a): 16-bit lanes, by the low 3 bits of the lane
///   RowTable16               lookup(table, a): dwords, by the low 4 bits of the dword;
///                            exchanged(): its halves exchanged
///   FloatTable16             lookup(table, a): F32Rows, likewise
///   FloatPair                lookup(pair, a): F32Rows, the second where bit 4 of the dword is set
///   SmallTable(entries)      96 dwords of 4 bytes in [0, 15];
///                            found = find(table, a): for 16-bit lanes a < 96;
///                            expand<h>(table, found): Bytes, the entry of every row's low (h = 0)
///                            or high (1) lane
///   blend_not(m, a, b)       m & ~a | ~m & b  (bitwise)
///   dot_offset(w1, x1, w2, x2, o1, o2)
///                            I32Rows: sum over a row's 4 bytes of (w1 - o1) * x1 + (w2 - o2) * x2;
///                            w, o in [0, 63], x in [-127, 127], and for every byte
///                            |w1 - o1| + |w2 - o2| <= 128
///   AVX-512 only:
///   floor_of_product(x, f)   Bytes: the bits of floor(x * f) + 2^23 as floats, x and f >= 0
///   unsigned_to_f32(a)       F32Rows of unsigned dwords, rounded towards 0
///   difference(a, b)         F32Rows: a - b
///   RowTable16::low_words()  the table with the high words of its entries 0
#pragma once

#include "simd/parts/slice.hpp"

#if defined(__AVX512VBMI__)
#include "simd/parts/gather_avx512.hpp"
#elif defined(__AVX2__)
#include "simd/parts/gather_avx2.hpp"
#else
#include "simd/parts/gather_neon.hpp"
#endif

#if !defined(__aarch64__)
namespace gosset::GOSSET_ISA {
namespace {

struct Fields {
    explicit GOSSET_INLINE Fields(Bytes a) : v(a) {}
    Bytes v;
};
template <int from, int bits>
GOSSET_INLINE Bytes gather(const uint32_t* table, const Fields& f) {
    const Bytes index = from == 0 ? f.v : shr32<from>(f.v);
    return gather(table, as_rows(from + bits == 32 ? index : index & set32((1u << bits) - 1)));
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
#endif
