/// `gosset codecs -o svg`: rate against distance from Shannon's bound, a line a family.
/// Relies on simd/codec.hpp and tools/bench/published.hpp.
#pragma once

#include <span>
#include <string>

#include "simd/codec.hpp"
#include "tools/bench/published.hpp"

namespace gosset::cli {

/// A codec as it was measured.
struct CodecFigures {
    const Codec* codec;
    double bpw, mse, gap_db;  ///< mse and gap_db are NaN where not measured or without a value
};

/// A whole SVG document, with no fonts, scripts or files of others. One polyline a family that has
/// members within the axes; `reference` is dashed.
std::string codecs_svg(std::span<const CodecFigures> codecs,
                       std::span<const bench::ReferencePoint> reference);

}  // namespace gosset::cli
