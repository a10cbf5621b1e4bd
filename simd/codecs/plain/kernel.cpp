#include "simd/codecs/plain/layout.hpp"
#include "simd/family.hpp"
#include "simd/parts/panel_loop.hpp"

namespace gosset::GOSSET_ISA {

namespace {

struct F32 {
    static constexpr uint32_t kColumn = 64;  // bytes of 16 rows
    GOSSET_INLINE static F32Rows column(const uint8_t* p) { return load_f32(p); }
};
struct F16 {
    static constexpr uint32_t kColumn = 32;
    GOSSET_INLINE static F32Rows column(const uint8_t* p) { return load_f16(p); }
};
struct Bf16 {
    static constexpr uint32_t kColumn = 32;
    GOSSET_INLINE static F32Rows column(const uint8_t* p) { return load_bf16(p); }
};

/// The four folds of kernels.hpp, for 16 rows of one token.
struct Folds {
    F32Rows a[4];
    GOSSET_INLINE void clear() {
        for (F32Rows& f : a) f = zero_f32();
    }
    GOSSET_INLINE F32Rows total() const { return add(add(a[0], a[1]), add(a[2], a[3])); }
};

template <class Type>
GOSSET_INLINE void fold_panel(const uint8_t* p, const float* x, Folds& f) {
    for (uint32_t c = 0; c < kPanelCols; c += 4, p += 4 * Type::kColumn)
        for (uint32_t i = 0; i < 4; i++)
            f.a[i] = fma(Type::column(p + i * Type::kColumn), set_f32(x[c + i]), f.a[i]);
}

constexpr uint32_t kTokens = 8;

/// A panel is in the nearest cache after its first token; converting it again costs little.
template <class Type>
void rows_tokens(const MatvecArgs& a, uint32_t rb, uint32_t first, uint32_t n) {
    constexpr uint32_t bytes = kPanelCols * Type::kColumn;
    const uint32_t blocks = a.w.blocks;
    const uint8_t* p = a.w.panels + size_t(rb) * blocks * bytes;
    Folds folds[kTokens];
    for (uint32_t t = 0; t < n; t++) folds[t].clear();
    for (uint32_t b = 0; b < blocks; b++, p += bytes) {
        prefetch_panel<bytes>(p);
        for (uint32_t t = 0; t < n; t++)
            fold_panel<Type>(p, a.x.f32 + (size_t(first + t) * blocks + b) * kPanelCols, folds[t]);
    }
    for (uint32_t t = 0; t < n; t++)
        store(a.y + (first + t) * a.y_stride + size_t(16) * rb, folds[t].total());
}

template <class Type>
void plain_gemv(const MatvecArgs& a) {
    constexpr uint32_t bytes = kPanelCols * Type::kColumn;
    const uint8_t* p = a.w.panels + size_t(a.row_block_begin) * a.w.blocks * bytes;
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++) {
        Folds folds;
        folds.clear();
        for (uint32_t b = 0; b < a.w.blocks; b++, p += bytes) {
            prefetch_panel<bytes>(p);
            fold_panel<Type>(p, a.x.f32 + size_t(b) * kPanelCols, folds);
        }
        store(a.y + size_t(16) * rb, folds.total());
    }
}

template <class Type>
void plain_gemm(const MatvecArgs& a) {
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++)
        for (uint32_t t = 0; t < a.tokens; t += kTokens) {
            const uint32_t left = a.tokens - t;
            rows_tokens<Type>(a, rb, t, left < kTokens ? left : kTokens);
        }
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
