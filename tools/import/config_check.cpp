#include "tools/import/config_check.hpp"

#include <algorithm>
#include <cmath>

namespace gosset {
namespace {

constexpr uint32_t kMaxSize = 1u << 24;  // far above any model; keeps every product inside 64 bits

Status check_size(const char* what, uint32_t value) {
    if (value >= 1 && value <= kMaxSize) return {};
    return corrupt(std::string("the configuration's ") + what + " is " + std::to_string(value) +
                   ", not 1 to " + std::to_string(kMaxSize));
}

Status check_positive(const char* what, float value) {
    if (std::isfinite(value) && value > 0) return {};
    return corrupt(std::string("the configuration's ") + what + " is " + std::to_string(value) +
                   ", not a positive number");
}

Status check_factors(const char* what, const std::vector<float>& factors, uint32_t pairs) {
    if (factors.size() != pairs)
        return corrupt(std::string("the configuration has ") + std::to_string(factors.size()) +
                       " " + what + ", not one for each of the " + std::to_string(pairs) +
                       " rotary pairs");
    for (const float f : factors) GOSSET_TRY(check_positive(what, f));
    return {};
}

Status check_rope(const RopeKind& rope, uint32_t head_dim) {
    GOSSET_TRY(check_positive("rope theta", rope.theta));
    GOSSET_TRY(check_positive("rope scaling factor", rope.factor));
    const uint32_t rotary = rope.rotary_dim ? rope.rotary_dim : head_dim;
    if (rotary % 2 != 0 || rotary > head_dim)
        return corrupt("the configuration rotates " + std::to_string(rotary) + " of the head's " +
                       std::to_string(head_dim) + " dimensions: not an even part");
    if (rope.scaling == RopeScaling::llama3) {
        GOSSET_TRY(check_positive("low_freq_factor", rope.low_freq_factor));
        GOSSET_TRY(check_positive("high_freq_factor", rope.high_freq_factor));
        if (rope.high_freq_factor <= rope.low_freq_factor)
            return corrupt("the configuration's high_freq_factor is not above its low_freq_factor");
    }
    if (rope.scaling == RopeScaling::longrope) {
        GOSSET_TRY(check_factors("short rope factors", rope.short_factors, rotary / 2));
        GOSSET_TRY(check_factors("long rope factors", rope.long_factors, rotary / 2));
    }
    const bool has_context = rope.scaling == RopeScaling::llama3 ||
                             rope.scaling == RopeScaling::yarn ||
                             rope.scaling == RopeScaling::longrope;
    return has_context ? check_size("original context of the rope scaling", rope.original_context)
                       : Status();
}

}  // namespace

Status check_config(const ModelConfig& config, uint64_t n_tensors) {
    GOSSET_TRY(check_size("width", config.dim));
    GOSSET_TRY(check_size("number of layers", config.layers));
    GOSSET_TRY(check_size("number of heads", config.heads));
    GOSSET_TRY(check_size("number of key-value heads", config.kv_heads));
    GOSSET_TRY(check_size("head width", config.head_dim));
    GOSSET_TRY(check_size("value head width", config.v_head_dim));
    GOSSET_TRY(check_size("feed-forward width", config.ffn_dim));
    GOSSET_TRY(check_size("vocabulary", config.vocab));
    GOSSET_TRY(check_size("context length", config.max_context));
    GOSSET_TRY(check_positive("norm epsilon", config.norm_eps));
    if (config.layers > n_tensors)
        return corrupt("the configuration has " + std::to_string(config.layers) +
                       " layers, but the source only " + std::to_string(n_tensors) + " tensors");
    if (config.heads % config.kv_heads != 0)
        return corrupt("the configuration's " + std::to_string(config.heads) +
                       " heads cannot share " + std::to_string(config.kv_heads) +
                       " key-value heads evenly");
    for (const RopeKind& rope : config.ropes) GOSSET_TRY(check_rope(rope, config.head_dim));
    if (config.bos_id != UINT32_MAX && config.bos_id >= config.vocab)
        return corrupt("the beginning-of-text id " + std::to_string(config.bos_id) +
                       " is outside the vocabulary of " + std::to_string(config.vocab));
    for (const uint32_t id : config.end_ids)
        if (id >= config.vocab)
            return corrupt("the end id " + std::to_string(id) + " is outside the vocabulary of " +
                           std::to_string(config.vocab));
    return {};
}

void add_end_id(ModelConfig* config, uint32_t id) {
    std::vector<uint32_t>& ids = config->end_ids;
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
}

void set_attention_scale(float scalar, ModelConfig* config) {
    const bool usual = scalar == float(config->head_dim);
    config->attention_scale = usual ? 0.0f : float(1.0 / std::sqrt(double(scalar)));
}

}  // namespace gosset
