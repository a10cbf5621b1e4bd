#include <cstring>

#include "simd/codecs/plain/layout.hpp"
#include "simd/family.hpp"
#include "simd/parts/panel_loop.hpp"

namespace gosset::GOSSET_ISA {

namespace {

struct F32 {
    static constexpr uint32_t kBytes = 4;
    GOSSET_INLINE static F32Rows rows(const uint8_t* p) { return load_f32(p); }
};
struct F16 {
    static constexpr uint32_t kBytes = 2;
    GOSSET_INLINE static F32Rows rows(const uint8_t* p) { return load_f16(p); }
};
struct Bf16 {
    static constexpr uint32_t kBytes = 2;
    GOSSET_INLINE static F32Rows rows(const uint8_t* p) { return load_bf16(p); }
};
/// A column of a panel.
template <class Type>
constexpr uint32_t kColumn = 16 * Type::kBytes;
/// Rows of slice s of the column at p.
template <class Type>
GOSSET_INLINE F32Rows rows_of(const uint8_t* p, uint32_t s) {
    return Type::rows(p + kSliceRows * Type::kBytes * s);
}

/// The four folds of kernels.hpp, for the rows of one token.
struct Folds {
    F32Rows a[4];
    GOSSET_INLINE F32Rows total() const { return add(add(a[0], a[1]), add(a[2], a[3])); }
};

template <class Type>
GOSSET_INLINE void fold_panel(const uint8_t* p, const float* x, Folds (&f)[kSlices]) {
    for (uint32_t c = 0; c < kPanelCols; c += 4, p += 4 * kColumn<Type>) {
        GOSSET_UNROLL
        for (uint32_t i = 0; i < 4; i++) {
            const F32Rows v = set_f32(x[c + i]);
            GOSSET_UNROLL
            for (uint32_t s = 0; s < kSlices; s++)
                f[s].a[i] = fma(rows_of<Type>(p + i * kColumn<Type>, s), v, f[s].a[i]);
        }
    }
}

template <class Type>
void plain_gemv(const MatvecArgs& a) {
    constexpr uint32_t bytes = kPanelCols * kColumn<Type>;
    const uint8_t* p = a.w.panels + size_t(a.row_block_begin) * a.w.blocks * bytes;
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++) {
        Folds folds[kSlices];
        GOSSET_UNROLL
        for (Folds& f : folds) f = {{zero_f32(), zero_f32(), zero_f32(), zero_f32()}};
        for (uint32_t b = 0; b < a.w.blocks; b++, p += bytes) {
            prefetch_panel<bytes>(p);
            fold_panel<Type>(p, a.x.f32 + size_t(b) * kPanelCols, folds);
        }
        GOSSET_UNROLL
        for (uint32_t s = 0; s < kSlices; s++)
            store(a.y + size_t(16) * rb + kSliceRows * s, folds[s].total());
    }
}

/// A gemm takes kRows row blocks, a stretch of columns and up to kTokens tokens at a time: the
/// weights of the stretch become floats once, then tiles of kRows x kTile accumulators stay in
/// registers over it. The four folds of kernels.hpp never meet before the end, so a tile runs
/// through the columns of one fold, then through those of the next.
constexpr uint32_t kRows = kTileRows, kTile = kTileTokens;
constexpr uint32_t kTokens = 64, kStretch = 4;  // of panels
constexpr uint32_t kSteps = kStretch * kPanelCols / 4;

template <uint32_t rows>
struct Stretch {
    alignas(64) float w[4][kSteps][rows][16];  ///< column 4 * step + fold
};
template <uint32_t rows>
struct Accumulators {
    alignas(64) float a[4][kTokens][rows][16];
};

/// Panels [block, block + n) of row blocks rb .. rb + rows.
template <class Type, uint32_t rows>
void widen(const Weights& w, uint32_t rb, uint32_t block, uint32_t n, Stretch<rows>& to) {
    constexpr uint32_t bytes = kPanelCols * kColumn<Type>;
    for (uint32_t r = 0; r < rows; r++) {
        const uint8_t* p = w.panels + (size_t(rb + r) * w.blocks + block) * bytes;
        for (uint32_t s = 0; s < n * (kPanelCols / 4); s++, p += 4 * kColumn<Type>) {
            prefetch_panel<4 * kColumn<Type>>(p);
            GOSSET_UNROLL
            for (uint32_t i = 0; i < 4; i++) {
                GOSSET_UNROLL
                for (uint32_t k = 0; k < kSlices; k++)
                    store(to.w[i][s][r] + kSliceRows * k, rows_of<Type>(p + i * kColumn<Type>, k));
            }
        }
    }
}

/// a[token][row] folds w[step][row] * x[token][4 * step].
template <uint32_t rows, uint32_t tokens>
void fold_tile(const float (*w)[rows][16], uint32_t steps, const float* x, size_t stride,
               float (*a)[rows][16]) {
    constexpr uint32_t slices = rows * kSlices;
    F32Rows acc[tokens][slices];
    GOSSET_UNROLL
    for (uint32_t t = 0; t < tokens; t++) {
        GOSSET_UNROLL
        for (uint32_t r = 0; r < slices; r++) acc[t][r] = load_f32(a[t][0] + kSliceRows * r);
    }
    for (uint32_t s = 0; s < steps; s++, x += 4) {
        F32Rows column[slices];
        GOSSET_UNROLL
        for (uint32_t r = 0; r < slices; r++) column[r] = load_f32(w[s][0] + kSliceRows * r);
        GOSSET_UNROLL
        for (uint32_t t = 0; t < tokens; t++) {
            const F32Rows v = set_f32(x[t * stride]);
            GOSSET_UNROLL
            for (uint32_t r = 0; r < slices; r++) acc[t][r] = fma(column[r], v, acc[t][r]);
        }
    }
    GOSSET_UNROLL
    for (uint32_t t = 0; t < tokens; t++) {
        GOSSET_UNROLL
        for (uint32_t r = 0; r < slices; r++) store(a[t][0] + kSliceRows * r, acc[t][r]);
    }
}

/// The same for n <= tokens tokens.
template <uint32_t rows, uint32_t tokens = kTile>
void fold_some(uint32_t n, const float (*w)[rows][16], uint32_t steps, const float* x,
               size_t stride, float (*a)[rows][16]) {
    if (n == tokens) return fold_tile<rows, tokens>(w, steps, x, stride, a);
    if constexpr (tokens > 1) fold_some<rows, tokens - 1>(n, w, steps, x, stride, a);
}

/// Row blocks rb .. rb + rows of tokens first .. first + n.
template <class Type, uint32_t rows>
void rows_tokens(const MatvecArgs& a, uint32_t rb, uint32_t first, uint32_t n) {
    Stretch<rows> weights;
    Accumulators<rows> sums;
    for (auto& fold : sums.a) std::memset(fold, 0, n * sizeof fold[0]);
    const size_t width = size_t(a.w.blocks) * kPanelCols;
    for (uint32_t b = 0; b < a.w.blocks; b += kStretch) {
        const uint32_t panels = at_most(kStretch, a.w.blocks - b);
        widen<Type>(a.w, rb, b, panels, weights);
        for (uint32_t t = 0; t < n; t += kTile) {
            const float* x = a.x.f32 + (first + t) * width + b * kPanelCols;
            for (uint32_t i = 0; i < 4; i++)
                fold_some<rows>(at_most(kTile, n - t), weights.w[i], panels * (kPanelCols / 4),
                                x + i, width, sums.a[i] + t);
        }
    }
    for (uint32_t t = 0; t < n; t++)
        for (uint32_t r = 0; r < 16 * rows; r += kSliceRows) {
            Folds folds;
            for (uint32_t i = 0; i < 4; i++) folds.a[i] = load_f32(sums.a[i][t][0] + r);
            store(a.y + (first + t) * a.y_stride + 16 * size_t(rb) + r, folds.total());
        }
}

template <class Type, uint32_t rows>
void rows_gemm(const MatvecArgs& a, uint32_t rb) {
    for (uint32_t t = 0; t < a.tokens; t += kTokens)
        rows_tokens<Type, rows>(a, rb, t, at_most(kTokens, a.tokens - t));
}

template <class Type>
void plain_gemm(const MatvecArgs& a) {
    uint32_t rb = a.row_block_begin;
    for (; rb + kRows <= a.row_block_end; rb += kRows) rows_gemm<Type, kRows>(a, rb);
    for (; rb < a.row_block_end; rb++) rows_gemm<Type, 1>(a, rb);
}

constexpr CodecKernels members[] = {
    {plain_gemv<F32>, plain_gemm<F32>, nullptr, nullptr},
    {plain_gemv<F16>, plain_gemm<F16>, nullptr, nullptr},
    {plain_gemv<Bf16>, plain_gemm<Bf16>, nullptr, nullptr},
};

}  // namespace

extern const FamilyKernels plain_kernels;
constinit const FamilyKernels plain_kernels = {members, 3};

}  // namespace gosset::GOSSET_ISA
