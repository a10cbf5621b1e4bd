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

/// Lists of 32. begin<s>(panel) makes what all coordinates of slice s share; two<k>(p, slice) the
/// levels of coordinates 2 k and 2 k + 1 of the slice at p.
struct TwoLevels {
    Bytes even, odd;
};
GOSSET_INLINE Bytes signed_level(const Table16& levels, Bytes index, Bytes sign) {
    return with_sign(lookup(levels, index), sign);
}

template <int H>
struct MirrorDecoder;

/// In the odd coset all indices are inverted, and the levels negated.
template <>
struct MirrorDecoder<8> {
    struct Slice {
        Bytes odd, sign;  ///< 0xff or 0; negative or positive
        Bytes parity;     ///< m7.1, inverted like the rest
    };
    explicit GOSSET_INLINE MirrorDecoder(const Table32& list)
        : even(mapped<16, 0, 0, 1, 2, 4, 8>(list)) {}

    template <int s>
    GOSSET_INLINE Slice begin(const uint8_t* panel) const {
        const uint8_t* p = panel + kSliceBytes * s;
        const Bytes v3 = load(p + 192), bit = set1(16);
        const Bytes odd = equal(v3 & bit, bit);
        const Bytes x = xor3(load(p), load(p + 64), load(p + 128)) ^ v3;
        return {odd, odd | set1(1), (x ^ shr16<4>(x)) & set1(1)};
    }
    template <int k>
    GOSSET_INLINE TwoLevels two(const uint8_t* p, const Slice& slice) const {
        const Bytes v = load(p + 64 * k) ^ slice.odd, low = set1(15);
        Bytes high = shr16<4>(v) & low;
        if constexpr (k == 3) high = high | slice.parity;  // the place of c is 0 now
        return {signed_level(even, v & low, slice.sign), signed_level(even, high, slice.sign)};
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
    using Slice = Bytes;  ///< the codewords' nibbles
    explicit GOSSET_INLINE MirrorDecoder(const Table32& list)
        : even(mapped<16, 0, 0, 1, 2, 4, 8>(list)) {}

    template <int s>
    GOSSET_INLINE Slice begin(const uint8_t* panel) const {
        return nibbles<s>(panel + 256) & set1(15);
    }
    template <int k>
    GOSSET_INLINE TwoLevels two(const uint8_t* p, Slice codeword) const {
        const Bytes v = load(p + 64 * k), low = set1(15);
        const Bytes first = lookup(Table16(kInverters<2 * k>.at), codeword);
        const Bytes second = lookup(Table16(kInverters<2 * k + 1>.at), codeword);
        return {signed_level(even, (v ^ first) & low, first),
                signed_level(even, shr16<4>(v ^ second) & low, second)};
    }
    Table16 even;
};

/// Both slices of a panel side by side: they share the activations, and their chains overlap.
struct SliceSums {
    I32Rows of[2] = {zero_rows(), zero_rows()};

    template <int j>
    GOSSET_INLINE void add(Bytes w0, Bytes w1, const SizedInputs& x) {
        add(of[0], x.dot<j>(w0)), add(of[1], x.dot<j>(w1));
    }

  private:
    static GOSSET_INLINE void add(I32Rows& sum, I32Rows dot) {
        sum = sum + dot;
        asm("" : "+x"(sum.v));  // else GCC makes all products first, and keeps them on the stack
    }
};
template <int k, class Decoder, class Slice>
GOSSET_INLINE void add_two(SliceSums& sums, const Decoder& decoder, const uint8_t* panel,
                           const Slice& first, const Slice& second, const SizedInputs& x) {
    const TwoLevels w0 = decoder.template two<k>(panel, first);
    const TwoLevels w1 = decoder.template two<k>(panel + kSliceBytes, second);
    sums.add<2 * k>(w0.even, w1.even, x), sums.add<2 * k + 1>(w0.odd, w1.odd, x);
}
template <class Decoder>
GOSSET_INLINE SliceSums sums_of_slices(const Decoder& decoder, const uint8_t* panel,
                                       const SizedInputs& x) {
    SliceSums sums;
    const auto first = decoder.template begin<0>(panel), second = decoder.template begin<1>(panel);
    add_two<0>(sums, decoder, panel, first, second, x);
    add_two<1>(sums, decoder, panel, first, second, x);
    add_two<2>(sums, decoder, panel, first, second, x);
    add_two<3>(sums, decoder, panel, first, second, x);
    return sums;
}

/// gemv of simd/parts/panel_loop.hpp for lists of 32.
template <int H>
GOSSET_INLINE void gemv_mirrored(const MatvecArgs& a) {
    using Layout = e8c::Layout<H>;
    const MirrorDecoder<H> decoder(Table32(a.w.params));
    const ScalePairs table(a.w.table);
    const uint32_t blocks = a.w.blocks;
    const uint8_t* p = a.w.panels + size_t(a.row_block_begin) * blocks * Layout::kPanelBytes;
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++) {
        F32Rows f[2] = {zero_f32(), zero_f32()};
        const int8_t* q = a.x.q;
        for (uint32_t b = 0; b < blocks; b++, p += Layout::kPanelBytes, q += kPanelCols) {
            prefetch_panel<Layout::kPanelBytes>(p);
            const ScaleIndex index(p + Layout::kCodeBytes);
            const SizedInputs x(q);
            const SliceSums sums = sums_of_slices(decoder, p, x);
            for_slices([&](auto s) __attribute__((always_inline)) {
                const F32Rows scale = mul(lookup<s>(table, index), set_f32(a.x.scale[b]));
                f[s] = fma(to_f32(sums.of[s]), scale, f[s]);
            });
        }
        for_slices([&](auto s) __attribute__((always_inline)) {
            const size_t row = size_t(16) * rb + kSliceRows * s;
            store(a.y + row, mul(f[s], load_f16(a.w.row_scales + row)));
        });
    }
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
