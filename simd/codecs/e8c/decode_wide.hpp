/// e8c with 64-byte tables (AVX-512). An index byte may hold anything beside the bits of its own m:
/// vpermb ignores two, tables ignore what their map does not name. So one vector often serves
/// several coordinates, and fields are moved only to bring the coset bit c, or a check bit, into
/// the same byte. layout.hpp draws the planes; P is a vector of parities.
#pragma once

#include "simd/codecs/e8c/layout.hpp"
#include "simd/codecs/e8c/maps.hpp"

namespace gosset::GOSSET_ISA {
namespace {

/// decode(p, sink) calls sink(Lane<j>(), formed levels of coordinate j) for j = 0..7.
template <int H>
struct Decoder;

template <int... masks>
GOSSET_INLINE Table64 levels_by(const Table32& list) {
    return Table64(mapped<64, 0, masks...>(list));
}
/// The bits `mask` of a, the others of b.
template <int mask>
GOSSET_INLINE Bytes merge(Bytes a, Bytes b) {
    return blend(set1(mask), a, b);
}
/// bit_matrix's operand: output bit k takes the parity of these bits.
constexpr uint64_t bit_of(int k, int bits) {
    return uint64_t(bits) << 8 * k;
}

template <>
struct Decoder<4> {
    explicit GOSSET_INLINE Decoder(const Table32& list)
        : low(levels_by<16, 1, 2>(list)),
          high(levels_by<16, 4, 8>(list)),
          six(levels_by<1, 4, 8>(list)),
          seven(levels_by<1, 16 | 1, 2>(list)) {}  // P = m7.1 ^ c

    template <int, class Sink>
    GOSSET_INLINE void decode(const uint8_t* p, Sink sink) const {
        const Bytes a = load_once(p), b = load_once(p + 64);
        const Bytes parity = bit_matrix<bit_of(4, 0x55)>(a ^ b);
        const Bytes a01 = merge<15>(a, b), a23 = merge<15>(shr16<4>(a), b);
        const Bytes b67 = merge<15>(shr16<4>(b), parity);
        sink(Lane<0>(), lookup(low, a01)), sink(Lane<1>(), lookup(high, a01));
        sink(Lane<2>(), lookup(low, a23)), sink(Lane<3>(), lookup(high, a23));
        sink(Lane<4>(), lookup(low, b)), sink(Lane<5>(), lookup(high, b));
        sink(Lane<6>(), lookup(six, b67)), sink(Lane<7>(), lookup(seven, b67));
    }
    Table64 low, high, six, seven;
};

template <>
struct Decoder<6> {
    explicit GOSSET_INLINE Decoder(const Table32& list)
        : low(levels_by<8, 1, 2, 4>(list)),
          five(levels_by<8, 1, 2, 16>(list)),
          six(levels_by<8, 1, 2, 32>(list)),
          seven(levels_by<1, 2 | 1 | 8, 8, 16>(list)) {}  // P = m7.1 ^ c ^ m7.2

    template <int, class Sink>
    GOSSET_INLINE void decode(const uint8_t* p, Sink sink) const {
        const Bytes a = load_once(p), b = load_once(p + 64), c = load_once(p + 128);
        const Bytes parity = bit_matrix<bit_of(1, 1 | 8 | 64)>(xor3(a, b, c));
        sink(Lane<0>(), lookup(low, merge<7>(a, c)));
        sink(Lane<1>(), lookup(low, merge<7>(shr16<3>(a), c)));
        sink(Lane<2>(), lookup(low, merge<3>(shr16<6>(a), c)));
        sink(Lane<3>(), lookup(low, merge<7>(b, c)));
        sink(Lane<4>(), lookup(low, merge<7>(shr16<3>(b), c)));
        sink(Lane<5>(), lookup(five, merge<3>(shr16<6>(b), c)));
        sink(Lane<6>(), lookup(six, c));
        sink(Lane<7>(), lookup(seven, merge<1 | 8 | 16>(shr16<3>(c), parity)));
    }
    Table64 low, five, six, seven;
};

template <>
struct Decoder<8> {
    explicit GOSSET_INLINE Decoder(const Table32& list)
        : low(levels_by<16, 1, 2, 4, 8>(list)),
          seven(levels_by<1, 16 | 1, 2, 4, 8>(list)) {}  // P = m7.1 ^ c

    template <int, class Sink>
    GOSSET_INLINE void decode(const uint8_t* p, Sink sink) const {
        const Bytes v0 = load_once(p), v1 = load_once(p + 64);
        const Bytes v2 = load_once(p + 128), v3 = load_once(p + 192);
        const Bytes parity = bit_matrix<bit_of(4, 0x11)>(xor3(v0, v1, v2) ^ v3);
        sink(Lane<0>(), lookup(low, merge<15>(v0, v3)));
        sink(Lane<1>(), lookup(low, merge<15>(shr16<4>(v0), v3)));
        sink(Lane<2>(), lookup(low, merge<15>(v1, v3)));
        sink(Lane<3>(), lookup(low, merge<15>(shr16<4>(v1), v3)));
        sink(Lane<4>(), lookup(low, merge<15>(v2, v3)));
        sink(Lane<5>(), lookup(low, merge<15>(shr16<4>(v2), v3)));
        sink(Lane<6>(), lookup(low, v3));
        sink(Lane<7>(), lookup(seven, merge<15>(shr16<4>(v3), parity)));
    }
    Table64 low, seven;
};

template <>
struct Decoder<3> {
    explicit GOSSET_INLINE Decoder(const Table32& list)
        : zero(levels_by<1, 2>(list)),
          one(levels_by<4, 8>(list)),
          two(levels_by<16, 32>(list)),
          four(levels_by<16, 1>(list)),
          five(levels_by<32, 2>(list)),
          six(levels_by<16, 4>(list)),
          seven(levels_by<32, 8>(list)) {}

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* p, Sink sink) const {
        const Bytes v = load_once(p), n = nibbles<s>(p + 64);
        const Bytes checks =
            bit_matrix<bit_of(4, 0x15) | bit_of(5, 0x45) | bit_of(6, 0x51) | bit_of(7, 0x54)>(v);
        const Bytes n45 = merge<15>(n, checks), n67 = merge<15>(n, shr16<2>(checks));
        sink(Lane<0>(), lookup(zero, v)), sink(Lane<1>(), lookup(one, v));
        sink(Lane<2>(), lookup(two, v)), sink(Lane<3>(), lookup(two, shr16<2>(v)));
        sink(Lane<4>(), lookup(four, n45)), sink(Lane<5>(), lookup(five, n45));
        sink(Lane<6>(), lookup(six, n67)), sink(Lane<7>(), lookup(seven, n67));
    }
    Table64 zero, one, two, four, five, six, seven;
};

template <>
struct Decoder<5> {
    explicit GOSSET_INLINE Decoder(const Table32& list)
        : low(levels_by<1, 2, 4>(list)),
          high(levels_by<8, 16, 32>(list)),
          six(levels_by<16, 1, 2>(list)),
          seven(levels_by<32, 4, 8>(list)) {}

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* p, Sink sink) const {
        const Bytes a = load_once(p), b = load_once(p + 64), n = nibbles<s>(p + 128);
        // Whole indices 4 and 5: their check, then their upper bits. m0.0 m1.0 m2.0 m3.0 are
        // a.0 a.3 b.0 b.3.
        const Bytes i45 =
            bit_matrix<bit_of(0, 9) | bit_of(1, 64) | bit_of(2, 128) | bit_of(3, 9)>(a) ^
            bit_matrix<bit_of(0, 1) | bit_of(3, 8) | bit_of(4, 64) | bit_of(5, 128)>(b);
        const Bytes checks =
            bit_matrix<bit_of(4, 1) | bit_of(5, 8)>(a) ^ bit_matrix<bit_of(4, 9) | bit_of(5, 9)>(b);
        const Bytes n67 = merge<15>(n, checks);
        sink(Lane<0>(), lookup(low, a)), sink(Lane<1>(), lookup(high, a));
        sink(Lane<2>(), lookup(low, b)), sink(Lane<3>(), lookup(high, b));
        sink(Lane<4>(), lookup(low, i45)), sink(Lane<5>(), lookup(high, i45));
        sink(Lane<6>(), lookup(six, n67)), sink(Lane<7>(), lookup(seven, n67));
    }
    Table64 low, high, six, seven;
};

template <>
struct Decoder<7> {
    explicit GOSSET_INLINE Decoder(const Table32& list)
        : low(levels_by<1, 2, 4, 8>(list)), seven(levels_by<2, 1, 16, 4>(list)) {}

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* p, Sink sink) const {
        const Bytes v0 = load_once(p), v1 = load_once(p + 64), v2 = load_once(p + 128);
        const Bytes n = nibbles<s>(p + 192), even = set1(14);
        const Bytes i1 = shr16<4>(v0), i3 = shr16<4>(v1);
        const Bytes check7 = xor3(i1, v1, i3);
        // Bit 0: check, bit 2: m7.3; then m7.1 and m7.2 at 0 and 4, the check moves to 1.
        const Bytes i7 = merge<0x11>(v2, merge<2>(shl16<1>(check7), shl16<2>(n)));
        sink(Lane<0>(), lookup(low, v0)), sink(Lane<1>(), lookup(low, i1));
        sink(Lane<2>(), lookup(low, v1)), sink(Lane<3>(), lookup(low, i3));
        sink(Lane<4>(), lookup(low, blend(even, v2, xor3(v0, i1, v1))));
        sink(Lane<5>(), lookup(low, blend(even, shr16<4>(v2), xor3(v0, i1, i3))));
        sink(Lane<6>(), lookup(low, blend(even, n, xor3(v0, v1, i3))));
        sink(Lane<7>(), lookup(seven, i7));
    }
    Table64 low, seven;
};

template <>
struct Decoder<9> {
    explicit GOSSET_INLINE Decoder(const Table32& list)
        : even(levels_by<16, 1, 2, 4, 8>(list)),
          odd(levels_by<32, 1, 2, 4, 8>(list)),
          codewords(kCodewords.at) {}

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* p, Sink sink) const {
        const Bytes c = lookup(codewords, nibbles<s>(p + 256));  // bit j: mj.0, wanted at 4 and 5
        two<0>(load_once(p), shl16<4>(c), sink), two<2>(load_once(p + 64), shl16<2>(c), sink);
        two<4>(load_once(p + 128), c, sink), two<6>(load_once(p + 192), shr16<2>(c), sink);
    }
    template <int j, class Sink>
    GOSSET_INLINE void two(Bytes v, Bytes c, Sink sink) const {
        sink(Lane<j>(), lookup(even, merge<15>(v, c)));
        sink(Lane<j + 1>(), lookup(odd, merge<15>(shr16<4>(v), c)));
    }
    Table64 even, odd, codewords;
};

}  // namespace
}  // namespace gosset::GOSSET_ISA
