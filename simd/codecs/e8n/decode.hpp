/// Nested E8 in lanes: a byte lane is a group, so that everything is vertical. choose() decides
/// between the two candidates and which coordinate moves; levels() gives the coordinates without
/// the move. residue.hpp is the definition, layout.hpp draws the planes; decode_avx512.hpp is the
/// same for AVX-512.
#pragma once

#include "simd/codecs/e8n/layout.hpp"
#include "simd/parts/slice_bits.hpp"

namespace gosset::GOSSET_ISA {

namespace {

/// Residues r[i] = n[i] mod 2Q, and what else the planes say.
struct Residues {
    Bytes r[8];
    Bytes last;  ///< bit 7: bit log2(2Q) of n[0]
    Bytes h;     ///< the common lowest bit
    Bytes fold;  ///< xor of all r
};

template <int Q>
GOSSET_INLINE Residues unpack(const uint8_t* p) {
    Residues u;
    Bytes* r = u.r;
    const Bytes a = load_once(p), b = load_once(p + 64), one = set1(1), field = set1(2 * Q - 2);
    if constexpr (Q == 16) {
        const Bytes c = load_once(p + 128), last = load_once(p + 192), h = last & one;
        r[1] = and_or(a, field, h), r[2] = or_bits<5, 6, 7, 0>(a, h);
        r[3] = and_or(b, field, h), r[4] = or_bits<5, 6, 7, 0>(b, h);
        r[5] = and_or(c, field, h), r[6] = or_bits<5, 6, 7, 0>(c, h);
        r[7] = last & set1(15), r[0] = and_or(shr16<2>(last), set1(0x1c), h);
        u.last = last, u.h = h;
    } else if constexpr (Q == 8) {
        const Bytes last = load_once(p + 128), h = last & one;
        r[1] = and_or(a, field, h), r[2] = or_bits<5, 6, 7, -1>(a, h);
        r[3] = and_or(b, field, h), r[4] = or_bits<5, 6, 7, -1>(b, h);
        r[5] = or_bits<0, -1, -1, -1>(a, or_bits<-1, 0, -1, -1>(b, and_or(last, set1(8), h)));
        r[6] =
            or_bits<4, -1, -1, -1>(a, or_bits<-1, 4, -1, -1>(b, or_bits<-1, -1, 4, -1>(last, h)));
        r[7] = last & set1(7), r[0] = and_or(shr16<3>(last), set1(0x0c), h);
        u.last = last, u.h = h;
    } else {
        const Bytes h = b & one;
        r[1] = and_or(a, field, h), r[2] = or_bits<3, 4, -1, -1>(a, h);
        r[3] = or_bits<5, 6, -1, -1>(a, h), r[4] = or_bits<7, 0, -1, -1>(a, h);
        r[5] = or_bits<2, 3, -1, -1>(b, h), r[6] = or_bits<4, 5, -1, -1>(b, h);
        r[7] = b & set1(3), r[0] = and_or(shr16<4>(b), set1(4), h);
        u.last = b, u.h = h;
    }
    // Bit 1 of n[0] makes the sum 0 mod 4.
    const Bytes rest = xor3(xor3(r[1], r[2], r[3]), xor3(r[4], r[5], r[6]), r[7]);
    r[0] = and_or(rest, set1(2), r[0]);
    u.fold = rest ^ r[0];
    return u;
}

/// Key of residue r at coordinate i: 16 * (|d| / 2) + 2 * i + (d < 0). Ordered by |d| (in a group
/// all |d| have the parity h), then by i; the low nibble names the coordinate and its sign.
template <int Q>
struct KeyTables {
    uint8_t at[8][32];
};
template <int Q>
constexpr KeyTables<Q> make_keys() {
    KeyTables<Q> t{};
    for (int i = 0; i < 8; ++i)
        for (int x = 0; x < 32; ++x) {
            const int r = x % (2 * Q), size = r < Q ? r : 2 * Q - r;
            t.at[i][x] = uint8_t(16 * (size / 2) + 2 * i + (r >= Q));
        }
    return t;
}
template <int Q>
alignas(64) constexpr KeyTables<Q> kKeys = make_keys<Q>();

/// What is known of the groups once the norms were compared.
template <int Q>
struct Chosen {
    Bytes r[8];
    Bytes toggle;  ///< Q where the first candidate is nearer
    Bytes move;    ///< low nibble 2 * i + s: coordinate i moves by 2Q, down if s is 0, up if 1 ...
    Mask flip;     ///< ... in these lanes
};

template <class F>
GOSSET_INLINE Bytes tree(const Bytes* k, F f) {
    return f(f(f(k[0], k[1]), f(k[2], k[3])), f(f(k[4], k[5]), f(k[6], k[7])));
}

template <int Q>
GOSSET_INLINE void choose(const uint8_t* slice, Chosen<Q>& c) {
    const Residues u = unpack<Q>(slice);
    Bytes k[8];
    for_lanes([&](auto i) __attribute__((always_inline)) {
        k[i] = lookup(Table32(kKeys<Q>.at[i]), u.r[i]);
    });
    // A tree of rounding averages: sum(k) / 4 = 4 sum(|d| / 2) + bias, the keys' low nibbles and
    // the roundings giving a bias in [14, 20]. The two sides of the norm test differ by multiples
    // of 8 on this scale, so that the bias does not change its outcome.
    const Bytes sum =
        adds(avg(avg(k[0], k[1]), avg(k[2], k[3])), avg(avg(k[4], k[5]), avg(k[6], k[7])));
    const Bytes longest = tree(
        k, [](Bytes a, Bytes b) __attribute__((always_inline)) { return max(a, b); });
    const Bytes shortest = tree(
        k, [](Bytes a, Bytes b) __attribute__((always_inline)) { return min(a, b); });

    const Mask negatives = any_bit(u.fold, set1(Q)), p2 = sign_bit(u.last), p1 = p2 ^ negatives;
    const Bytes size = set1(0xf0), h8 = shl16<3>(u.h);
    const Bytes longest4 = avg(longest & size, h8), shortest4 = avg(shortest & size, h8);  // 4 |d|
    const Bytes left = adds(sum, keep(p1, sub(set1(4 * Q), longest4)));
    const Bytes right = add(sub(set1(8 * Q + 21), shl16<1>(h8)), keep(p2, shortest4));
    const Mask second = greater(left, right);

    c.flip = p1 ^ (second & negatives);
    c.move = select(second, shortest ^ set1(1), longest);
    c.toggle = select(second, zero(), set1(Q));
    for_lanes([&](auto i) __attribute__((always_inline)) { c.r[i] = u.r[i]; });
}

/// w[i]: level + Q but for the move, in [0, 2Q); of the slice that c was chosen for.
template <int Q>
GOSSET_INLINE void levels(const Chosen<Q>& c, const uint8_t*, Bytes (&w)[8]) {
    // First candidate: d + Q = r ^ Q; second: (r - Q) + Q.
    for_lanes([&](auto i) __attribute__((always_inline)) { w[i] = c.r[i] ^ c.toggle; });
}

}  // namespace

}  // namespace gosset::GOSSET_ISA
