#include "simd/codecs/q4/layout.hpp"
#include "simd/parts/reference_panel.hpp"

namespace gosset {

namespace {

void decode(const uint8_t*, const uint8_t* panel, PanelLevels& out) {
    for (uint32_t r = 0; r < kPanelRows; r++)
        for (uint32_t c = 0; c < kPanelCols; c++) {
            const int n = panel[q4::byte_of(r, c)] >> q4::shift_of(c) & 15;
            out.level[r][c] = int16_t(2 * n - 15);
        }
}

constexpr ReferencePanel panel = {q4::kBytes, ScaleKind::block, q4::kIndexAt, decode};

void matvec(const MatvecArgs& a) {
    reference_matvec(panel, a);
}
void decode_row(const Weights& w, uint32_t row, float* out) {
    reference_decode_row(panel, w, row, out);
}

}  // namespace

extern const CodecKernels q4_reference;
constinit const CodecKernels q4_reference = {matvec, matvec, decode_row, nullptr};

}  // namespace gosset
