/// The gemv and gemm that codecs with int8 activations share: a codec supplies only how a slice
/// of a panel becomes 8 Bytes of levels. Relies on simd/parts/slice.hpp; the definition is in
/// simd/kernels.hpp. A tier of tiles (simd/tiers.hpp) has another gemm and nothing else.
///
///   struct MyPanel : BlockScaled<264, 256> {       // bytes of a panel; where its indices begin
///       using Sums = NibbleSums<1, 15>;            // what a level is (simd/parts/slice.hpp)
///       // Calls sink(Lane<j>(), w) for j = 0..7 in this order: w is column 8 * g + j.
///       // Slice s; its vector i is at panel + kSliceBytes * s + 64 * i.
///       template <int s, class Sink>
///       GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const;
///       // Made once a call: tables of the tensor's params go to registers here.
///       explicit GOSSET_INLINE MyPanel(const Weights&);
///   };
///   const CodecKernels k = {gemv<MyPanel>, gemm<MyPanel>, decode_row<MyPanel>, nullptr};
#pragma once

#if defined(GOSSET_TILES)  // not a compiler's macro: GCC and Clang 14 disagree on its name
#include "simd/parts/panel_amx.hpp"
#else

#include "simd/parts/panel_shape.hpp"
#include "simd/parts/panel_tile.hpp"

namespace gosset::GOSSET_ISA {
namespace {

/// f + acc * (table[index] * scale): one block of one token.
template <class Sums>
GOSSET_INLINE F32Rows fold(const Sums& sums, F32Rows table, float scale, F32Rows f) {
    return fma(to_f32(sums.total()), mul(table, set_f32(scale)), f);
}

template <class Panel>
void gemv(const MatvecArgs& a) {
    const Panel panel(a.w);
    const typename Panel::Table table(a.w.table);
    const uint32_t blocks = a.w.blocks;
    const uint8_t* p = a.w.panels + size_t(a.row_block_begin) * blocks * Panel::kBytes;
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++) {
        F32Rows f[kSlices];
        for_slices([&](auto s) __attribute__((always_inline)) { f[s] = zero_f32(); });
        const int8_t* q = a.x.q;
        for (uint32_t b = 0; b < blocks; b++, p += Panel::kBytes, q += kPanelCols) {
            prefetch_panel<Panel::kBytes>(p);
            const typename Panel::Sums::Block x(q);
            const typename Panel::Index index(p + Panel::kIndexAt);
            for_slices([&](auto s) __attribute__((always_inline)) {
                typename Panel::Sums sums(Panel::Sums::start(a.x.sum[b]));
                panel.template decode<s>(
                    p, [&](auto j, Bytes w) __attribute__((always_inline)) {
                        sums.template add<j>(Panel::Sums::form(w), x);
                    });
                f[s] = fold(sums, lookup<s>(table, index), a.x.scale[b], f[s]);
            });
        }
        for_slices([&](auto s) __attribute__((always_inline)) {
            const size_t row = size_t(16) * rb + kSliceRows * s;
            store(a.y + row, mul(f[s], load_f16(a.w.row_scales + row)));
        });
    }
}

constexpr uint32_t kDecodedSlices = kSumRows * kSlices;

/// Panels [block, block + to.blocks) of kSumRows row blocks from rb on, as sums take them; those
/// from `end` on are the last one again.
template <class Panel>
void decode_panels(const Weights& w, uint32_t rb, uint32_t end, uint32_t block,
                   DecodedPanels<kDecodedSlices>& to) {
    const Panel panel(w);
    const typename Panel::Table table(w.table);
    for (uint32_t r = 0; r < kSumRows; r++) {
        const uint8_t* p =
            w.panels + (size_t(at_most(end - 1, rb + r)) * w.blocks + block) * Panel::kBytes;
        for (uint32_t b = 0; b < to.blocks; b++, p += Panel::kBytes) {
            prefetch_panel<Panel::kBytes>(p);
            const typename Panel::Index index(p + Panel::kIndexAt);
            for_slices([&](auto s) __attribute__((always_inline)) {
                const uint32_t slice = r * kSlices + s;
                panel.template decode<s>(
                    p, [&](auto j, Bytes v) __attribute__((always_inline)) {
                        to.w[b][j][slice] = Panel::Sums::InTile::form(v);
                    });
                to.scale[b][slice] = lookup<s>(table, index);
            });
        }
    }
}

/// kSumRows row blocks from rb on, those that come before `end`, of tokens first .. first + n.
template <class Panel>
void gemm_rows(const MatvecArgs& a, uint32_t rb, uint32_t end, uint32_t first, uint32_t n) {
    DecodedPanels<kDecodedSlices> panels;
    TileSums<kDecodedSlices> sums;
    for (uint32_t t = 0; t < n; t++)
        for (F32Rows& slice : sums.f[t]) slice = zero_f32();
    for (uint32_t b = 0; b < a.w.blocks; b += kDecodedBlocks) {
        panels.blocks = at_most(kDecodedBlocks, a.w.blocks - b);
        decode_panels<Panel>(a.w, rb, end, b, panels);
        if (b + panels.blocks == a.w.blocks)
            expect_results(a, rb, at_most(kSumRows, end - rb), first, n);
        sum_panels<typename Panel::Sums::InTile>(a, panels, b, first, n, sums);
    }
    for (uint32_t s = 0; s < at_most(kSumRows, end - rb) * kSlices; s++) {
        const size_t row = size_t(16) * rb + kSliceRows * s;
        const F32Rows row_scale = load_f16(a.w.row_scales + row);
        float* y = a.y + first * a.y_stride + row;
        for (uint32_t t = 0; t < n; t++, y += a.y_stride) store(y, mul(sums.f[t][s], row_scale));
    }
}

template <class Panel>
void gemm(const MatvecArgs& a) {
    for (uint32_t t = 0; t < a.tokens; t += kDecodedTokens)
        for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb += kSumRows)
            gemm_rows<Panel>(a, rb, a.row_block_end, t, at_most(kDecodedTokens, a.tokens - t));
}

/// Decodes the whole slice for the one row: 16 rows' work on AVX-512, and still several times the
/// pace of the scalar definition.
template <class Panel>
void decode_row(const Weights& w, uint32_t row, float* out) {
    const Panel panel(w);
    const uint32_t r = row % kPanelRows;
    alignas(64) float row_scales[kSliceRows];
    store(row_scales, load_f16(w.row_scales + row / kSliceRows * kSliceRows));
    const float row_scale = row_scales[row % kSliceRows];
    const uint8_t* p = w.panels + size_t(row / kPanelRows) * w.blocks * Panel::kBytes;
    for (uint32_t b = 0; b < w.blocks; b++, p += Panel::kBytes, out += kPanelCols) {
        const float scale = Panel::scale(w.table, p, r);
        for_slices([&](auto s) __attribute__((always_inline)) {
            if (r / kSliceRows != uint32_t(s)) return;
            alignas(64) uint8_t bytes[8][kSliceBytes];
            panel.template decode<s>(
                p, [&](auto j, Bytes v) __attribute__((always_inline)) { store(bytes[j], v); });
            const uint32_t at = 4 * (r % kSliceRows);
            for (uint32_t c = 0; c < kPanelCols; c++)
                out[c] = row_scale * (scale * float(Panel::Sums::level(bytes[c % 8][at + c / 8])));
        });
    }
}

}  // namespace
}  // namespace gosset::GOSSET_ISA

#endif
