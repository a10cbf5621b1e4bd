/// How fast codecs encode, for `gosset bench --encode`. Never part of a test: what it measures
/// depends on who else uses the machine. Relies on simd/encoder.hpp.
#pragma once

#include "simd/codec.hpp"

namespace gosset::bench {

struct EncoderRow {
    const char* codec;
    unsigned threads;
    double
        fit_seconds;  ///< choosing the tables from 64 rows of 4096, on one thread; not in the rest
    double encode_mws;  ///< encode_rows, which chooses row scales too; 1e6 weights/s of all threads
    double feedback_mws;  ///< encode_panel (LDLQ) by given row scales; NaN for a codec without
};

/// The median of several passes over normal numbers, rows of 4096; one to a few seconds.
EncoderRow measure_encoder(const Codec&, unsigned threads);

}  // namespace gosset::bench
