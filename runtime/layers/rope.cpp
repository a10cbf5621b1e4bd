#include "runtime/layers/rope.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/base/math.hpp"

namespace gosset {

namespace {

constexpr double kTwoPi = 6.283185307179586;

void scale_llama3(const RopeKind& kind, std::vector<double>& frequency) {
    const double factor = kind.factor, low = kind.low_freq_factor, high = kind.high_freq_factor;
    for (double& f : frequency) {
        const double turns = double(kind.original_context) * f / kTwoPi;  // context / wavelength
        if (turns < low) {
            f /= factor;
        } else if (turns <= high) {
            const double smooth = (turns - low) / (high - low);
            f = (1 - smooth) * f / factor + smooth * f;
        }
    }
}

/// The pair, as a real number, that makes `rotations` turns over the original context.
double pair_of(const RopeKind& kind, double rotations, double rotary_dim) {
    return rotary_dim * math::log(double(kind.original_context) / (rotations * kTwoPi)) /
           (2 * math::log(double(kind.theta)));
}

void scale_yarn(const RopeKind& kind, std::vector<double>& frequency) {
    const double factor = kind.factor, dim = 2 * double(frequency.size());
    const double low = std::max(std::floor(pair_of(kind, double(kind.beta_fast), dim)), 0.0);
    double high = std::min(std::ceil(pair_of(kind, double(kind.beta_slow), dim)), dim - 1);
    if (low == high) high += 0.001;
    for (size_t i = 0; i < frequency.size(); i++) {
        const double ramp = std::clamp((double(i) - low) / (high - low), 0.0, 1.0);
        frequency[i] = frequency[i] / factor * ramp + frequency[i] * (1 - ramp);
    }
}

double attention_factor(const RopeKind& kind) {
    const double factor = kind.factor;
    if (kind.attention_factor != 0) return kind.attention_factor;
    if (factor <= 1) return 1;
    if (kind.scaling == RopeScaling::yarn) return 0.1 * math::log(factor) + 1;
    if (kind.scaling == RopeScaling::longrope)
        return std::sqrt(1 + math::log(factor) / math::log(double(kind.original_context)));
    return 1;
}

}  // namespace

Rope make_rope(const RopeKind& kind, uint32_t head_dim) {
    const uint32_t rotary = kind.rotary_dim ? kind.rotary_dim : head_dim;
    Rope rope;
    rope.original_context = kind.original_context;
    for (uint32_t i = 0; i < rotary / 2; i++)
        rope.frequency.push_back(math::pow(double(kind.theta), -2.0 * i / rotary));
    switch (kind.scaling) {
        case RopeScaling::none:
            break;
        case RopeScaling::linear:
            for (double& f : rope.frequency) f /= double(kind.factor);
            break;
        case RopeScaling::llama3:
            scale_llama3(kind, rope.frequency);
            break;
        case RopeScaling::yarn:
            scale_yarn(kind, rope.frequency);
            rope.attention_factor = attention_factor(kind);
            break;
        case RopeScaling::longrope:
            rope.long_frequency = rope.frequency;
            for (size_t i = 0; i < rope.frequency.size(); i++) {
                rope.frequency[i] /= double(kind.short_factors[i]);
                rope.long_frequency[i] /= double(kind.long_factors[i]);
            }
            rope.attention_factor = attention_factor(kind);
            break;
    }
    return rope;
}

void rope_angles(const std::vector<double>& frequency, double factor, uint32_t position,
                 float* cosine, float* sine) {
    for (size_t i = 0; i < frequency.size(); i++) {
        const double angle = double(position) * frequency[i];
        cosine[i] = float(math::cos(angle) * factor);
        sine[i] = float(math::sin(angle) * factor);
    }
}

}  // namespace gosset
