/// Encoding: f32 rows -> panels. Lives beside each codec (simd/codecs/<family>/encode.cpp) in the
/// library gosset_encode, which tools link and firmware never does. Deterministic: the same input
/// gives the same bytes on every machine and for every thread count.
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/codec.hpp"

namespace gosset {

/// One panel to be encoded with error feedback: its groups of columns are encoded from the last to
/// the first, each after the errors of those behind it were added to its target (LDLQ: QuIP, arXiv
/// 2307.13304, eq. 2; over blocks of columns: QuIP#, 2402.04396, section 4.2).
struct FeedbackPanel {
    const float* weights;  ///< [16] rows `stride` apart of 32: what the codes should stand for
    size_t stride;
    const float (*target)[kPanelCols];  ///< [16]: weights, and the feedback from behind the panel
    /// [32]: feedback[k][c] is what the error of column k adds to the target of column c. Read
    /// where k lies in a group behind that of c.
    const float (*feedback)[kPanelCols];
    const Tables* tables;
    const uint16_t* row_scales;
    uint8_t* panel;              ///< out
    float (*error)[kPanelCols];  ///< out, [16]: weights - what the codes stand for
};

struct Encoder {
    /// Chooses the tensor's scale table and params from a sample of its rows ([rows][cols], cols a
    /// multiple of 32, any rows). Null for codecs without.
    void (*fit)(const Codec&, const float* rows, size_t n_rows, size_t cols, Tables&);
    /// Encodes one row block: 16 rows of `cols` floats (cols a multiple of 32; padding is 0) into
    /// cols/32 panels and 16 fp16 row scales. `importance`: [cols] weights of the squared error,
    /// or null for all ones. Pure and thread-safe.
    void (*encode_rows)(const Codec&, const float* rows, size_t cols, const float* importance,
                        const Tables&, uint8_t* panels, uint16_t* row_scales);

    /// Columns of a row that are encoded together; 0: the codec takes no error feedback, and what
    /// follows is null.
    uint32_t group = 0;
    /// The row scales that encode_rows would choose for these 16 rows.
    void (*choose_row_scales)(const Codec&, const float* rows, size_t cols, const Tables&,
                              uint16_t* row_scales) = nullptr;
    /// Pure and thread-safe. Without feedback it gives the codes of encode_rows.
    void (*encode_panel)(const Codec&, const FeedbackPanel&) = nullptr;
};

/// The encoder of a codec; never null for a codec of all_codecs().
const Encoder* find_encoder(const Codec&);

}  // namespace gosset
