#include "simd/codecs/q8/layout.hpp"
#include "simd/parts/reference_panel.hpp"

namespace gosset {

namespace {

void decode(const uint8_t*, const uint8_t* panel, PanelLevels& out) {
    for (uint32_t r = 0; r < kPanelRows; r++)
        for (uint32_t c = 0; c < kPanelCols; c++)
            out.level[r][c] = int8_t(panel[q8::byte_of(r, c)]);
}

constexpr ReferencePanel panel = {q8::kBytes, ScaleKind::block, q8::kIndexAt, decode};

void matvec(const MatvecArgs& a) {
    reference_matvec(panel, a);
}
void decode_row(const Weights& w, uint32_t row, float* out) {
    reference_decode_row(panel, w, row, out);
}

}  // namespace

extern const CodecKernels q8_reference;
constinit const CodecKernels q8_reference = {matvec, matvec, decode_row, nullptr};

}  // namespace gosset
