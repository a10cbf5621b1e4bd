#include "tools/import/gguf_rope.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "tools/import/printable.hpp"

namespace gosset {
namespace {

constexpr double kTwoPi = 6.283185307179586;

Status read_factors(const GgufTensor& tensor, uint32_t pairs, std::vector<float>* out) {
    if (tensor.shape.size() != 1 || tensor.shape[0] != pairs ||
        tensor.type->readable != ElementType::f32)
        return unsupported("GGUF: tensor " + printable(tensor.name) + " is not " +
                           std::to_string(pairs) + " values of F32");
    out->resize(pairs);
    elements_to_float(ElementType::f32, tensor.data.data(), pairs, out->data());
    for (const float f : *out)
        if (!std::isfinite(f) || f <= 0)
            return corrupt("GGUF: tensor " + printable(tensor.name) + " holds a factor of " +
                           std::to_string(f) + ", not a positive number");
    return {};
}

/// The divisor that Llama 3's scaling gives to rotary pair i.
double llama3_divisor(const RopeKind& rope, uint32_t i, uint32_t rotary_dim) {
    const double wavelength = kTwoPi * std::pow(double(rope.theta), 2.0 * i / rotary_dim);
    const double context = rope.original_context;
    if (wavelength < context / double(rope.high_freq_factor)) return 1.0;
    if (wavelength > context / double(rope.low_freq_factor)) return double(rope.factor);
    const double smooth = (context / wavelength - double(rope.low_freq_factor)) /
                          (double(rope.high_freq_factor) - double(rope.low_freq_factor));
    return 1.0 / ((1.0 - smooth) / double(rope.factor) + smooth);
}

/// Whether the divisors are those of Llama 3's published parameters with some factor.
bool is_llama3(RopeKind* rope, const std::vector<float>& divisors) {
    RopeKind guess = *rope;
    guess.scaling = RopeScaling::llama3;
    guess.factor = divisors.back();
    guess.low_freq_factor = 1.0f, guess.high_freq_factor = 4.0f, guess.original_context = 8192;
    const uint32_t pairs = uint32_t(divisors.size());
    for (uint32_t i = 0; i < pairs; i++) {
        const double want = llama3_divisor(guess, i, 2 * pairs);
        if (std::fabs(double(divisors[i]) - want) > 1e-4 * want) return false;
    }
    *rope = std::move(guess);
    return true;
}

Status apply_freqs(const GgufFile& file, uint32_t head_dim, uint32_t max_context, RopeKind* rope) {
    const GgufTensor* tensor = file.tensor("rope_freqs.weight");
    if (!tensor) return {};
    if (rope->scaling != RopeScaling::none)
        return unsupported(
            "GGUF: rope_freqs.weight and another way of scaling the rotation at once");
    std::vector<float> divisors;
    GOSSET_TRY(
        read_factors(*tensor, (rope->rotary_dim ? rope->rotary_dim : head_dim) / 2, &divisors));
    if (divisors.empty() || is_llama3(rope, divisors)) return {};
    rope->scaling = RopeScaling::longrope;
    rope->attention_factor = 1.0f;
    rope->original_context = max_context;
    rope->short_factors = divisors;
    rope->long_factors = std::move(divisors);
    return {};
}

/// Phi-3's two lists of divisors, for short and for long contexts.
Status apply_factors(const GgufFile& file, uint32_t head_dim, uint32_t max_context, float attention,
                     RopeKind* rope) {
    const GgufTensor* lists[] = {file.tensor("rope_factors_short.weight"),
                                 file.tensor("rope_factors_long.weight")};
    if (!lists[0] && !lists[1]) {
        if (rope->scaling == RopeScaling::none) rope->original_context = 0;
        return attention == 1.0f ? Status()
                                 : unsupported(
                                       "GGUF: key rope.scaling.attn_factor without "
                                       "rope_factors_short.weight is not read");
    }
    if (!lists[0] || !lists[1])
        return corrupt("GGUF: of rope_factors_short.weight and rope_factors_long.weight only one");
    if (rope->scaling != RopeScaling::none)
        return unsupported("GGUF: two ways of scaling the rotation at once");
    const uint32_t pairs = (rope->rotary_dim ? rope->rotary_dim : head_dim) / 2;
    GOSSET_TRY(read_factors(*lists[0], pairs, &rope->short_factors));
    GOSSET_TRY(read_factors(*lists[1], pairs, &rope->long_factors));
    rope->scaling = RopeScaling::longrope;
    if (rope->original_context == 0) rope->original_context = max_context;
    const double factor = double(max_context) / double(rope->original_context);
    rope->factor = float(factor);
    // The file holds it rounded; where it is what the lists imply, it is derived again.
    const double implied =
        factor > 1 ? std::sqrt(1 + std::log(factor) / std::log(double(rope->original_context))) : 1;
    const bool usual = std::fabs(double(attention) - implied) <= 1e-6 * implied;
    rope->attention_factor = usual ? 0.0f : attention;
    return {};
}

Status read_scaling(const GgufFile& file, const std::string& prefix, float* attention,
                    RopeKind* rope) {
    std::string type = "none";
    GOSSET_TRY(file.read(prefix + "rope.scale_linear", &rope->factor));  // before rope.scaling.*
    if (file.find(prefix + "rope.scale_linear") && rope->factor != 1.0f) type = "linear";
    GOSSET_TRY(file.read(prefix + "rope.scaling.type", &type));
    GOSSET_TRY(file.read(prefix + "rope.scaling.factor", &rope->factor));
    GOSSET_TRY(file.read(prefix + "rope.scaling.attn_factor", attention));
    GOSSET_TRY(file.read(prefix + "rope.scaling.original_context_length", &rope->original_context));
    if (type == "none") {
        rope->factor = 1.0f;
    } else if (type == "linear") {
        rope->scaling = RopeScaling::linear;
    } else if (type == "yarn") {
        rope->scaling = RopeScaling::yarn;
        rope->beta_fast = 32.0f, rope->beta_slow = 1.0f;
        GOSSET_TRY(file.read(prefix + "rope.scaling.yarn_beta_fast", &rope->beta_fast));
        GOSSET_TRY(file.read(prefix + "rope.scaling.yarn_beta_slow", &rope->beta_slow));
    } else {
        return unsupported("GGUF: key " + printable(prefix + "rope.scaling.type") + " is " +
                           printable(type) + ": none, linear and yarn are read");
    }
    return {};
}

}  // namespace

Result<RopeKind> gguf_rope(const GgufFile& file, const std::string& prefix, uint32_t head_dim,
                           uint32_t max_context) {
    RopeKind rope;
    GOSSET_TRY(file.read(prefix + "rope.freq_base", &rope.theta));
    GOSSET_TRY(file.read(prefix + "rope.dimension_count", &rope.rotary_dim));
    if (rope.rotary_dim == head_dim) rope.rotary_dim = 0;
    float attention = 1.0f;
    GOSSET_TRY(read_scaling(file, prefix, &attention, &rope));
    GOSSET_TRY(apply_factors(file, head_dim, max_context, attention, &rope));
    GOSSET_TRY(apply_freqs(file, head_dim, max_context, &rope));
    return rope;
}

}  // namespace gosset
