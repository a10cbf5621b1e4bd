#include <algorithm>

#include "runtime/base/half.hpp"
#include "simd/codecs/pvq/halves.hpp"
#include "simd/parts/reference_panel.hpp"

namespace gosset {

namespace pvq {
namespace {

/// The point that a code stands for: halves of representatives, turned by the units, exchanged.
template <uint32_t K>
void point_of(const Fields& f, int out[8]) {
    int first[4], second[4];
    if constexpr (K == 6) {
        const uint32_t entry = kOrbitTable.entry[f.index];
        for (int i = 0; i < 4; i++) {
            first[i] = int(entry >> 8 * i & 15) - 6;
            second[i] = int(entry >> (8 * i + 4) & 15) - 6;
        }
    } else {
        const uint32_t a = Splits<K>::split_of(f.index), n = half_count(a);
        const uint32_t rest = f.index - Splits<K>::start(a);
        half_point(rest % n, int(a), first);
        half_point(rest / n, int(K - a), second);
        for (int& x : second) x = -x;
    }
    turn(f.unit1, first, out + (f.swap ? 4 : 0));
    turn(f.unit2, second, out + (f.swap ? 0 : 4));
}

template <uint32_t K>
void decode(const uint8_t*, const uint8_t* panel, PanelLevels& out) {
    for (uint32_t row = 0; row < kPanelRows; row++)
        for (uint32_t g = 0; g < 4; g++) {
            const Fields f = get_fields<K>(panel, row, g);
            int point[8];
            point_of<K>(f, point);
            for (int i = 0; i < 8; i++) out.level[row][8 * g + uint32_t(i)] = int16_t(point[i]);
            out.scale[row][g] = uint8_t(f.gain);
        }
}

template <uint32_t K>
constexpr ReferencePanel panel = {Layout<K>::kPanelBytes, ScaleKind::group, 0, decode<K>};

template <uint32_t K>
void matvec(const MatvecArgs& a) {
    reference_matvec(panel<K>, a);
}

/// One row is four groups of each panel; decoding all 64 for it would cost 16 times as much.
template <uint32_t K>
void decode_row(const Weights& w, uint32_t row, float* out) {
    const float row_scale = f16_to_f32(w.row_scales[row]);
    const uint8_t* p = w.panels + size_t(row / kPanelRows) * w.blocks * Layout<K>::kPanelBytes;
    for (uint32_t b = 0; b < w.blocks; b++, p += Layout<K>::kPanelBytes)
        for (uint32_t g = 0; g < 4; g++) {
            const Fields f = get_fields<K>(p, row % kPanelRows, g);
            int point[8];
            point_of<K>(f, point);
            for (int x : point) *out++ = row_scale * (w.table[f.gain] * float(x));
        }
}

/// layout.hpp's kExtBytes.
void extend(const int8_t* q, size_t blocks, uint8_t* ext) {
    for (size_t b = 0; b < blocks; b++, q += kPanelCols)
        for (uint32_t half = 0; half < 8; half++) {
            int x[4], turned[4];
            for (uint32_t i = 0; i < 4; i++) x[i] = q[4 * (4 * (half % 2) + i) + half / 2];
            for (uint32_t unit = 0; unit < 8; unit++) {
                turn(conj(unit), x, turned);
                for (int v : turned) *ext++ = uint8_t(v);
            }
        }
}

}  // namespace

template <uint32_t K>
constexpr CodecKernels reference = {matvec<K>, matvec<K>, decode_row<K>, extend};

}  // namespace pvq

extern const CodecKernels pvq_reference[3];
constinit const CodecKernels pvq_reference[3] = {pvq::reference<6>, pvq::reference<13>,
                                                 pvq::reference<25>};

}  // namespace gosset
