#include "simd/codecs/e8c/layout.hpp"
#include "simd/parts/reference_panel.hpp"

namespace gosset {

namespace {

template <int H>
void decode(const uint8_t* params, const uint8_t* panel, PanelLevels& out) {
    for (int lane = 0; lane < 64; ++lane) {
        uint8_t m[8];
        e8c::get_group<H>(panel, lane, m);
        for (int j = 0; j < 8; ++j) out.level[lane / 4][8 * (lane % 4) + j] = int8_t(params[m[j]]);
    }
}

template <int H>
constexpr ReferencePanel panel = {e8c::Layout<H>::kPanelBytes,
                                  e8c::Layout<H>::kIndexed ? ScaleKind::block : ScaleKind::row,
                                  e8c::Layout<H>::kCodeBytes, decode<H>};

template <int H>
void matvec(const MatvecArgs& a) {
    reference_matvec(panel<H>, a);
}
template <int H>
void decode_row(const Weights& w, uint32_t row, float* out) {
    reference_decode_row(panel<H>, w, row, out);
}

template <int H>
constexpr CodecKernels member = {matvec<H>, matvec<H>, decode_row<H>, nullptr};

}  // namespace

extern const CodecKernels e8c_reference[7];
constinit const CodecKernels e8c_reference[7] = {member<3>, member<4>, member<5>, member<6>,
                                                 member<7>, member<8>, member<9>};

}  // namespace gosset
