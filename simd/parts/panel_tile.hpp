/// What a gemm does with decoded panels, whatever the codec: tiles of tokens x slices whose sums
/// stay in registers over a stretch of columns. Relies on simd/parts/panel_shape.hpp; the
/// definition of the result is in simd/kernels.hpp.
#pragma once

#include "simd/parts/panel_shape.hpp"

namespace gosset::GOSSET_ISA {
namespace {

/// Decoded panels of some slices of rows: kSlices of them a row block.
template <uint32_t slices>
struct DecodedPanels {
    uint32_t blocks;  ///< <= kDecodedBlocks
    Bytes w[kDecodedBlocks][8][slices];
    F32Rows scale[kDecodedBlocks][slices];  ///< table[index]
};

/// A float accumulator a token and slice, zero before the first stretch.
template <uint32_t slices>
struct TileSums {
    F32Rows f[kDecodedTokens][slices];
};

/// Activations of tokens from one on, at the first block of a stretch.
struct TileActivations {
    TileActivations(const MatvecArgs& a, uint32_t token, uint32_t block)
        : q(a.x.q + (size_t(token) * a.w.blocks + block) * kPanelCols),
          scale(a.x.scale + size_t(token) * a.w.blocks + block),
          sum(a.x.sum + size_t(token) * a.w.blocks + block),
          stride(a.w.blocks) {}
    void skip(uint32_t tokens) {
        q += tokens * stride * kPanelCols, scale += tokens * stride, sum += tokens * stride;
    }
    const int8_t* q;
    const float* scale;
    const int32_t* sum;
    size_t stride;  ///< in blocks, from token to token
};

/// The start values of a token's sums: broadcasting one from memory costs nothing, making it does.
template <class Sums>
GOSSET_INLINE void fill_starts(const int32_t* sum, uint32_t blocks, int32_t (&to)[kDecodedBlocks]) {
    if (blocks == kDecodedBlocks)
        for (uint32_t b = 0; b < kDecodedBlocks; b++) to[b] = Sums::start(sum[b]);
    else
        for (uint32_t b = 0; b < blocks; b++) to[b] = Sums::start(sum[b]);
}

/// f[token][first + i] folds the stretch, for `tokens` tokens and i < lanes.
template <class Sums, uint32_t tokens, uint32_t lanes, uint32_t slices>
void sum_tile(const DecodedPanels<slices>& w, uint32_t first, const TileActivations& x,
              F32Rows (*to)[slices]) {
    int32_t start[tokens][kDecodedBlocks];
    for (uint32_t t = 0; t < tokens; t++)
        fill_starts<Sums>(x.sum + t * x.stride, w.blocks, start[t]);
    F32Rows f[tokens][lanes];
    GOSSET_UNROLL
    for (uint32_t t = 0; t < tokens; t++) {
        GOSSET_UNROLL
        for (uint32_t i = 0; i < lanes; i++) f[t][i] = to[t][first + i];
    }
    for (uint32_t b = 0; b < w.blocks; b++) {
        TileInputs in[tokens];
        Sums sums[tokens][lanes];
        GOSSET_UNROLL
        for (uint32_t t = 0; t < tokens; t++) {
            in[t] = TileInputs(x.q + (t * x.stride + b) * kPanelCols);
            GOSSET_UNROLL
            for (uint32_t i = 0; i < lanes; i++) sums[t][i] = Sums(start[t][b]);
        }
        for_lanes([&](auto j) __attribute__((always_inline)) {
            GOSSET_UNROLL
            for (uint32_t t = 0; t < tokens; t++) {
                GOSSET_UNROLL
                for (uint32_t i = 0; i < lanes; i++)
                    sums[t][i].template add<j>(w.w[b][j][first + i], in[t]);
            }
        });
        GOSSET_UNROLL
        for (uint32_t t = 0; t < tokens; t++) {
            const F32Rows scale = set_f32(x.scale[t * x.stride + b]);
            GOSSET_UNROLL
            for (uint32_t i = 0; i < lanes; i++)
                f[t][i] =
                    fma(to_f32(sums[t][i].total()), mul(w.scale[b][first + i], scale), f[t][i]);
        }
    }
    GOSSET_UNROLL
    for (uint32_t t = 0; t < tokens; t++) {
        GOSSET_UNROLL
        for (uint32_t i = 0; i < lanes; i++) to[t][first + i] = f[t][i];
    }
}

/// f[t][first + i] for t < n: tiles of `tokens`, then smaller ones for the rest.
template <class Sums, uint32_t lanes, uint32_t tokens, uint32_t slices>
void sum_tokens(const DecodedPanels<slices>& w, uint32_t first, TileActivations x, uint32_t n,
                F32Rows (*to)[slices]) {
    for (; n >= tokens; n -= tokens, to += tokens, x.skip(tokens))
        sum_tile<Sums, tokens, lanes>(w, first, x, to);
    if constexpr (tokens > 1) sum_tokens<Sums, lanes, tokens / 2>(w, first, x, n, to);
}

/// Tokens [token, token + n) of panels that begin at `block`.
template <class Sums, uint32_t slices>
void sum_panels(const MatvecArgs& a, const DecodedPanels<slices>& w, uint32_t block, uint32_t token,
                uint32_t n, TileSums<slices>& to) {
    for (uint32_t first = 0; first < slices; first += kSumSlices)
        sum_tokens<Sums, kSumSlices, kSumTokens>(w, first, TileActivations(a, token, block), n,
                                                 to.f);
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
