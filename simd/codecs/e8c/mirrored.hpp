/// e8c on AVX2 where the list is its own mirror image, level[n - 1 - m] = -level[m], as all lists
/// that the encoder makes are. Then no level is -128, and of a list of 32 the odd entries, read by
/// m >> 1, are the even ones backwards and negated: one lookup of 16 instead of two and a blend.
#pragma once

#include "simd/codecs/e8c/decode_narrow.hpp"
#include "simd/parts/panel_loop.hpp"

namespace gosset::GOSSET_ISA {
namespace {

template <int H>
GOSSET_INLINE bool is_mirrored(const uint8_t* params) {
    constexpr int n = e8c::Layout<H>::kLevels;
    int sums = 0;
    for (int m = 0; m < n / 2; ++m) sums |= int8_t(params[m]) + int8_t(params[n - 1 - m]);
    return sums == 0;
}

template <int H>
struct MirrorDecoder : Decoder<H> {
    using Decoder<H>::Decoder;
};

template <>
struct MirrorDecoder<8> {
    explicit GOSSET_INLINE MirrorDecoder(const Table32& list)
        : even(mapped<16, 0, 0, 1, 2, 4, 8>(list)) {}

    /// In the odd coset all indices are inverted, and the levels negated.
    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const uint8_t* p = panel + kSliceBytes * s;
        const Bytes v3 = load(p + 192), bit = set1(16), low = set1(15);
        const Bytes odd = {_mm256_cmpeq_epi8((v3 & bit).v, bit.v)};
        const Coset coset = {odd, odd | set1(1)};
        const Bytes x = xor3(load(p), load(p + 64), load(p + 128)) ^ v3;
        const Bytes parity = (x ^ shr16<4>(x)) & set1(1);  // m7.1, inverted like the rest
        two<0>(load(p) ^ odd, coset, sink), two<2>(load(p + 64) ^ odd, coset, sink);
        two<4>(load(p + 128) ^ odd, coset, sink);
        const Bytes v = v3 ^ odd;  // bit 4 is 0 now
        sink(Lane<6>(), level(v & low, coset));
        sink(Lane<7>(), level((shr16<4>(v) & low) | parity, coset));
    }

  private:
    struct Coset {
        Bytes odd, sign;  ///< 0xff or 0; negative or positive
    };
    GOSSET_INLINE Bytes level(Bytes index, const Coset& coset) const {
        return {_mm256_sign_epi8(lookup(even, index).v, coset.sign.v)};
    }
    template <int j, class Sink>
    GOSSET_INLINE void two(Bytes v, const Coset& coset, Sink sink) const {
        sink(Lane<j>(), level(v & set1(15), coset));
        sink(Lane<j + 1>(), level(shr16<4>(v) & set1(15), coset));
    }
    Table16 even;
};

/// By a codeword's nibble: what inverts the index of coordinate j, 0xff or 0 in its half byte, and
/// is negative or positive as the level is to be.
constexpr Map make_inverters(int j) {
    Map map{};
    for (int i = 0; i < 64; ++i) map.at[i] = kCodewords.at[i] >> j & 1 ? 0xff : j % 2 ? 0x01 : 0x10;
    return map;
}
template <int j>
constexpr Map kInverters = make_inverters(j);

template <>
struct MirrorDecoder<9> {
    explicit GOSSET_INLINE MirrorDecoder(const Table32& list)
        : even(mapped<16, 0, 0, 1, 2, 4, 8>(list)) {}

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const uint8_t* p = panel + kSliceBytes * s;
        const Bytes codeword = nibbles<s>(panel + 256) & set1(15);
        two<0>(load(p), codeword, sink), two<2>(load(p + 64), codeword, sink);
        two<4>(load(p + 128), codeword, sink), two<6>(load(p + 192), codeword, sink);
    }

  private:
    template <int j, class Sink>
    GOSSET_INLINE void two(Bytes v, Bytes codeword, Sink sink) const {
        const Bytes low = lookup(Table16(kInverters<j>.at), codeword);
        const Bytes high = lookup(Table16(kInverters<j + 1>.at), codeword);
        sink(Lane<j>(), level((v ^ low) & set1(15), low));
        sink(Lane<j + 1>(), level(shr16<4>(v ^ high) & set1(15), high));
    }
    GOSSET_INLINE Bytes level(Bytes index, Bytes sign) const {
        return {_mm256_sign_epi8(lookup(even, index).v, sign.v)};
    }
    Table16 even;
};

}  // namespace
}  // namespace gosset::GOSSET_ISA
