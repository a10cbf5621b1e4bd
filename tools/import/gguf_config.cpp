#include "tools/import/gguf_config.hpp"

#include <iterator>
#include <string>
#include <utility>

#include "tools/import/config_check.hpp"
#include "tools/import/gguf_families.hpp"
#include "tools/import/gguf_rope.hpp"
#include "tools/import/printable.hpp"

namespace gosset {
namespace {

// Everything that is read of every architecture ("llama.*"), here or in gguf_rope.cpp.
constexpr const char* kKnownKeys[] = {
    "vocab_size",
    "context_length",
    "embedding_length",
    "block_count",
    "feed_forward_length",
    "attention.head_count",
    "attention.head_count_kv",
    "attention.key_length",
    "attention.value_length",
    "attention.layer_norm_rms_epsilon",
    "rope.dimension_count",
    "rope.freq_base",
    "rope.scale_linear",
    "rope.scaling.type",
    "rope.scaling.factor",
    "rope.scaling.attn_factor",
    "rope.scaling.original_context_length",
    "rope.scaling.yarn_beta_fast",
    "rope.scaling.yarn_beta_slow",
};
// Keys that change nothing when they hold this value.
struct Neutral {
    const char* key;
    float value;
};
constexpr Neutral kNeutral[] = {
    {"expert_count", 0},          {"expert_used_count", 0},        {"attention.causal", 1},
    {"use_parallel_residual", 0}, {"attention.sliding_window", 0}, {"logit_scale", 1},
    {"attention.scale", 0},       {"embedding_scale", 1},          {"residual_scale", 1},
};
// True of the history of the file, not of what the model computes.
constexpr const char* kHistory[] = {"rope.scaling.finetuned", "tensor_data_layout"};

bool holds(const GgufFile& file, const std::string& key, float wanted) {
    const GgufValue& value = *file.find(key);
    if (value.type == GgufType::boolean) return (value.bytes[0] != 0) == (wanted != 0);
    uint32_t whole = 0;
    float real = 0;
    if (file.read(key, &whole).ok()) return float(whole) == wanted;
    return file.read(key, &real).ok() && real == wanted;
}

Status refuse_unknown_keys(const GgufFile& file, const std::string& prefix,
                           const GgufFamily& family) {
    const auto listed = [](const auto& list, std::string_view name) {
        for (const char* known : list)
            if (name == known) return true;
        return false;
    };
    for (auto it = file.values().lower_bound(prefix);
         it != file.values().end() && it->first.starts_with(prefix); ++it) {
        const std::string_view name = it->first.substr(prefix.size());
        if (listed(kKnownKeys, name) || listed(kHistory, name) || family.owns(name)) continue;
        bool harmless = false;
        for (const Neutral& n : kNeutral)
            harmless |= name == n.key && holds(file, std::string(it->first), n.value);
        if (!harmless)
            return unsupported("GGUF: key " + printable(it->first) +
                               " is not understood and may change what the model computes");
    }
    return {};
}

Status require(const GgufFile& file, const std::string& key, uint32_t* out) {
    if (!file.find(key)) return corrupt("GGUF: key " + printable(key) + " is missing");
    return file.read(key, out);
}

Status read_sizes(const GgufFile& file, const std::string& prefix, ModelConfig* c) {
    GOSSET_TRY(require(file, prefix + "embedding_length", &c->dim));
    GOSSET_TRY(require(file, prefix + "block_count", &c->layers));
    GOSSET_TRY(require(file, prefix + "feed_forward_length", &c->ffn_dim));
    GOSSET_TRY(require(file, prefix + "context_length", &c->max_context));
    GOSSET_TRY(require(file, prefix + "attention.head_count", &c->heads));
    c->kv_heads = c->heads;
    GOSSET_TRY(file.read(prefix + "attention.head_count_kv", &c->kv_heads));
    if (c->heads == 0)
        return corrupt("GGUF: key " + printable(prefix + "attention.head_count") + " is 0");
    c->head_dim = c->dim / c->heads;
    GOSSET_TRY(file.read(prefix + "attention.key_length", &c->head_dim));
    c->v_head_dim = c->dim / c->heads;
    GOSSET_TRY(file.read(prefix + "attention.value_length", &c->v_head_dim));
    if (!file.find(prefix + "attention.key_length") && c->dim % c->heads != 0)
        return corrupt("GGUF: a width of " + std::to_string(c->dim) + " cannot be cut into " +
                       std::to_string(c->heads) + " heads, and there is no " +
                       printable(prefix + "attention.key_length"));
    if (!file.find(prefix + "attention.layer_norm_rms_epsilon"))
        return corrupt("GGUF: key " + printable(prefix + "attention.layer_norm_rms_epsilon") +
                       " is missing");
    return file.read(prefix + "attention.layer_norm_rms_epsilon", &c->norm_eps);
}

/// The rows of the embedding; a key that says otherwise contradicts it.
Status read_vocab(const GgufFile& file, const std::string& prefix, ModelConfig* c) {
    const GgufTensor* embedding = file.tensor("token_embd.weight");
    if (!embedding) return corrupt("GGUF: tensor 'token_embd.weight' is missing");
    if (embedding->shape.size() == 2 && embedding->shape[0] <= UINT32_MAX)
        c->vocab = uint32_t(embedding->shape[0]);
    return file.read(prefix + "vocab_size", &c->vocab);
}

}  // namespace

Result<const ModelFamily*> gguf_family(const GgufFile& file) {
    std::string name;
    GOSSET_TRY(file.read("general.architecture", &name));
    if (name.empty()) return corrupt("GGUF: key 'general.architecture' is missing");
    std::string known;
    for (const ModelFamily& f : families()) {
        if (!f.gguf) continue;
        if (name == f.gguf) return &f;
        known += (known.empty() ? "" : ", ") + std::string(f.gguf);
    }
    return unsupported("GGUF: architecture " + printable(name) +
                       " cannot be imported yet; known are: " + known);
}

Result<ModelConfig> gguf_config(const GgufFile& file, const ModelFamily& family,
                                const TokenizerData& tokenizer) {
    const std::string prefix = std::string(family.gguf) + ".";
    const GgufFamily& reading = gguf_family_of(family.name);
    uint32_t parts = 1;
    GOSSET_TRY(file.read("split.count", &parts));
    if (parts > 1)
        return unsupported("GGUF: one of " + std::to_string(parts) +
                           " parts of a model: merge them into one file first");
    GOSSET_TRY(refuse_unknown_keys(file, prefix, reading));
    ModelConfig c;
    c.architecture = family.name;
    GOSSET_TRY(read_sizes(file, prefix, &c));
    GOSSET_TRY(read_vocab(file, prefix, &c));
    GOSSET_ASSIGN(RopeKind rope, gguf_rope(file, prefix, c.head_dim, c.max_context));
    c.ropes.push_back(std::move(rope));
    GOSSET_TRY(reading.finish(file, prefix, &c));
    c.tied_head = !file.tensor("output.weight");
    c.q_bias = file.tensor("blk.0.attn_q.bias");
    c.k_bias = file.tensor("blk.0.attn_k.bias");
    c.v_bias = file.tensor("blk.0.attn_v.bias");
    c.o_bias = file.tensor("blk.0.attn_output.bias");
    c.mlp_bias = file.tensor("blk.0.ffn_gate.bias");
    c.bos_id = tokenizer.traits.bos;
    c.add_bos = tokenizer.traits.add_bos;
    if (tokenizer.traits.eos != UINT32_MAX) add_end_id(&c, tokenizer.traits.eos);
    for (const uint32_t id : tokenizer.end_ids) add_end_id(&c, id);
    GOSSET_TRY(check_config(c, file.tensors().size()));
    return c;
}

}  // namespace gosset
