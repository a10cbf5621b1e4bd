/// The scalar definition of gemv, gemm and decode_row for codecs with int8 activations: a codec
/// supplies how a panel becomes levels. Obvious, not fast: it is the oracle and the fallback.
/// Compiled with baseline flags. Relies on simd/kernels.hpp; never include it in a kernel file.
#pragma once

#include "simd/kernels.hpp"

namespace gosset {

struct PanelLevels {
    int16_t level[kPanelRows][kPanelCols];
    uint8_t scale[kPanelRows][4];  ///< index of each group; only codecs of ScaleKind::group set it
};

struct ReferencePanel {
    uint32_t bytes;  ///< of a panel
    ScaleKind scale;
    uint32_t index_at;  ///< where the 8 bytes of scale indices begin, for ScaleKind::block
    /// Any bytes are defined: |level| <= 128, index < kScaleTable.
    void (*decode)(const uint8_t* params, const uint8_t* panel, PanelLevels& out);
};

/// Row r's scale index is nibble r: byte r / 2, the even row in the low nibble.
inline uint32_t scale_index(const uint8_t* nibbles, uint32_t row) {
    return nibbles[row / 2] >> (4 * (row % 2)) & 15;
}

/// kernels.hpp's ActKind::i8 for all args.tokens tokens.
void reference_matvec(const ReferencePanel&, const MatvecArgs&);
/// out[32 * b + c] = row_scale * (table[index] * level).
void reference_decode_row(const ReferencePanel&, const Weights&, uint32_t row, float* out);

}  // namespace gosset
