/// Encoding: f32 rows -> panels. Lives beside each codec (simd/codecs/<family>/encode.cpp) in the
/// library gosset_encode, which tools link and firmware never does. Deterministic: the same input
/// gives the same bytes on every machine and for every thread count.
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/codec.hpp"

namespace gosset {

struct Encoder {
    /// Chooses the tensor's 16-entry scale table from a sample of its rows ([rows][cols], cols a
    /// multiple of 32, any rows). Null for codecs that are not scaled.
    void (*fit_table)(const Codec&, const float* rows, size_t n_rows, size_t cols,
                      float table[kScaleTable]);
    /// Encodes one row block: 16 rows of `cols` floats (cols a multiple of 32; padding is 0) into
    /// cols/32 panels and 16 fp16 row scales. `importance`: [cols] weights of the squared error,
    /// or null for all ones. Pure and thread-safe.
    void (*encode_rows)(const Codec&, const float* rows, size_t cols, const float* importance,
                        const float table[kScaleTable], uint8_t* panels, uint16_t* row_scales);
};

/// The encoder of a codec; never null for a codec of all_codecs().
const Encoder* find_encoder(const Codec&);

}  // namespace gosset
