#include "runtime/base/half.hpp"
#include "simd/codecs/higgs/layout.hpp"
#include "simd/parts/reference_panel.hpp"

namespace gosset {

namespace {

using higgs::Layout;
using higgs::Member;

template <Member m>
void decode(const uint8_t* params, const uint8_t* panel, PanelLevels& out) {
    for (uint32_t lane = 0; lane < 64; ++lane)
        for (uint32_t h = 0; h < 2; ++h) {
            int8_t level[4];
            higgs::decode_code<m>(params, higgs::get_code<m>(panel, lane, h), level);
            for (uint32_t t = 0; t < 4; ++t)
                out.level[lane / 4][8 * (lane % 4) + 4 * h + t] = level[t];
        }
}

template <Member m>
constexpr ReferencePanel panel = {Layout<m>::kPanelBytes, ScaleKind::row, 0, decode<m>};

template <Member m>
void matvec(const MatvecArgs& a) {
    reference_matvec(panel<m>, a);
}

/// One row is four lanes of each panel; decoding all 64 for it would cost 16 times as much.
template <Member m>
void decode_row(const Weights& w, uint32_t row, float* out) {
    const float row_scale = f16_to_f32(w.row_scales[row]);
    const uint32_t lane = 4 * (row % kPanelRows);
    const uint8_t* p = w.panels + size_t(row / kPanelRows) * w.blocks * Layout<m>::kPanelBytes;
    for (uint32_t b = 0; b < w.blocks; b++, p += Layout<m>::kPanelBytes)
        for (uint32_t k = 0; k < 8; ++k) {
            int8_t level[4];
            higgs::decode_code<m>(w.params, higgs::get_code<m>(p, lane + k / 2, k % 2), level);
            for (int8_t v : level) *out++ = row_scale * (w.table[0] * float(v));
        }
}

template <Member m>
constexpr CodecKernels kernels = {matvec<m>, matvec<m>, decode_row<m>, nullptr};

}  // namespace

extern const CodecKernels higgs_reference[higgs::kMembers];
constinit const CodecKernels higgs_reference[higgs::kMembers] = {
    kernels<Member::b2>,  kernels<Member::b2h>, kernels<Member::b3>,
    kernels<Member::b3q>, kernels<Member::b4>,
};

}  // namespace gosset
