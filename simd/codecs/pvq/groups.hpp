/// The gemv and gemm of pvq's kernel files: a member supplies how a slice of a panel becomes codes.
/// P(8, K) in lanes: a dword is a row. The units and the exchange of the halves act on the
/// activations, whose dwords are looked up in the 16 that ext has for a group, 8 of each half.
///
///   struct Member {
///       static constexpr uint32_t kBytes;              // of a panel
///       static constexpr uint32_t kOffset1, kOffset2;  // level = w - offset, 4 bytes of each half
///       explicit Member(const Weights&);               // made once a call: tables in registers
///       static Bytes second(const RowTable16& x, Bytes at);  // what the second half multiplies
///       template <int s, class Sink> void decode(const uint8_t* panel, Sink sink) const;
///   };  // decode calls sink(Lane<g>(), code) for g = 0..3
#pragma once

#include "simd/codecs/pvq/layout.hpp"
#include "simd/parts/gather.hpp"
#include "simd/parts/panel_loop.hpp"

namespace gosset::GOSSET_ISA {

namespace {

/// One group of a slice: level = w - offset, for two halves, and which entries of the activations'
/// table and of its exchanged form they multiply.
struct Code {
    Bytes w1, w2, x1, x2;
    F32Rows gain;
};

/// sum + gain * (the group's dot with the activations ext has for it).
template <class Member>
GOSSET_INLINE F32Rows fold_group(const Code& c, const uint8_t* ext, F32Rows sum) {
    const RowTable16 x(ext);
    const I32Rows dot = dot_offset(c.w1, lookup(x, c.x1), c.w2, Member::second(x, c.x2),
                                   set32(Member::kOffset1), set32(Member::kOffset2));
    return fma(to_f32(dot), c.gain, sum);
}

template <class Member>
GOSSET_INLINE void gemv_groups(const MatvecArgs& a) {
    const Member member(a.w);
    const uint32_t blocks = a.w.blocks;
    const uint8_t* p = a.w.panels + size_t(a.row_block_begin) * blocks * Member::kBytes;
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++) {
        F32Rows f[kSlices];
        for_slices([&](auto s) __attribute__((always_inline)) { f[s] = zero_f32(); });
        const uint8_t* ext = a.x.ext;
        for (uint32_t b = 0; b < blocks; b++, p += Member::kBytes, ext += pvq::kExtBytes) {
            prefetch_panel<Member::kBytes>(p);
            for_slices([&](auto s) __attribute__((always_inline)) {
                F32Rows sum = zero_f32();
                member.template decode<s>(
                    p, [&](auto g, const Code& c) __attribute__((always_inline)) {
                        sum = fold_group<Member>(c, ext + 64 * g, sum);
                    });
                f[s] = fma(sum, set_f32(a.x.scale[b]), f[s]);
            });
        }
        for_slices([&](auto s) __attribute__((always_inline)) {
            const size_t row = size_t(16) * rb + kSliceRows * s;
            store(a.y + row, mul(f[s], load_f16(a.w.row_scales + row)));
        });
    }
}

/// Tokens that share one decoding of a panel: their sums live on the stack.
constexpr uint32_t kGemmTokens = 32;

template <class Member>
void gemm_groups_of(const MatvecArgs& a, uint32_t rb, uint32_t first, uint32_t n) {
    const Member member(a.w);
    const uint8_t* p = a.w.panels + size_t(rb) * a.w.blocks * Member::kBytes;
    F32Rows f[kGemmTokens][kSlices];
    for (uint32_t t = 0; t < n; t++)
        for (F32Rows& slice : f[t]) slice = zero_f32();
    for (uint32_t b = 0; b < a.w.blocks; b++, p += Member::kBytes) {
        prefetch_panel<Member::kBytes>(p);
        for_slices([&](auto s) __attribute__((always_inline)) {
            Code codes[4];
            member.template decode<s>(
                p, [&](auto g, const Code& c) __attribute__((always_inline)) { codes[g] = c; });
            for (uint32_t t = 0; t < n; t++) {
                const size_t at = size_t(first + t) * a.w.blocks + b;
                const uint8_t* ext = a.x.ext + at * pvq::kExtBytes;
                F32Rows sum = zero_f32();
                GOSSET_UNROLL
                for (int g = 0; g < 4; g++) sum = fold_group<Member>(codes[g], ext + 64 * g, sum);
                f[t][s] = fma(sum, set_f32(a.x.scale[at]), f[t][s]);
            }
        });
    }
    for_slices([&](auto s) __attribute__((always_inline)) {
        const size_t row = size_t(16) * rb + kSliceRows * s;
        const F32Rows row_scale = load_f16(a.w.row_scales + row);
        for (uint32_t t = 0; t < n; t++)
            store(a.y + (first + t) * a.y_stride + row, mul(f[t][s], row_scale));
    });
}

template <class Member>
void gemm_groups(const MatvecArgs& a) {
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++)
        for (uint32_t t = 0; t < a.tokens; t += kGemmTokens) {
            const uint32_t left = a.tokens - t;
            gemm_groups_of<Member>(a, rb, t, left < kGemmTokens ? left : kGemmTokens);
        }
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
