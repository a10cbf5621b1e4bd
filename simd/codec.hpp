/// A codec as data: its name in files, its geometry, its scalar definition and its encoder.
/// Adding a family is one folder under simd/codecs/ and one line in simd/codecs.def.
///
/// The panel: weights W[rows, cols] are cut into panels of 16 rows x 32 columns, rows padded to 16
/// and columns to 32. Panels of a row block follow each other along the columns; a panel's codes
/// and scale indices are one contiguous run of `panel_bytes` bytes. The same bytes serve every ISA.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "simd/kernels.hpp"

namespace gosset {

/// One member of a family ("e8n4" of family "e8n").
struct Codec {
    const char* name;     ///< the string in the file; ends in the nominal bits
    const char* family;   ///< the folder under simd/codecs/
    const char* summary;  ///< one line for `gosset codecs`
    uint32_t version;     ///< of the byte layout; a file with another version is refused
    float nominal_bits;
    ActKind act;             ///< what kind of activations gemv reads
    uint32_t panel_bytes;    ///< codes and scale indices of 512 weights
    ScaleKind scale;         ///< unless none, it has fp16 row scales and a 16-entry table
    bool rotate;             ///< `quantize --rotate auto` rotates the input side
    uint32_t act_ext_bytes;  ///< codec's own bytes per token and 32-column block (kernels.hpp)
    /// Level tables or grids that a tensor brings along (segment "params"), at most kMaxParams; 0:
    /// none.
    uint32_t params_bytes;
    bool (*valid_params)(const uint8_t*);  ///< null: any bytes are valid

    /// Scalar kernels: the definition, the oracle and the fallback.
    const CodecKernels* reference;
};

inline constexpr uint32_t kMaxParams = 4096;

/// What the rows of a tensor share, as its encoder chose it.
struct Tables {
    float scale[kScaleTable] = {};
    alignas(64) uint8_t params[kMaxParams] = {};
};

/// Bytes of the "codes" segment / rows of the "row_scales" segment of a rows x cols tensor.
constexpr uint64_t padded_rows(uint64_t rows) {
    return (rows + 15) / 16 * 16;
}
constexpr uint64_t padded_cols(uint64_t cols) {
    return (cols + 31) / 32 * 32;
}
inline uint64_t codes_size(const Codec& c, uint64_t rows, uint64_t cols) {
    return padded_rows(rows) / 16 * (padded_cols(cols) / 32) * c.panel_bytes;
}

/// All members of the families in this build, in the order of codecs.def.
std::span<const Codec* const> all_codecs();
/// nullptr when this build has none of that name.
const Codec* find_codec(const char* name, size_t length);

}  // namespace gosset
