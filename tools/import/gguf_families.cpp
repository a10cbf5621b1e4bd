#include "tools/import/gguf_families.hpp"

#include <algorithm>
#include <cmath>

#include "tools/import/config_check.hpp"
#include "tools/import/printable.hpp"

namespace gosset {
namespace {

constexpr const char *kWindow = "attention.sliding_window",
                     *kPattern = "attention.sliding_window_pattern",
                     *kLocalTheta = "rope.freq_base_swa", *kAttentionCap = "attn_logit_softcapping",
                     *kFinalCap = "final_logit_softcapping";

/// One window for all layers; 0: none.
Status finish_window(const GgufFile& file, const std::string& prefix, ModelConfig* c) {
    return file.read(prefix + kWindow, &c->sliding_window);
}

Status finish_qwen2(const GgufFile&, const std::string&, ModelConfig*) {
    return {};
}

Status finish_qwen3(const GgufFile&, const std::string&, ModelConfig* c) {
    c->qk_norm = true;
    return {};
}

Status finish_gemma(const GgufFile&, const std::string&, ModelConfig* c) {
    c->norm_offset = 1.0f;  // what the file has added is taken off again: names.hpp
    c->activation = Activation::gelu_tanh;
    c->embedding_scale = float(std::sqrt(double(c->dim)));
    return {};
}

/// Which layers see a window: a list, or every `pattern`-th sees all (0: none does).
Status read_pattern(const GgufFile& file, const std::string& prefix, uint32_t pattern,
                    ModelConfig* c) {
    if (c->sliding_window == 0) return {};
    const GgufValue* value = file.find(prefix + kPattern);
    std::vector<bool> listed;
    if (value && value->type == GgufType::array) {
        GOSSET_TRY(file.read(prefix + kPattern, &listed));
        if (listed.size() < c->layers)
            return corrupt("GGUF: key " + printable(prefix + kPattern) + " has " +
                           std::to_string(listed.size()) + " entries for " +
                           std::to_string(c->layers) + " layers");
    } else {
        GOSSET_TRY(file.read(prefix + kPattern, &pattern));
    }
    // Bounded by the check of the sizes, which comes later: a model has no more layers.
    for (uint32_t i = 0; i < std::min(c->layers, 1u << 16); i++) {
        const bool by_number = pattern == 0 || (i + 1) % pattern != 0;
        c->window_layers.push_back(listed.empty() ? by_number : listed[i]);
    }
    return {};
}

/// The largest of the releases is scaled by its width, not by its head's; no key says so.
void scale_attention(uint32_t layers_of_largest, ModelConfig* c) {
    if (c->layers == layers_of_largest) set_attention_scale(float(c->dim / c->heads), c);
}

Status finish_gemma2(const GgufFile& file, const std::string& prefix, ModelConfig* c) {
    GOSSET_TRY(finish_gemma(file, prefix, c));
    c->post_norm = true;
    c->sliding_window = 4096, c->attention_softcap = 50.0f, c->final_softcap = 30.0f;
    GOSSET_TRY(file.read(prefix + kAttentionCap, &c->attention_softcap));
    GOSSET_TRY(file.read(prefix + kFinalCap, &c->final_softcap));
    GOSSET_TRY(finish_window(file, prefix, c));
    scale_attention(46, c);
    return read_pattern(file, prefix, 2, c);
}

Status finish_gemma3(const GgufFile& file, const std::string& prefix, ModelConfig* c) {
    GOSSET_TRY(finish_gemma(file, prefix, c));
    c->post_norm = c->qk_norm = true;
    GOSSET_TRY(file.read(prefix + kFinalCap, &c->final_softcap));
    GOSSET_TRY(finish_window(file, prefix, c));
    scale_attention(62, c);
    GOSSET_TRY(read_pattern(file, prefix, 6, c));
    if (c->window_layers.empty()) return {};
    RopeKind local;
    local.rotary_dim = c->ropes[0].rotary_dim;
    GOSSET_TRY(file.read(prefix + kLocalTheta, &local.theta));
    c->ropes.push_back(local);
    c->rope_of_layer = c->window_layers;
    return {};
}

const std::vector<GgufFamily>& all() {
    static const std::vector<GgufFamily> list = {
        {"llama", {kWindow}, finish_window},
        {"qwen2", {}, finish_qwen2},
        {"qwen3", {}, finish_qwen3},
        {"gemma", {}, finish_gemma},
        {"gemma2", {kWindow, kPattern, kAttentionCap, kFinalCap}, finish_gemma2},
        {"gemma3", {kWindow, kPattern, kLocalTheta, kFinalCap}, finish_gemma3},
        {"phi3", {kWindow}, finish_window},
    };
    return list;
}

}  // namespace

bool GgufFamily::owns(std::string_view key) const {
    return std::find(own_keys.begin(), own_keys.end(), key) != own_keys.end();
}

const GgufFamily& gguf_family_of(std::string_view name) {
    const auto found = std::find_if(all().begin(), all().end(),
                                    [&](const GgufFamily& f) { return name == f.name; });
    return found == all().end() ? all().front() : *found;
}

}  // namespace gosset
