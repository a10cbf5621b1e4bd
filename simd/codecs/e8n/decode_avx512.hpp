/// decode.hpp for AVX-512, whose two ports are the limit: vpermb reads six bits of an index and so
/// tolerates foreign bits beside a residue, bit matrices gather parities, the norm test looks up
/// what it adds, and masks fall on instructions that are there anyway. Relies on AVX-512 VBMI and
/// GFNI; residue.hpp is the definition, layout.hpp draws the planes.
#pragma once

#include "simd/codecs/e8n/layout.hpp"
#include "simd/codecs/e8n/tables_avx512.hpp"
#include "simd/parts/slice_tables.hpp"

namespace gosset::GOSSET_ISA {

namespace {

/// What is known of the groups once the norms were compared.
template <int Q>
struct Chosen {
    Bytes at[8];  ///< residues as unpack() leaves them
    Bytes h;      ///< the common lowest bit, and Q where the first candidate is nearer
    Bytes move;   ///< low nibble 2 * i + s: coordinate i moves by 2Q, down if s is 0, up if 1 ...
    Mask flip;    ///< ... in these lanes
};

/// A term of a bit_matrix: bit `to` of the result is the parity of the byte & `from`.
constexpr uint64_t bit_from(int to, int from) {
    return uint64_t(from) << 8 * to;
}
/// 2 * (the code at bits 5, 6, 7, 0).
constexpr uint64_t kTurned =
    bit_from(1, 0x20) | bit_from(2, 0x40) | bit_from(3, 0x80) | bit_from(4, 1);

/// at[i]: residue i, lowest bit h included, as an index of kKeys or, of a pair of residues, of
/// kPairs or kOuter. at[0] holds p1 and p2 (residue.hpp; bits kOdd and 0x80) besides, parities of
/// the planes like bit 1 of n[0]; at[7] is the last plane.
template <int Q>
GOSSET_INLINE void unpack(const uint8_t* p, Bytes (&at)[8]) {
    const Bytes one = set1(1);
    if constexpr (Q == 16) {
        const Bytes a = load_once(p), b = load_once(p + 64), c = load_once(p + 128);
        const Bytes last = load_once(p + 192);
        at[2] = or_and(bit_matrix<kTurned>(a), last, one);
        at[4] = or_and(bit_matrix<kTurned>(b), last, one);
        at[6] = or_and(bit_matrix<kTurned>(c), last, one);
        at[0] = bit_matrix<bit_from(1, 0x22) | bit_from(5, 0x11)>(xor3(a, b, c)) ^
                bit_matrix<bit_from(0, 0x01) | bit_from(1, 0x02) | bit_from(2, 0x10) |
                           bit_from(3, 0x20) | bit_from(4, 0x40) | bit_from(5, 0xc0) |
                           bit_from(7, 0x80)>(last);
        at[1] = insert(a, one, last), at[3] = insert(b, one, last), at[5] = insert(c, one, last);
        at[7] = last;
    } else if constexpr (Q == 8) {
        const Bytes a = load_once(p), b = load_once(p + 64), last = load_once(p + 128);
        // c5 << 1 | h, and of c6 the bits 2, 0 and 1 at 4, 5 and 6.
        at[5] = insert(insert(shl16<2>(b), set1(0x22), add(a, a)), set1(0x99), last);
        at[6] = bit_matrix<bit_from(0, 0x01) | bit_from(1, 0x20) | bit_from(2, 0x40) |
                           bit_from(3, 0x10)>(at[5]);
        at[0] = bit_matrix<bit_from(1, 0x22) | bit_from(6, 0x88)>(xor3(a, b, at[5])) ^
                bit_matrix<bit_from(0, 0x01) | bit_from(1, 0x02) | bit_from(2, 0x20) |
                           bit_from(3, 0x40) | bit_from(4, 0x02) | bit_from(5, 0x04) |
                           bit_from(6, 0x50) | bit_from(7, 0x80)>(last);
        const Bytes h = bit_matrix<bit_from(0, 1) | bit_from(4, 1)>(last);
        at[1] = insert(a, set1(0x11), h), at[3] = insert(b, set1(0x11), h);
        at[2] = shr16<4>(at[1]), at[4] = shr16<4>(at[3]);
        at[7] = last;
    } else {
        const Bytes a = load_once(p), last = load_once(p + 64);
        at[3] = or_and(bit_matrix<kTurned>(a), last, one);
        at[0] = bit_matrix<bit_from(1, 0xaa) | bit_from(4, 0x55)>(a) ^
                bit_matrix<bit_from(0, 0x01) | bit_from(1, 0x16) | bit_from(2, 0x40) |
                           bit_from(3, 0x02) | bit_from(4, 0xe8) | bit_from(5, 0x80) |
                           bit_from(7, 0x80)>(last);
        at[1] = insert(a, one, last);
        at[7] = last;
    }
}

template <int Q>
constexpr int kOdd = Q == 16  ? 0x20
                     : Q == 8 ? 0x40
                              : 0x10;

/// The two sides of the norm test, left > right for the second candidate, and the keys.
struct Norms {
    Bytes longest;   ///< key of the largest |d|; kStay without p1
    Bytes shortest;  ///< key of the smallest |d|; kNone, which kTurn makes 0, without p2
    Bytes left, right;
};
template <int Q>
constexpr int kStay = Q == 8 ? 0x84 : 0;
/// No key ends in 15, and vpshufb makes 0 of bytes from 0x80 on.
template <int Q>
constexpr int kNone = Q == 8 ? 15 : 0x80;

/// A tree of rounding averages: sum(key) / 4 has a bias of 14, 15 or 16 from the low nibbles, while
/// the sides of the test differ by multiples of 8 (Q = 16) or of 16: kBound is such that this bias
/// does not change the outcome. With Q = 8, where (0, 7) is a pair of kOuter, the sides are
///     4 sum |d|  >  64 + 64 (1 - p1) + 8 p1 M + 8 p2 m
/// the first 64 the half of the top bit of 0x96, the second that of kStay; the bits below them
/// balance the low nibbles of both sides: they were found by trying all 2^24 groups.
template <int Q>
GOSSET_INLINE Norms compare(const Bytes (&at)[8], Mask p1, Mask p2) {
    Bytes most[4], least[4], mean[4];
    for_lanes([&](auto i) __attribute__((always_inline)) {
        if constexpr (Q == 8 && i == 0) {
            most[0] = lookup(Table64(kOuter.most), at[0]);
            least[0] = lookup(Table64(kOuter.least), at[0]);
            mean[0] = lookup(Table64(kOuter.mean), at[0]);
        } else if constexpr (i < 4) {
            constexpr int j = Q == 8 ? 2 * i - 1 : 2 * i;
            const Bytes a = lookup(Table64(kKeys<Q>.at[j]), at[j]);
            const Bytes b = lookup(Table64(kKeys<Q>.at[j + 1]), at[j + 1]);
            most[i] = max(a, b);
            mean[i] = avg(a, b);
            least[i] = xor3(a, b, most[i]);  // min has one port, xor two
        }
    });
    Norms n;
    n.longest = select(p1, max(max(most[0], most[1]), max(most[2], most[3])), set1(kStay<Q>));
    n.shortest = select(p2, min(min(least[0], least[1]), min(least[2], least[3])), set1(kNone<Q>));
    n.left = adds(avg(mean[0], mean[1]), avg(mean[2], mean[3]));
    if constexpr (Q == 16) {
        const Bytes bound = lookup(Table64(kBound.at), at[0]);
        n.right = add(avg(n.longest & set1(0xf0), n.shortest & set1(0x70)), bound);
    } else {
        n.right = avg(n.longest, add(n.shortest, set1(0x96)));
    }
    return n;
}

/// Q = 4: six bits index a pair of coordinates, whose extremes and sum are tables.
template <>
GOSSET_INLINE Norms compare<4>(const Bytes (&at)[8], Mask p1, Mask p2) {
    const auto of = [&](const uint8_t(&table)[4][64], int pair) __attribute__((always_inline)) {
        return lookup(Table64(table[pair]), at[pair == 0 ? 1 : pair == 1 ? 3 : pair == 2 ? 7 : 0]);
    };
    const auto& most = kPairs.most;
    const auto& least = kPairs.least;
    const auto& sum = kPairs.sum;
    Norms n;
    n.longest = keep(p1, max(max(of(most, 0), of(most, 1)), max(of(most, 2), of(most, 3))));
    n.shortest = select(p2, min(min(of(least, 0), of(least, 1)), min(of(least, 2), of(least, 3))),
                        set1(kNone<4>));
    n.left = subs(add(add(of(sum, 0), of(sum, 1)), of(sum, 2)), of(sum, 3));
    n.right = avg(n.longest, n.shortest & set1(0x7f));
    return n;
}

template <int Q>
GOSSET_INLINE void choose(const uint8_t* slice, Chosen<Q>& c) {
    unpack<Q>(slice, c.at);
    // p2 by any_bit: it takes the other port than sign_bit, which is the fuller one.
    const Norms n = compare<Q>(c.at, any_bit(c.at[0], set1(kOdd<Q>)), any_bit(c.at[0], set1(0x80)));
    const Mask second = greater(n.left, n.right);
    c.h = and_xor<1>(c.at[7], select(second, zero(), set1(Q)));
    c.move = select(second, lookup(Table16(kTurn.at), n.shortest), n.longest);
    // Turned codes have a bit that kStay lacks, and so have the longest keys: coordinate 7 makes
    // them 14 at least, and size Q is always negative.
    c.flip = any_bit(c.move, Q == 8 ? set1(0x7f & ~kStay<8>) : c.move);
}

/// w[i]: level + Q but for the move, in [0, 2Q); of the slice that c was chosen for. First
/// candidate: d + Q = r ^ Q; second: (r - Q) + Q. Planes are loaded again: registers are scarce.
template <int Q>
GOSSET_INLINE void levels(const Chosen<Q>& c, const uint8_t* p, Bytes (&w)[8]) {
    constexpr int field = 2 * Q - 2;
    const Bytes h = c.h;
    const Bytes last = load_once(p + 64 * (e8n::Layout<Q>::kBits - 1));
    w[0] = and_xor<field>(c.at[0], h), w[7] = and_xor<Q - 2>(last, h);
    w[1] = and_xor<field>(load_once(p), h);
    if constexpr (Q == 4) {
        w[2] = and_xor<field>(shr16<2>(load_once(p)), h), w[3] = and_xor<field>(c.at[3], h);
        w[4] = and_xor<field>(shr16<2>(c.at[3]), h);
        w[5] = and_xor<field>(shr16<1>(last), h), w[6] = and_xor<field>(shr16<3>(last), h);
    } else {
        w[2] = and_xor<field>(c.at[2], h), w[3] = and_xor<field>(load_once(p + 64), h);
        w[4] = and_xor<field>(c.at[4], h), w[6] = and_xor<field>(c.at[6], h);
        w[5] = and_xor<field>(Q == 16 ? load_once(p + 128) : c.at[5], h);
    }
}

}  // namespace

}  // namespace gosset::GOSSET_ISA
