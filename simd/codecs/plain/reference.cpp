#include <cmath>
#include <cstring>

#include "runtime/base/half.hpp"
#include "simd/codecs/plain/layout.hpp"

namespace gosset {

namespace {

struct F32 {
    using Element = float;
    static float value(float x) { return x; }
};
struct F16 {
    using Element = uint16_t;
    static float value(uint16_t x) { return f16_to_f32(x); }
};
struct Bf16 {
    using Element = uint16_t;
    static float value(uint16_t x) { return bf16_to_f32(x); }
};

/// W[row][column]; panels may lie at any address.
template <class Type>
float weight(const Weights& w, uint32_t row, uint32_t column) {
    using Element = typename Type::Element;
    const size_t panel = size_t(row / kPanelRows) * w.blocks + column / kPanelCols;
    const size_t element = plain::element_of(row % kPanelRows, column % kPanelCols);
    Element e;
    std::memcpy(&e, w.panels + panel * plain::kBytes<Element> + element * sizeof e, sizeof e);
    return Type::value(e);
}

template <class Type>
void matvec(const MatvecArgs& a) {
    const size_t cols = size_t(a.w.blocks) * kPanelCols;
    for (uint32_t t = 0; t < a.tokens; t++)
        for (uint32_t row = 16 * a.row_block_begin; row < 16 * a.row_block_end; row++) {
            float acc[4] = {};
            for (uint32_t c = 0; c < cols; c++)
                acc[c % 4] = std::fma(weight<Type>(a.w, row, c), a.x.f32[t * cols + c], acc[c % 4]);
            a.y[t * a.y_stride + row] = (acc[0] + acc[1]) + (acc[2] + acc[3]);
        }
}

template <class Type>
void decode_row(const Weights& w, uint32_t row, float* out) {
    for (uint32_t c = 0; c < w.blocks * kPanelCols; c++) out[c] = weight<Type>(w, row, c);
}

}  // namespace

extern const CodecKernels plain_reference[3];
constinit const CodecKernels plain_reference[3] = {
    {matvec<F32>, matvec<F32>, decode_row<F32>, nullptr},
    {matvec<F16>, matvec<F16>, decode_row<F16>, nullptr},
    {matvec<Bf16>, matvec<Bf16>, decode_row<Bf16>, nullptr},
};

}  // namespace gosset
