#include "runtime/base/half.hpp"
#include "simd/codecs/e8n/layout.hpp"
#include "simd/codecs/e8n/residue.hpp"
#include "simd/parts/reference_panel.hpp"

namespace gosset {

namespace {

template <int Q>
void decode(const uint8_t*, const uint8_t* panel, PanelLevels& out) {
    for (int lane = 0; lane < 64; ++lane) {
        uint8_t codes[8];
        int group[8];
        e8n::get_codes<Q>(panel, lane, codes);
        e8n::decode_group<Q>(codes, group);
        for (int i = 0; i < 8; ++i) out.level[lane / 4][8 * (lane % 4) + i] = int16_t(group[i]);
    }
}

template <int Q>
constexpr ReferencePanel panel = {e8n::Layout<Q>::kPanelBytes, ScaleKind::block,
                                  e8n::Layout<Q>::kCodeBytes, decode<Q>};

template <int Q>
void matvec(const MatvecArgs& a) {
    reference_matvec(panel<Q>, a);
}
/// One row is four lanes of each panel; decoding all 64 for it would cost 16 times as much.
template <int Q>
void decode_row(const Weights& w, uint32_t row, float* out) {
    using L = e8n::Layout<Q>;
    const float row_scale = f16_to_f32(w.row_scales[row]);
    const uint32_t r = row % kPanelRows;
    const uint8_t* p = w.panels + size_t(row / kPanelRows) * w.blocks * L::kPanelBytes;
    for (uint32_t b = 0; b < w.blocks; b++, p += L::kPanelBytes) {
        const float scale = w.table[scale_index(p + L::kCodeBytes, r)];
        for (int g = 0; g < 4; ++g) {
            uint8_t codes[8];
            int group[8];
            e8n::get_codes<Q>(p, int(4 * r) + g, codes);
            e8n::decode_group<Q>(codes, group);
            for (int i = 0; i < 8; ++i) *out++ = row_scale * (scale * float(group[i]));
        }
    }
}

/// layout.hpp's kExtBytes: the activations of a block by group, coordinate and sign.
void extend(const int8_t* q, size_t blocks, uint8_t* ext) {
    for (size_t b = 0; b < blocks; ++b, q += kPanelCols, ext += e8n::kExtBytes)
        for (int g = 0; g < 4; ++g)
            for (int i = 0; i < 8; ++i) {
                ext[16 * g + 2 * i] = uint8_t(-q[4 * i + g]);
                ext[16 * g + 2 * i + 1] = uint8_t(q[4 * i + g]);
            }
}

}  // namespace

extern const CodecKernels e8n_reference[3];
constinit const CodecKernels e8n_reference[3] = {
    {matvec<4>, matvec<4>, decode_row<4>, extend},
    {matvec<8>, matvec<8>, decode_row<8>, extend},
    {matvec<16>, matvec<16>, decode_row<16>, extend},
};

}  // namespace gosset
