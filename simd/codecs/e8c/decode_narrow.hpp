/// e8c with 16-byte tables (AVX2, NEON): an index byte holds nothing but the bits of its own m,
/// for vpshufb and tbl read more than four. layout.hpp draws the planes.
#pragma once

#include "simd/codecs/e8c/layout.hpp"
#include "simd/codecs/e8c/maps.hpp"

namespace gosset::GOSSET_ISA {
namespace {

/// decode<s>(panel, sink) calls sink(Lane<j>(), formed levels of coordinate j) for j = 0..7.
template <int H>
struct Decoder;

template <int... masks>
GOSSET_INLINE Table16 levels_by(const Table32& list) {
    return Table16(mapped<16, 0, masks...>(list));
}
/// Of a list of 32 by m >> 1; the choice is m.0.
GOSSET_INLINE TablePair even_and_odd(const Table32& list) {
    return {mapped<16, 0, 0, 1, 2, 4, 8>(list), mapped<16, 1, 0, 1, 2, 4, 8>(list)};
}

/// (a & mask) | rest; the bits of mask are 0 in rest.
template <int mask>
GOSSET_INLINE Bytes field(Bytes a, Bytes rest) {
    return and_or(a, set1(mask), rest);
}

template <>
struct Decoder<4> {
    explicit GOSSET_INLINE Decoder(const Table32& list)
        : low(levels_by<4, 1, 2>(list)), high(levels_by<1, 4, 8>(list)) {}

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const uint8_t* p = panel + kSliceBytes * s;
        const Bytes a = load(p), b = load(p + 64), a4 = shr16<4>(a);
        const Bytes c = shr16<4>(b) & set1(1), c4 = shl16<2>(c);  // the coset at bits 0 and 2
        // Bits 0, 2, 4 and 6 hold the mj.1, and c.
        const Bytes x = a ^ b, y = x ^ shr16<2>(x), parity = y ^ shr16<4>(y);
        const Bytes seven = field<2>(shr16<4>(b), c4) | ((parity ^ c) & set1(1));
        sink(Lane<0>(), lookup(low, field<3>(a, c4))),
            sink(Lane<1>(), lookup(high, field<12>(a, c)));
        sink(Lane<2>(), lookup(low, field<3>(a4, c4)));
        sink(Lane<3>(), lookup(high, field<12>(a4, c)));
        sink(Lane<4>(), lookup(low, field<3>(b, c4))),
            sink(Lane<5>(), lookup(high, field<12>(b, c)));
        sink(Lane<6>(), lookup(high, field<12>(shr16<4>(b), c))),
            sink(Lane<7>(), lookup(low, seven));
    }
    Table16 low, high;
};

template <>
struct Decoder<6> {
    explicit GOSSET_INLINE Decoder(const Table32& list) : table(levels_by<8, 1, 2, 4>(list)) {}

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const uint8_t* p = panel + kSliceBytes * s;
        const Bytes a = load(p), b = load(p + 64), e = load(p + 128), c = e & set1(8);
        // mj.1 of 0, 1, 2, 3, 4, 5 and 6 at bits 0, 3, 6 of a and b and bit 0 of e.
        const Bytes x = a ^ b, parity = xor3(x, shr16<3>(x), shr16<6>(x)) ^ e;
        sink(Lane<0>(), lookup(table, field<7>(a, c)));
        sink(Lane<1>(), lookup(table, field<7>(shr16<3>(a), c)));
        sink(Lane<2>(), lookup(table, field<3>(shr16<6>(a), e & set1(12))));
        sink(Lane<3>(), lookup(table, field<7>(b, c)));
        sink(Lane<4>(), lookup(table, field<7>(shr16<3>(b), c)));
        sink(Lane<5>(), lookup(table, field<3>(shr16<6>(b), field<4>(shr16<2>(e), c))));
        sink(Lane<6>(), lookup(table, field<4>(shr16<3>(e), e & set1(11))));
        sink(Lane<7>(), lookup(table, field<6>(shr16<5>(e), field<1>(parity, c))));
    }
    Table16 table;
};

template <>
struct Decoder<8> {
    explicit GOSSET_INLINE Decoder(const Table32& list) : pair(even_and_odd(list)) {}

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const uint8_t* p = panel + kSliceBytes * s;
        const Bytes v0 = load(p), v1 = load(p + 64), v2 = load(p + 128), v3 = load(p + 192);
        const Bytes x = xor3(v0, v1, v2), parity = xor3(x, shr16<4>(x), v3);  // m7.1 at bit 0
        const Bytes seven = blend(set1(1), parity, shr16<4>(v3));
        const Choice c = choice<4>(v3);
        sink(Lane<0>(), lookup_low(pair, v0, c)), sink(Lane<1>(), lookup_high(pair, v0, c));
        sink(Lane<2>(), lookup_low(pair, v1, c)), sink(Lane<3>(), lookup_high(pair, v1, c));
        sink(Lane<4>(), lookup_low(pair, v2, c)), sink(Lane<5>(), lookup_high(pair, v2, c));
        sink(Lane<6>(), lookup_low(pair, v3, c)), sink(Lane<7>(), lookup_low(pair, seven, c));
    }
    TablePair pair;
};

/// Hamming codewords by where the information bits of each member lie after folding.
constexpr Map kChecks3 = make_codewords({0, 2, 1, 3}, {-1, -1, -1, -1, 2, 3, 6, 7});
constexpr Map kChecks5 = make_codewords({0, 3, 2, 1}, {-1, -1, -1, -1, 0, 3, 4, 7});

template <>
struct Decoder<3> {
    explicit GOSSET_INLINE Decoder(const Table32& list)
        : low(levels_by<1, 2>(list)),
          high(levels_by<4, 8>(list)),
          even(levels_by<4, 1>(list)),
          odd(levels_by<8, 2>(list)),
          checks(kChecks3.at) {}

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const uint8_t* p = panel + kSliceBytes * s;
        const Bytes v = load(p), n = nibbles<s>(panel + 64), a = v & set1(15), b = shr<4>(v);
        const Bytes bits = v & set1(0x55);  // m0.0 m1.0 m2.0 m3.0 at 0, 2, 4, 6
        const Bytes check = lookup(checks, (bits | shr16<3>(bits)) & set1(15));
        const Bytes n45 = field<3>(n, check & set1(12));
        const Bytes n67 = field<3>(shr16<2>(n), shr16<4>(check) & set1(12));
        sink(Lane<0>(), lookup(low, a)), sink(Lane<1>(), lookup(high, a));
        sink(Lane<2>(), lookup(low, b)), sink(Lane<3>(), lookup(high, b));
        sink(Lane<4>(), lookup(even, n45)), sink(Lane<5>(), lookup(odd, n45));
        sink(Lane<6>(), lookup(even, n67)), sink(Lane<7>(), lookup(odd, n67));
    }
    Table16 low, high, even, odd, checks;
};

template <>
struct Decoder<5> {
    explicit GOSSET_INLINE Decoder(const Table32& list)
        : table(levels_by<1, 2, 4>(list)),
          moved(levels_by<8, 2, 4>(list)),  // m.0 at bit 3
          checks(kChecks5.at) {}

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const uint8_t* p = panel + kSliceBytes * s;
        const Bytes a = load(p), b = load(p + 64), n = nibbles<s>(panel + 128), m = set1(7);
        const Bytes bits = (a & set1(9)) | shl16<2>(b & set1(9));  // m0.0 m1.0 m2.0 m3.0: 0 3 2 5
        const Bytes check = lookup(checks, (bits | shr16<4>(bits)) & set1(15));
        const Bytes c0 = check & set1(1), c3 = check & set1(8);
        const Bytes c4 = shr16<4>(check) & set1(1), c7 = shr16<4>(check) & set1(8);
        sink(Lane<0>(), lookup(table, a & m)), sink(Lane<1>(), lookup(table, shr16<3>(a) & m));
        sink(Lane<2>(), lookup(table, b & m)), sink(Lane<3>(), lookup(table, shr16<3>(b) & m));
        sink(Lane<4>(), lookup(table, field<6>(shr16<5>(a), c0)));
        sink(Lane<5>(), lookup(moved, field<6>(shr16<5>(b), c3)));
        sink(Lane<6>(), lookup(table, field<6>(shl16<1>(n), c4)));
        sink(Lane<7>(), lookup(moved, field<6>(shr16<1>(n), c7)));
    }
    Table16 table, moved, checks;
};

template <>
struct Decoder<7> {
    explicit GOSSET_INLINE Decoder(const Table32& list)
        : table(levels_by<1, 2, 4, 8>(list)), seven(levels_by<2, 1, 8, 4>(list)) {}

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const uint8_t* p = panel + kSliceBytes * s;
        const Bytes v0 = load(p), v1 = load(p + 64), v2 = load(p + 128);
        const Bytes n = nibbles<s>(panel + 192), low = set1(15), one = set1(1);
        const Bytes i0 = v0 & low, i1 = shr<4>(v0), i2 = v1 & low, i3 = shr<4>(v1);
        const Bytes check7 = xor3(i1, i2, i3) & one;
        const Bytes i7 =
            field<1>(v2, field<8>(shr16<1>(v2), field<4>(shl16<2>(n), shl16<1>(check7))));
        sink(Lane<0>(), lookup(table, i0)), sink(Lane<1>(), lookup(table, i1));
        sink(Lane<2>(), lookup(table, i2)), sink(Lane<3>(), lookup(table, i3));
        sink(Lane<4>(), lookup(table, field<14>(v2, xor3(i0, i1, i2) & one)));
        sink(Lane<5>(), lookup(table, field<14>(shr16<4>(v2), xor3(i0, i1, i3) & one)));
        sink(Lane<6>(), lookup(table, field<14>(n, xor3(i0, i2, i3) & one)));
        sink(Lane<7>(), lookup(seven, i7));
    }
    Table16 table, seven;
};

template <>
struct Decoder<9> {
    explicit GOSSET_INLINE Decoder(const Table32& list)
        : pair(even_and_odd(list)), codewords(kCodewords.at) {}

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const uint8_t* p = panel + kSliceBytes * s;
        const Bytes c = lookup(codewords, nibbles<s>(panel + 256) & set1(15));  // bit j: mj.0
        two<0>(load(p), c, sink), two<2>(load(p + 64), c, sink);
        two<4>(load(p + 128), c, sink), two<6>(load(p + 192), c, sink);
    }
    template <int j, class Sink>
    GOSSET_INLINE void two(Bytes v, Bytes c, Sink sink) const {
        sink(Lane<j>(), lookup_low(pair, v, choice<j>(c)));
        sink(Lane<j + 1>(), lookup_high(pair, v, choice<j + 1>(c)));
    }
    TablePair pair;
    Table16 codewords;
};

}  // namespace
}  // namespace gosset::GOSSET_ISA
