/// The gemv and gemm that codecs with int8 activations share: a codec supplies only how a panel
/// becomes 8 B64 of levels. Relies on simd/parts/b64.hpp; the definition is in simd/kernels.hpp.
///
///   struct MyPanel {
///       static constexpr uint32_t kBytes = 264;    // of a panel
///       static constexpr uint32_t kIndexAt = 256;  // where its 8 bytes of scale indices begin
///       using Sums = NibbleSums<1, 15>;            // what a level is (simd/parts/b64.hpp)
///       // Calls sink(Lane<j>(), w) once for each j = 0..7: w is coordinate j, column 8 * g + j.
///       template <class Sink> GOSSET_INLINE static void decode(const uint8_t* panel, Sink sink);
///   };
///   const CodecKernels k = {gemv<MyPanel>, gemm<MyPanel>, nullptr, nullptr};
#pragma once

#include "simd/kernels.hpp"
#include "simd/parts/b64.hpp"

namespace gosset::GOSSET_ISA {
namespace {

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

/// Panels are streamed once. 2 KiB ahead was best of 0.5, 1, 2, 4 and 8; without it a core reaches
/// two thirds of the memory's bandwidth. Addresses beyond the tensor are harmless to prefetch.
template <uint32_t bytes>
GOSSET_INLINE void prefetch_panel(const uint8_t* panel) {
    const uintptr_t ahead = reinterpret_cast<uintptr_t>(panel) + 2048;
    for (uint32_t i = 0; i < bytes; i += 64)
        __builtin_prefetch(reinterpret_cast<const void*>(ahead + i));
}

/// f + acc * (table[index] * scale): one block of one token.
template <class Sums>
GOSSET_INLINE F32Rows fold(const Sums& sums, F32Rows table, float scale, F32Rows f) {
    return fma(to_f32(sums.total()), mul(table, set_f32(scale)), f);
}

template <class Panel>
void gemv(const MatvecArgs& a) {
    const ScaleTable table(a.w.table);
    const uint32_t blocks = a.w.blocks;
    const uint8_t* p = a.w.panels + size_t(a.row_block_begin) * blocks * Panel::kBytes;
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++) {
        F32Rows f = zero_f32();
        const int8_t* q = a.x.q;
        for (uint32_t b = 0; b < blocks; b++, p += Panel::kBytes, q += kPanelCols) {
            prefetch_panel<Panel::kBytes>(p);
            typename Panel::Sums sums(a.x.sum[b]);
            Panel::decode(
                p, [&](auto lane, B64 w) __attribute__((always_inline)) {
                    sums.template add<lane>(Panel::Sums::form(w), broadcast4(q + 4 * lane));
                });
            f = fold(sums, lookup(table, p + Panel::kIndexAt), a.x.scale[b], f);
        }
        store(a.y + size_t(16) * rb, mul(f, load_f16(a.w.row_scales + size_t(16) * rb)));
    }
}

/// Tokens that share one decoding of a panel: their sums live on the stack.
constexpr uint32_t kGemmTokens = 32;

template <class Panel>
void gemm_tokens(const MatvecArgs& a, uint32_t rb, uint32_t first, uint32_t n) {
    const ScaleTable table(a.w.table);
    const uint32_t blocks = a.w.blocks;
    const uint8_t* p = a.w.panels + size_t(rb) * blocks * Panel::kBytes;
    F32Rows f[kGemmTokens];
    for (uint32_t t = 0; t < n; t++) f[t] = zero_f32();
    for (uint32_t b = 0; b < blocks; b++, p += Panel::kBytes) {
        prefetch_panel<Panel::kBytes>(p);
        B64 w[8];
        Panel::decode(
            p, [&](auto lane, B64 v)
                   __attribute__((always_inline)) { w[lane] = Panel::Sums::form(v); });
        const F32Rows scales = lookup(table, p + Panel::kIndexAt);
        for (uint32_t t = 0; t < n; t++) {
            const size_t at = size_t(first + t) * blocks + b;
            const int8_t* q = a.x.q + at * kPanelCols;
            typename Panel::Sums sums(a.x.sum[at]);
            for_lanes([&](auto lane) __attribute__((always_inline)) {
                sums.template add<lane>(w[lane], broadcast4(q + 4 * lane));
            });
            f[t] = fold(sums, scales, a.x.scale[at], f[t]);
        }
    }
    const F32Rows row_scale = load_f16(a.w.row_scales + size_t(16) * rb);
    for (uint32_t t = 0; t < n; t++)
        store(a.y + (first + t) * a.y_stride + size_t(16) * rb, mul(f[t], row_scale));
}

template <class Panel>
void gemm(const MatvecArgs& a) {
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++)
        for (uint32_t t = 0; t < a.tokens; t += kGemmTokens) {
            const uint32_t left = a.tokens - t;
            gemm_tokens<Panel>(a, rb, t, left < kGemmTokens ? left : kGemmTokens);
        }
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
