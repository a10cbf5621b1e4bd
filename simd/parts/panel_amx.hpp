/// The gemm of many tokens on AMX, in bfloat16 (CodecKernels::gemm_rounded): decoded panels are
/// rounded to tiles in the first-level cache, and a tile instruction multiplies 16 tokens x 16 rows
/// x 32 columns. Nothing is folded block by block, which is what bounds sums in int8
/// (docs/decisions/0005-prefill.md). Relies on simd/parts/panel_shape.hpp and on a caller that
/// asked for the tiles (platforms/cpu.hpp).
///
/// A tile of weights has a row for two columns of a panel; dword n holds those of row n of W:
///
///     tile row 2 j       columns j, j + 16        (groups 0 and 2) of rows 0, 1, 2, ... of W
///     tile row 2 j + 1   columns j + 8, j + 24    (groups 1 and 3)
///
/// and a tile of activations a row of 32 columns in that order for each of 16 tokens
/// (OpKernels::round_tiles).
#pragma once

#include <cmath>
#include <type_traits>

#include "simd/parts/panel_shape.hpp"

namespace gosset::GOSSET_ISA {
namespace {

constexpr uint32_t kTile = 16, kTileHalves = 512;  ///< rows of a tile, and its elements
/// Blocks of columns that are rounded at a time: 16 KiB for two row blocks, which stay in the
/// first-level cache with the activations of two tiles of tokens.
constexpr uint32_t kStretch = 8;
/// Activations of so many tokens and blocks of columns, 1 MiB, stay in the second-level cache while
/// all rows pass.
constexpr uint32_t kTokensAtOnce = 256, kBlocksAtOnce = 64;

/// Tiles 0..3: sums; 4, 5: activations; 6, 7: weights.
struct alignas(64) TileConfig {
    uint8_t palette = 1, start_row = 0, reserved[14] = {};
    uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
/// Tiles are this thread's for the lifetime of this; without it, switches of threads stay cheap.
struct TileUse {
    GOSSET_INLINE TileUse() {
        const TileConfig config;
        __asm__ volatile("ldtilecfg %0" ::"m"(config));
    }
    GOSSET_INLINE ~TileUse() { __asm__ volatile("tilerelease"); }
};

// The intrinsics of GCC 12 take only literal tile numbers. Rows of a tile follow each other.
template <int tile>
GOSSET_INLINE void load_tile(const void* p) {
    __asm__ volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(p), "r"(size_t(64)), "i"(tile)
                     : "memory");
}
template <int tile>
GOSSET_INLINE void store_tile(void* p) {
    __asm__ volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(p), "r"(size_t(64)), "i"(tile)
                     : "memory");
}
template <int tile>
GOSSET_INLINE void zero_tile() {
    __asm__ volatile("tilezero %%tmm%c0" ::"i"(tile));
}
/// sums += activations * weights.
template <int sums, int activations, int weights>
GOSSET_INLINE void multiply_tiles() {
    __asm__ volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(sums), "i"(activations),
                     "i"(weights));
}

/// Two row blocks: a stretch of their weights, and their sums.
struct RoundedPanels {
    alignas(64) uint16_t w[2][kStretch][kTileHalves];
};
struct RoundedSums {
    alignas(64) float f[2][kTokensAtOnce / kTile][kTile][kTile];  ///< [row block][..][token][row]
};

/// A tensor's scales as parts of the largest, which binary16 holds whatever their size.
struct RelativeScales {
    explicit RelativeScales(const float* table, uint32_t entries) {
        for (uint32_t i = 0; i < entries; i++)
            if (std::fabs(table[i]) > top) top = std::fabs(table[i]);
        if (top == 0) top = 1;
        for (uint32_t i = 0; i < entries; i++) relative[i] = table[i] / top;
    }
    alignas(64) float relative[kScaleTable] = {};
    float top = 0;
};

/// bfloat16 has the bits of binary16, its exponent by 112 larger in 3 bits more and 3 bits fewer
/// behind the point:
///
///     binary16   s eeeee mmmmmmmmmm
///     bfloat16   s 000eeeee mmmmmmm    + 112 in the exponent
///
/// Rounded to nearest, ties away from zero. What binary16 holds as subnormal, zero included, comes
/// out up to 2^-14 off; levels are multiplied by 256 so that this is nothing.
GOSSET_INLINE __m512i to_bf16(__m512h v) {
    const __m512i half = _mm512_add_epi16(_mm512_castph_si512(v), _mm512_set1_epi16(4));
    const __m512i cut =
        _mm512_and_si512(_mm512_srai_epi16(half, 3), _mm512_set1_epi16(int16_t(0x8fff)));
    return _mm512_add_epi16(cut, _mm512_set1_epi16(112 << 7));
}
constexpr float kLevelFactor = 256;

/// Panels [block, block + blocks) of row block rb, times kLevelFactor, with their relative scales.
template <class Panel>
void round_panels(const Weights& w, const RelativeScales& scales, uint32_t rb, uint32_t block,
                  uint32_t blocks, uint16_t (*to)[kTileHalves]) {
    const Panel panel(w);
    const typename Panel::Table table(scales.relative);
    const uint8_t* p = w.panels + (size_t(rb) * w.blocks + block) * Panel::kBytes;
    for (uint32_t b = 0; b < blocks; b++, p += Panel::kBytes) {
        prefetch_panel<Panel::kBytes>(p);
        const __m512 of_rows = lookup<0>(table, typename Panel::Index(p + Panel::kIndexAt)).v;
        const __m512i once =
            _mm512_cvtepu16_epi32(_mm512_cvtps_ph(of_rows, _MM_FROUND_TO_NEAREST_INT));
        const __m512h scale =
            _mm512_castsi512_ph(_mm512_or_si512(once, _mm512_slli_epi32(once, 16)));
        uint16_t* const tile = to[b];
        panel.template decode<0>(
            p, [&](auto j, Bytes v) __attribute__((always_inline)) {
                const __m512i levels = Panel::Sums::InTile::levels(v).v;
                const __m512h even = _mm512_cvtepi16_ph(_mm512_slli_epi16(levels, 8));
                const __m512h odd = _mm512_cvtepi16_ph(
                    _mm512_and_si512(levels, _mm512_set1_epi16(int16_t(0xff00))));
                _mm512_store_si512(tile + 64 * j, to_bf16(_mm512_mul_ph(even, scale)));
                _mm512_store_si512(tile + 64 * j + 32, to_bf16(_mm512_mul_ph(odd, scale)));
            });
    }
}

/// Adds a stretch to the sums of two tiles of tokens (x0, x1) and two row blocks (f0, f1), which
/// begin with it if it is the first.
inline void add_stretch(const uint16_t* x0, const uint16_t* x1, const RoundedPanels& w,
                        uint32_t blocks, bool first, float (*f0)[kTile][kTile],
                        float (*f1)[kTile][kTile]) {
    if (first) {
        zero_tile<0>(), zero_tile<1>(), zero_tile<2>(), zero_tile<3>();
    } else {
        load_tile<0>(f0[0]), load_tile<1>(f1[0]), load_tile<2>(f0[1]), load_tile<3>(f1[1]);
    }
    for (uint32_t b = 0; b < blocks; b++, x0 += kTileHalves, x1 += kTileHalves) {
        load_tile<4>(x0), load_tile<6>(w.w[0][b]);
        multiply_tiles<0, 4, 6>();
        load_tile<7>(w.w[1][b]);
        multiply_tiles<1, 4, 7>();
        load_tile<5>(x1);
        multiply_tiles<2, 5, 6>();
        multiply_tiles<3, 5, 7>();
    }
    store_tile<0>(f0[0]), store_tile<1>(f1[0]), store_tile<2>(f0[1]), store_tile<3>(f1[1]);
}

/// What a call goes through piece by piece: row blocks rb .. rb + rows (1 or 2), blocks of columns
/// [block, block + blocks) and n tokens from a multiple of kTile on.
struct Piece {
    uint32_t rb, rows, block, blocks, token, n;
};

/// y of a piece receives its sums; those of the columns before it are there.
inline void add_results(const MatvecArgs& a, const Piece& p, const RoundedSums& sums, float top) {
    for (uint32_t r = 0; r < p.rows; r++) {
        const size_t row = size_t(16) * (p.rb + r);
        const F32Rows scale = mul(load_f16(a.w.row_scales + row), set_f32(top / kLevelFactor));
        float* y = a.y + p.token * a.y_stride + row;
        for (uint32_t t = 0; t < p.n; t++, y += a.y_stride) {
            const F32Rows f = {_mm512_load_ps(sums.f[r][t / kTile][t % kTile])};
            store(y, p.block ? fma(f, scale, load_f32(y)) : mul(f, scale));
        }
    }
}

template <class Panel>
void multiply_piece(const MatvecArgs& a, const RelativeScales& scales, const Piece& p) {
    RoundedPanels panels;
    RoundedSums sums;
    const uint32_t tiles = (p.n + kTile - 1) / kTile, end = p.block + p.blocks;
    const size_t tile_step = size_t(a.w.blocks) * kTileHalves;
    for (uint32_t b = p.block; b < end; b += kStretch) {
        const uint32_t count = at_most(kStretch, end - b);
        for (uint32_t r = 0; r < 2; r++)  // a row block alone is multiplied twice
            round_panels<Panel>(a.w, scales, p.rb + (r < p.rows ? r : 0), b, count, panels.w[r]);
        const uint16_t* x = a.x.rounded + p.token / kTile * tile_step + size_t(b) * kTileHalves;
        for (uint32_t t = 0; t < tiles; t += 2, x += 2 * tile_step) {  // and so is a tile
            if (b + count == end)
                expect_results(a, p.rb, p.rows, p.token + kTile * t,
                               at_most(2 * kTile, p.n - kTile * t));
            add_stretch(x, t + 1 < tiles ? x + tile_step : x, panels, count, b == p.block,
                        sums.f[0] + t, sums.f[1] + t);
        }
    }
    add_results(a, p, sums, scales.top);
}

template <class Panel>
void gemm(const MatvecArgs& a) {
    constexpr bool row_scaled = std::is_same_v<typename Panel::Index, NoIndex>;
    const RelativeScales scales(a.w.table, row_scaled ? 1 : kScaleTable);
    const TileUse tiles;
    for (uint32_t t = 0; t < a.tokens; t += kTokensAtOnce)
        for (uint32_t b = 0; b < a.w.blocks; b += kBlocksAtOnce)
            for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb += 2)
                multiply_piece<Panel>(a, scales,
                                      {rb, at_most(2, a.row_block_end - rb), b,
                                       at_most(kBlocksAtOnce, a.w.blocks - b), t,
                                       at_most(kTokensAtOnce, a.tokens - t)});
}

/// The tier's base has these.
template <class Panel>
constexpr void (*gemv)(const MatvecArgs&) = nullptr;
template <class Panel>
constexpr void (*decode_row)(const Weights&, uint32_t row, float* out) = nullptr;

}  // namespace
}  // namespace gosset::GOSSET_ISA
