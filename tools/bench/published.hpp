/// What others measured, or simulations of what they describe: figures to hold `gosset codecs --rd`
/// against. Plain data; relies on nothing.
#pragma once

#include <span>
#include <string_view>

namespace gosset::bench {

/// A point of rate and distortion on N(0, 1).
struct ReferencePoint {
    const char* name;    ///< of the codec that it is held against, or of the quantizer
    double bpw, mse;     ///< all stored bits a weight, but for what a row or a tensor shares
    const char* source;  ///< "published": a paper prints it; "simulated": we ran the described code
};

/// The figure for a codec, or nullptr.
const ReferencePoint* published_figure(std::string_view codec);

/// Lloyd-Max scalar quantizers at 2, 3 and 4 bits, by rising bits: no codecs of this build.
std::span<const ReferencePoint> lloyd_max_points();

}  // namespace gosset::bench
