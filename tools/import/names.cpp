#include "tools/import/names.hpp"

#include <algorithm>

#include "tools/import/printable.hpp"

namespace gosset {
namespace {

using C = ModelConfig;

#define GOSSET_LAYER "model.layers.#."
constexpr TensorRule kLlama[] = {
    {Role::embed, "model.embed_tokens.weight", "token_embd.weight", Dim::vocab, Dim::dim, nullptr,
     false},
    {Role::attn_norm, GOSSET_LAYER "input_layernorm.weight", "blk.#.attn_norm.weight", Dim::one,
     Dim::dim},
    {Role::q, GOSSET_LAYER "self_attn.q_proj.weight", "blk.#.attn_q.weight", Dim::q_rows, Dim::dim},
    {Role::k, GOSSET_LAYER "self_attn.k_proj.weight", "blk.#.attn_k.weight", Dim::k_rows, Dim::dim},
    {Role::v, GOSSET_LAYER "self_attn.v_proj.weight", "blk.#.attn_v.weight", Dim::v_rows, Dim::dim},
    {Role::o, GOSSET_LAYER "self_attn.o_proj.weight", "blk.#.attn_output.weight", Dim::dim,
     Dim::o_cols},
    {Role::q_bias, GOSSET_LAYER "self_attn.q_proj.bias", "blk.#.attn_q.bias", Dim::one, Dim::q_rows,
     &C::q_bias},
    {Role::k_bias, GOSSET_LAYER "self_attn.k_proj.bias", "blk.#.attn_k.bias", Dim::one, Dim::k_rows,
     &C::k_bias},
    {Role::v_bias, GOSSET_LAYER "self_attn.v_proj.bias", "blk.#.attn_v.bias", Dim::one, Dim::v_rows,
     &C::v_bias},
    {Role::o_bias, GOSSET_LAYER "self_attn.o_proj.bias", "blk.#.attn_output.bias", Dim::one,
     Dim::dim, &C::o_bias},
    {Role::ffn_norm, GOSSET_LAYER "post_attention_layernorm.weight", "blk.#.ffn_norm.weight",
     Dim::one, Dim::dim},
    {Role::gate, GOSSET_LAYER "mlp.gate_proj.weight", "blk.#.ffn_gate.weight", Dim::ffn, Dim::dim},
    {Role::up, GOSSET_LAYER "mlp.up_proj.weight", "blk.#.ffn_up.weight", Dim::ffn, Dim::dim},
    {Role::down, GOSSET_LAYER "mlp.down_proj.weight", "blk.#.ffn_down.weight", Dim::dim, Dim::ffn},
    {Role::gate_bias, GOSSET_LAYER "mlp.gate_proj.bias", "blk.#.ffn_gate.bias", Dim::one, Dim::ffn,
     &C::mlp_bias},
    {Role::up_bias, GOSSET_LAYER "mlp.up_proj.bias", "blk.#.ffn_up.bias", Dim::one, Dim::ffn,
     &C::mlp_bias},
    {Role::down_bias, GOSSET_LAYER "mlp.down_proj.bias", "blk.#.ffn_down.bias", Dim::one, Dim::dim,
     &C::mlp_bias},
    {Role::final_norm, "model.norm.weight", "output_norm.weight", Dim::one, Dim::dim, nullptr,
     false},
    {Role::head, "lm_head.weight", "output.weight", Dim::vocab, Dim::dim, nullptr, false},
};
#undef GOSSET_LAYER

constexpr ModelFamily kFamilies[] = {
    {"llama", "LlamaForCausalLM", "llama", true, kLlama},
};

std::string with_layer(std::string name, int32_t layer) {
    const size_t at = name.find('#');
    if (at != std::string::npos) name.replace(at, 1, std::to_string(layer));
    return name;
}

bool wanted(const TensorRule& rule, const ModelConfig& config) {
    if (rule.role == Role::head && config.tied_head) return false;
    return !rule.only_if || config.*rule.only_if;
}

ExpectedTensor expect(const TensorRule& rule, int32_t layer, const ModelConfig& config) {
    ExpectedTensor t{&rule, layer, with_layer(rule.hf, layer), with_layer(rule.gguf, layer), {}};
    if (rule.rows != Dim::one) t.shape.push_back(dim_size(rule.rows, config));
    t.shape.push_back(dim_size(rule.cols, config));
    return t;
}

}  // namespace

uint64_t dim_size(Dim d, const ModelConfig& config) {
    switch (d) {
        case Dim::one:
            return 1;
        case Dim::dim:
            return config.dim;
        case Dim::vocab:
            return config.vocab;
        case Dim::ffn:
            return config.ffn_dim;
        case Dim::q_rows:
            return uint64_t(config.heads) * config.head_dim;
        case Dim::k_rows:
            return uint64_t(config.kv_heads) * config.head_dim;
        case Dim::v_rows:
            return uint64_t(config.kv_heads) * config.v_head_dim;
        case Dim::o_cols:
            return uint64_t(config.heads) * config.v_head_dim;
    }
    return 0;
}

std::span<const ModelFamily> families() {
    return kFamilies;
}

std::string family_names() {
    std::string names;
    for (const ModelFamily& f : kFamilies)
        names += (names.empty() ? "" : ", ") + std::string(f.name);
    return names;
}

const ModelFamily* find_family(std::string_view name) {
    for (const ModelFamily& f : kFamilies)
        if (name == f.name) return &f;
    return nullptr;
}

std::vector<ExpectedTensor> expected_tensors(const ModelFamily& family, const ModelConfig& config) {
    std::vector<ExpectedTensor> all;
    const auto add = [&](const TensorRule& rule, int32_t layer) {
        if (wanted(rule, config)) all.push_back(expect(rule, layer, config));
    };
    // The rules of the layers lie together: those before them come first, those after them last.
    const auto in_layer = [](const TensorRule& r) { return r.per_layer; };
    const auto first = std::find_if(family.rules.begin(), family.rules.end(), in_layer);
    const auto last = std::find_if_not(first, family.rules.end(), in_layer);
    for (auto rule = family.rules.begin(); rule != first; ++rule) add(*rule, -1);
    for (uint32_t layer = 0; layer < config.layers; layer++)
        for (auto rule = first; rule != last; ++rule) add(*rule, int32_t(layer));
    for (auto rule = last; rule != family.rules.end(); ++rule) add(*rule, -1);
    return all;
}

std::string shape_text(std::span<const uint64_t> shape) {
    std::string text = "[";
    for (size_t i = 0; i < shape.size(); i++) text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

Status check_shape(std::string_view name, std::span<const uint64_t> actual,
                   std::span<const uint64_t> expected) {
    if (std::equal(actual.begin(), actual.end(), expected.begin(), expected.end())) return {};
    return corrupt("tensor " + printable(name) + " has shape " + shape_text(actual) +
                   ", but the configuration calls for " + shape_text(expected));
}

}  // namespace gosset
