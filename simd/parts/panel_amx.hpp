/// The gemm of many tokens on AMX: a decoded panel is a B tile as it is (8 rows of 4 columns x 16
/// rows of W), 16 tokens of a block are an A tile, and their product is the exact int32 sums of 16
/// tokens x 16 rows, which are folded as everywhere (simd/kernels.hpp): the same bits. Relies on
/// simd/parts/panel_shape.hpp and on a caller that asked for the tiles (platforms/cpu.hpp).
///
/// While a tile instruction is under way, a Sapphire Rapids core multiplies and converts floats at
/// half its pace, but adds them at the full one. So sums become floats by two additions: of the
/// bits of 1.5 * 2^23, whose last place is 1, as integers, and of -1.5 * 2^23. That is exact below
/// 2^22, and a sum is at most 32 * 128 * 127. A tile's steps lie far apart in the instruction
/// stream, as a store waits for its product and would fill the scheduler: load for the next block,
/// multiply this one, store that two before, fold the one before that.
#pragma once

#include <type_traits>

#include "simd/parts/panel_shape.hpp"

namespace gosset::GOSSET_ISA {
namespace {

constexpr uint32_t kTileTokensAmx = 16, kTileBytes = 1024, kPanelBytesAmx = 512;
/// Row blocks that share an arrangement of activations; their decoded panels stay in the
/// first-level cache.
constexpr uint32_t kTileRowBlocks = 4;

/// Tiles 0..3: sums; 4, 5: activations, 16 tokens x 32; 6, 7: panels, 8 x 64 bytes.
struct alignas(64) TileConfig {
    uint8_t palette = 1, start_row = 0, reserved[14] = {};
    uint16_t row_bytes[16] = {64, 64, 64, 64, 32, 32, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 8, 8};
};
/// Tiles are this thread's for the lifetime of this; without it, switches of threads stay cheap.
struct TileUse {
    GOSSET_INLINE TileUse() {
        const TileConfig config;
        __asm__ volatile("ldtilecfg %0" ::"m"(config));
    }
    GOSSET_INLINE ~TileUse() { __asm__ volatile("tilerelease"); }
};

// The intrinsics of GCC 12 take only literal tile numbers.
template <int tile>
GOSSET_INLINE void load_tile(const void* p, size_t stride) {
    __asm__ volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(p), "r"(stride), "i"(tile) : "memory");
}
template <int tile>
GOSSET_INLINE void store_tile(void* p) {
    __asm__ volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(p), "r"(size_t(64)), "i"(tile)
                     : "memory");
}
/// sums = activations * levels, both signed.
template <int sums, int activations, int levels>
GOSSET_INLINE void multiply_tiles() {
    __asm__ volatile("tilezero %%tmm%c0\n\ttdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(sums),
                     "i"(activations), "i"(levels));
}

/// Decoded panels of a row block.
struct LevelPanels {
    alignas(64) uint8_t w[kDecodedBlocks][kPanelBytesAmx];
    F32Rows scale[kDecodedBlocks];
};

/// Activations of up to 16 tokens. What is beyond the last is multiplied too, and not stored.
struct TokenTile {
    alignas(64) int8_t q[kDecodedBlocks][kTileTokensAmx][kPanelCols];
    alignas(64) float scale[kTileTokensAmx][kDecodedBlocks];
};

/// Blocks [block, block + blocks) of n tokens from `token` on, their scales times `factor`.
inline void arrange(const MatvecArgs& a, uint32_t token, uint32_t n, uint32_t block,
                    uint32_t blocks, float factor, TokenTile& to) {
    const __mmask16 some = __mmask16((1u << blocks) - 1);
    for (uint32_t t = 0; t < n; t++) {
        const size_t at = size_t(token + t) * a.w.blocks + block;
        const int8_t* q = a.x.q + at * kPanelCols;
        uint32_t b = 0;
        for (; b + 2 <= blocks; b += 2) {
            const __m512i two = _mm512_loadu_si512(q + b * kPanelCols);
            _mm256_store_si256(reinterpret_cast<__m256i*>(to.q[b][t]), _mm512_castsi512_si256(two));
            _mm256_store_si256(reinterpret_cast<__m256i*>(to.q[b + 1][t]),
                               _mm512_extracti64x4_epi64(two, 1));
        }
        if (b < blocks) std::memcpy(to.q[b][t], q + b * kPanelCols, kPanelCols);
        const __m512 scale = _mm512_maskz_loadu_ps(some, a.x.scale + at);
        _mm512_store_ps(to.scale[t], _mm512_mul_ps(scale, _mm512_set1_ps(factor)));
    }
}

/// Steps `block` and later of a row block's tiles; index is block modulo 4.
template <int index>
GOSSET_INLINE void load_step(const TokenTile& x, const LevelPanels& w, uint32_t block) {
    load_tile<4 + index % 2>(x.q[block], kPanelCols);
    load_tile<6 + index % 2>(w.w[block], 64);
}

/// f[token] of 16 rows folds one block; row_scaled: the panels' scale is in that of the tokens.
template <bool row_scaled>
GOSSET_INLINE void fold_step(const int32_t (*sums)[16], const TokenTile& x, F32Rows panel,
                             uint32_t block, __m512 (&f)[kTileTokensAmx]) {
    const __m512i bits = _mm512_set1_epi32(0x4b400000);
    const __m512 offset = _mm512_set1_ps(-0x1.8p23f);
    GOSSET_UNROLL
    for (uint32_t t = 0; t < kTileTokensAmx; t++) {
        const __m512i biased = _mm512_add_epi32(bits, _mm512_load_si512(sums[t]));
        const __m512 acc = _mm512_add_ps(offset, _mm512_castsi512_ps(biased));
        __m512 scale = _mm512_set1_ps(x.scale[t][block]);
        if constexpr (!row_scaled) scale = _mm512_mul_ps(panel.v, scale);
        f[t] = _mm512_fmadd_ps(acc, scale, f[t]);
    }
}

/// to[token] of 16 rows folds `blocks` blocks.
template <bool row_scaled>
void fold_tiles(const LevelPanels& w, const TokenTile& x, uint32_t blocks, F32Rows* to) {
    alignas(64) int32_t sums[4][kTileTokensAmx][16];
    __m512 f[kTileTokensAmx];
    GOSSET_UNROLL
    for (uint32_t t = 0; t < kTileTokensAmx; t++) f[t] = to[t].v;
    load_step<0>(x, w, 0);
    const auto step = [&](auto i, uint32_t b) __attribute__((always_inline)) {
        constexpr int now = i, stored = (i + 2) % 4, folded = (i + 1) % 4;
        if (b < blocks) {
            multiply_tiles<now, 4 + now % 2, 6 + now % 2>();
            if (b + 1 < blocks) load_step<now + 1>(x, w, b + 1);
        }
        if (b >= 2 && b - 2 < blocks) store_tile<stored>(sums[stored]);
        if (b >= 3 && b - 3 < blocks)
            fold_step<row_scaled>(sums[folded], x, w.scale[b - 3], b - 3, f);
    };
    for (uint32_t b = 0; b < blocks + 3; b += 4) {
        step(Lane<0>(), b), step(Lane<1>(), b + 1);
        step(Lane<2>(), b + 2), step(Lane<3>(), b + 3);
    }
    GOSSET_UNROLL
    for (uint32_t t = 0; t < kTileTokensAmx; t++) to[t].v = f[t];
}

/// Panels [block, block + blocks) of row block rb.
template <class Panel>
void decode_levels(const Weights& w, uint32_t rb, uint32_t block, uint32_t blocks,
                   LevelPanels& to) {
    const Panel panel(w);
    const typename Panel::Table table(w.table);
    const uint8_t* p = w.panels + (size_t(rb) * w.blocks + block) * Panel::kBytes;
    for (uint32_t b = 0; b < blocks; b++, p += Panel::kBytes) {
        prefetch_panel<Panel::kBytes>(p);
        panel.template decode<0>(
            p, [&](auto j, Bytes v) __attribute__((always_inline)) {
                store(to.w[b] + 64 * j, Panel::Sums::InTile::levels(v));
            });
        to.scale[b] = lookup<0>(table, typename Panel::Index(p + Panel::kIndexAt));
    }
}

/// Row blocks rb .. rb + rows of tokens first .. first + n.
template <class Panel>
void gemm_tiles(const MatvecArgs& a, uint32_t rb, uint32_t rows, uint32_t first, uint32_t n) {
    constexpr bool row_scaled = std::is_same_v<typename Panel::Index, NoIndex>;
    LevelPanels panels[kTileRowBlocks];
    TokenTile tokens = {};
    F32Rows sums[kTileRowBlocks][kDecodedTokens];
    for (uint32_t r = 0; r < rows; r++)
        for (F32Rows& f : sums[r]) f = zero_f32();
    for (uint32_t b = 0; b < a.w.blocks; b += kDecodedBlocks) {
        const uint32_t blocks = at_most(kDecodedBlocks, a.w.blocks - b);
        for (uint32_t r = 0; r < rows; r++) decode_levels<Panel>(a.w, rb + r, b, blocks, panels[r]);
        for (uint32_t t = 0; t < n; t += kTileTokensAmx) {
            if (b + blocks == a.w.blocks)
                expect_results(a, rb, rows, first + t, at_most(kTileTokensAmx, n - t));
            arrange(a, first + t, at_most(kTileTokensAmx, n - t), b, blocks,
                    row_scaled ? *a.w.table : 1.0f, tokens);
            for (uint32_t r = 0; r < rows; r++)
                fold_tiles<row_scaled>(panels[r], tokens, blocks, sums[r] + t);
        }
    }
    for (uint32_t r = 0; r < rows; r++) {
        const size_t row = size_t(16) * (rb + r);
        const F32Rows row_scale = load_f16(a.w.row_scales + row);
        float* y = a.y + first * a.y_stride + row;
        for (uint32_t t = 0; t < n; t++, y += a.y_stride) store(y, mul(sums[r][t], row_scale));
    }
}

template <class Panel>
void gemm(const MatvecArgs& a) {
    const TileUse tiles;
    for (uint32_t t = 0; t < a.tokens; t += kDecodedTokens)
        for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb += kTileRowBlocks)
            gemm_tiles<Panel>(a, rb, at_most(kTileRowBlocks, a.row_block_end - rb), t,
                              at_most(kDecodedTokens, a.tokens - t));
}

/// The tier's base has these.
template <class Panel>
constexpr void (*gemv)(const MatvecArgs&) = nullptr;
template <class Panel>
constexpr void (*decode_row)(const Weights&, uint32_t row, float* out) = nullptr;

}  // namespace
}  // namespace gosset::GOSSET_ISA
