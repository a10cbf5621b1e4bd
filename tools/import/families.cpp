// The table of families: what docs/models.md says in words.
#include "tools/import/names.hpp"

namespace gosset {
namespace {

using C = ModelConfig;

#define GOSSET_LAYER "model.layers.#."
#define GOSSET_ATTENTION GOSSET_LAYER "self_attn."
#define GOSSET_MLP GOSSET_LAYER "mlp."

// Before attention and before the feed-forward part.
constexpr TensorRule kPreNorms[] = {
    {Role::attn_norm, GOSSET_LAYER "input_layernorm.weight", "blk.#.attn_norm.weight", Dim::one,
     Dim::dim},
    {Role::ffn_norm, GOSSET_LAYER "post_attention_layernorm.weight", "blk.#.ffn_norm.weight",
     Dim::one, Dim::dim},
};

// Around both: what others call post_attention_layernorm is pre_feedforward_layernorm here.
constexpr TensorRule kSandwichNorms[] = {
    {Role::attn_norm, GOSSET_LAYER "input_layernorm.weight", "blk.#.attn_norm.weight", Dim::one,
     Dim::dim},
    {Role::post_attn_norm, GOSSET_LAYER "post_attention_layernorm.weight",
     "blk.#.post_attention_norm.weight", Dim::one, Dim::dim},
    {Role::ffn_norm, GOSSET_LAYER "pre_feedforward_layernorm.weight", "blk.#.ffn_norm.weight",
     Dim::one, Dim::dim},
    {Role::post_ffn_norm, GOSSET_LAYER "post_feedforward_layernorm.weight",
     "blk.#.post_ffw_norm.weight", Dim::one, Dim::dim},
};

constexpr TensorRule kAttention[] = {
    {Role::q, GOSSET_ATTENTION "q_proj.weight", "blk.#.attn_q.weight", Dim::q_rows, Dim::dim},
    {Role::k, GOSSET_ATTENTION "k_proj.weight", "blk.#.attn_k.weight", Dim::k_rows, Dim::dim},
    {Role::v, GOSSET_ATTENTION "v_proj.weight", "blk.#.attn_v.weight", Dim::v_rows, Dim::dim},
    {Role::o, GOSSET_ATTENTION "o_proj.weight", "blk.#.attn_output.weight", Dim::dim, Dim::o_cols},
    {Role::q_bias, GOSSET_ATTENTION "q_proj.bias", "blk.#.attn_q.bias", Dim::one, Dim::q_rows,
     &C::q_bias},
    {Role::k_bias, GOSSET_ATTENTION "k_proj.bias", "blk.#.attn_k.bias", Dim::one, Dim::k_rows,
     &C::k_bias},
    {Role::v_bias, GOSSET_ATTENTION "v_proj.bias", "blk.#.attn_v.bias", Dim::one, Dim::v_rows,
     &C::v_bias},
    {Role::o_bias, GOSSET_ATTENTION "o_proj.bias", "blk.#.attn_output.bias", Dim::one, Dim::dim,
     &C::o_bias},
    {Role::q_norm, GOSSET_ATTENTION "q_norm.weight", "blk.#.attn_q_norm.weight", Dim::one,
     Dim::head_dim, &C::qk_norm},
    {Role::k_norm, GOSSET_ATTENTION "k_norm.weight", "blk.#.attn_k_norm.weight", Dim::one,
     Dim::head_dim, &C::qk_norm},
};

constexpr TensorRule kMlp[] = {
    {Role::gate, GOSSET_MLP "gate_proj.weight", "blk.#.ffn_gate.weight", Dim::ffn, Dim::dim},
    {Role::up, GOSSET_MLP "up_proj.weight", "blk.#.ffn_up.weight", Dim::ffn, Dim::dim},
    {Role::down, GOSSET_MLP "down_proj.weight", "blk.#.ffn_down.weight", Dim::dim, Dim::ffn},
    {Role::gate_bias, GOSSET_MLP "gate_proj.bias", "blk.#.ffn_gate.bias", Dim::one, Dim::ffn,
     &C::mlp_bias},
    {Role::up_bias, GOSSET_MLP "up_proj.bias", "blk.#.ffn_up.bias", Dim::one, Dim::ffn,
     &C::mlp_bias},
    {Role::down_bias, GOSSET_MLP "down_proj.bias", "blk.#.ffn_down.bias", Dim::one, Dim::dim,
     &C::mlp_bias},
};

// q over k over v in one tensor, gate over up in another.
constexpr const char* kQkv = GOSSET_ATTENTION "qkv_proj.weight";
constexpr const char* kGateUp = GOSSET_MLP "gate_up_proj.weight";
constexpr TensorRule kFusedAttention[] = {
    {Role::q, GOSSET_ATTENTION "q_proj.weight", "blk.#.attn_qkv.weight", Dim::q_rows, Dim::dim,
     nullptr, kQkv, Fused{{}, {Dim::k_rows, Dim::v_rows}}},
    {Role::k, GOSSET_ATTENTION "k_proj.weight", "blk.#.attn_qkv.weight", Dim::k_rows, Dim::dim,
     nullptr, kQkv, Fused{{Dim::q_rows}, {Dim::v_rows}}},
    {Role::v, GOSSET_ATTENTION "v_proj.weight", "blk.#.attn_qkv.weight", Dim::v_rows, Dim::dim,
     nullptr, kQkv, Fused{{Dim::q_rows, Dim::k_rows}, {}}},
    {Role::o, GOSSET_ATTENTION "o_proj.weight", "blk.#.attn_output.weight", Dim::dim, Dim::o_cols},
};
constexpr TensorRule kFusedMlp[] = {
    {Role::gate, GOSSET_MLP "gate_proj.weight", "blk.#.ffn_up.weight", Dim::ffn, Dim::dim, nullptr,
     kGateUp, Fused{{}, {Dim::ffn}}},
    {Role::up, GOSSET_MLP "up_proj.weight", "blk.#.ffn_up.weight", Dim::ffn, Dim::dim, nullptr,
     kGateUp, Fused{{Dim::ffn}, {}}},
    {Role::down, GOSSET_MLP "down_proj.weight", "blk.#.ffn_down.weight", Dim::dim, Dim::ffn},
};
#undef GOSSET_LAYER
#undef GOSSET_ATTENTION
#undef GOSSET_MLP

constexpr ModelFamily kFamilies[] = {
    {"llama", "LlamaForCausalLM", "llama", "llama", true, false, kPreNorms, kAttention, kMlp},
    {"mistral", "MistralForCausalLM", "mistral", nullptr, true, false, kPreNorms, kAttention, kMlp},
    {"qwen2", "Qwen2ForCausalLM", "qwen2", "qwen2", false, false, kPreNorms, kAttention, kMlp},
    {"qwen3", "Qwen3ForCausalLM", "qwen3", "qwen3", false, false, kPreNorms, kAttention, kMlp},
    {"gemma", "GemmaForCausalLM", "gemma", "gemma", false, true, kPreNorms, kAttention, kMlp},
    {"gemma2", "Gemma2ForCausalLM", "gemma2", "gemma2", false, true, kSandwichNorms, kAttention,
     kMlp},
    {"gemma3", "Gemma3ForCausalLM", "gemma3_text", "gemma3", false, true, kSandwichNorms,
     kAttention, kMlp},
    {"phi3", "Phi3ForCausalLM", "phi3", "phi3", false, false, kPreNorms, kFusedAttention,
     kFusedMlp},
};

}  // namespace

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

}  // namespace gosset
