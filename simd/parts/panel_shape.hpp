/// What a codec's panel says of itself, for simd/parts/panel_loop.hpp: its size, and where its
/// scales are. Relies on simd/parts/slice.hpp.
#pragma once

#include "simd/kernels.hpp"
#include "simd/parts/slice.hpp"

namespace gosset::GOSSET_ISA {
namespace {

GOSSET_INLINE uint32_t at_most(uint32_t limit, uint32_t n) {
    return n < limit ? n : limit;
}

/// Panels are streamed once. 2 KiB ahead was best of 0.5, 1, 2, 4 and 8; without it a core reaches
/// two thirds of the memory's bandwidth. Addresses beyond the tensor are harmless to prefetch.
template <uint32_t bytes>
GOSSET_INLINE void prefetch_panel(const uint8_t* panel) {
    const uintptr_t ahead = reinterpret_cast<uintptr_t>(panel) + 2048;
    GOSSET_UNROLL
    for (uint32_t i = 0; i < bytes; i += 64)
        __builtin_prefetch(reinterpret_cast<const void*>(ahead + i));
}

/// What a panel of ScaleKind::block says of itself: its size and where its indices begin.
template <uint32_t bytes, uint32_t index_at>
struct BlockScaled {
    static constexpr uint32_t kBytes = bytes, kIndexAt = index_at;
    using Table = ScaleTable;
    using Index = ScaleIndex;
    GOSSET_INLINE static float scale(const float* table, const uint8_t* panel, uint32_t row) {
        return table[panel[index_at + row / 2] >> (4 * (row % 2)) & 15];
    }
};

/// The same for ScaleKind::row, which looks nothing up.
struct RowScale {
    explicit GOSSET_INLINE RowScale(const float* table) : v(set_f32(*table)) {}
    F32Rows v;
};
struct NoIndex {
    explicit GOSSET_INLINE NoIndex(const uint8_t*) {}
};
template <int slice>
GOSSET_INLINE F32Rows lookup(const RowScale& scale, const NoIndex&) {
    return scale.v;
}
template <uint32_t bytes>
struct RowScaled {
    static constexpr uint32_t kBytes = bytes, kIndexAt = 0;
    using Table = RowScale;
    using Index = NoIndex;
    GOSSET_INLINE static float scale(const float* table, const uint8_t*, uint32_t) {
        return *table;
    }
};

/// Blocks of columns that a gemm decodes at a time, so that they stay in the first-level cache
/// while all tokens pass, and tokens whose accumulators lie on the stack meanwhile.
constexpr uint32_t kDecodedBlocks = 16, kDecodedTokens = 128;

/// Results of tokens lie far apart: their cache lines are asked for before they are ready.
GOSSET_INLINE void expect_results(const MatvecArgs& a, uint32_t rb, uint32_t rows, uint32_t token,
                                  uint32_t n) {
    for (uint32_t t = token; t < token + n; t++)
        for (uint32_t r = 0; r < rows; r++)
            __builtin_prefetch(a.y + t * a.y_stride + 16 * size_t(rb + r), 1);
}

}  // namespace
}  // namespace gosset::GOSSET_ISA
