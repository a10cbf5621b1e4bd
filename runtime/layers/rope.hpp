/// Rotary embeddings of one kind as frequencies, scaled once when a model is bound, and the cosines
/// and sines of a position. All in double through runtime/base/math.hpp: the same bits everywhere.
#pragma once

#include <cstdint>
#include <vector>

#include "format/config.hpp"

namespace gosset {

/// Frequencies of the pairs (i, i + pairs), in radians a position.
struct Rope {
    std::vector<double> frequency;       ///< [pairs]
    std::vector<double> long_frequency;  ///< longrope: those of contexts beyond original_context
    uint32_t original_context = 0;
    double attention_factor = 1;  ///< cosines and sines are multiplied by it

    uint32_t pairs() const { return uint32_t(frequency.size()); }
    /// Of a session that holds `context` positions.
    const std::vector<double>& of_context(uint32_t context) const {
        return !long_frequency.empty() && context > original_context ? long_frequency : frequency;
    }
};

/// `kind` has passed validation (format/validate.hpp). Pair i of n turns by theta^(-i/n), which the
/// scaling changes:
///   linear     / factor (kaiokendev 2023)
///   llama3     / factor for wavelengths beyond original_context / low_freq_factor, unchanged
///              below original_context / high_freq_factor, blended between (Llama 3.1)
///   yarn       arXiv 2309.00071: / factor for slow pairs, unchanged for fast ones, a ramp between;
///              attention factor 0.1 ln(factor) + 1 unless given
///   longrope   arXiv 2402.13753: / short_factors[i], or / long_factors[i]; attention factor
///              sqrt(1 + ln(factor) / ln(original_context)) unless given
Rope make_rope(const RopeKind& kind, uint32_t head_dim);

/// cosine[i], sine[i] of the angle position * frequency[i], times `factor`; i < frequency.size().
void rope_angles(const std::vector<double>& frequency, double factor, uint32_t position,
                 float* cosine, float* sine);

}  // namespace gosset
