/// The hyper-parameters of a model as plain data: what importers fill, the writer stores, the
/// reader returns and runtime/model binds. The whole set of v1: a value that the runtime cannot run
/// is refused by name when the model is bound, never ignored. No FlatBuffers type appears here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gosset {

enum class NormKind : uint8_t { rms = 0, layer = 1 };
enum class Activation : uint8_t { silu = 0, gelu_tanh = 1, gelu_erf = 2, relu = 3, relu2 = 4 };
enum class RopeScaling : uint8_t { none = 0, linear = 1, llama3 = 2, yarn = 3, longrope = 4 };

/// One kind of rotary embedding. Pairs are (i, i + rotary_dim/2), the Hugging Face order: importers
/// undo other orders. Angle of pair i at position p: p * theta^(-2i/rotary_dim), then scaling.
struct RopeKind {
    float theta = 10000.0f;
    uint32_t rotary_dim = 0;  ///< 0: the whole head_dim
    RopeScaling scaling = RopeScaling::none;
    float factor = 1.0f;
    float low_freq_factor = 0.0f, high_freq_factor = 0.0f;  ///< llama3
    float beta_fast = 0.0f, beta_slow = 0.0f;               ///< yarn
    float attention_factor = 0.0f;                          ///< yarn, longrope; 0: derived
    uint32_t original_context = 0;
    std::vector<float> short_factors, long_factors;  ///< longrope
};

struct ModelConfig {
    std::string architecture;  ///< "llama", "qwen2", ...
    uint32_t dim = 0, layers = 0, heads = 0, kv_heads = 0, head_dim = 0, v_head_dim = 0;
    uint32_t ffn_dim = 0, vocab = 0, max_context = 0;

    NormKind norm = NormKind::rms;
    float norm_eps = 1e-5f;
    float norm_offset = 0.0f;  ///< weight used is offset + w (Gemma: 1)
    bool pre_norm = true, post_norm = false, qk_norm = false;
    bool q_bias = false, k_bias = false, v_bias = false, o_bias = false, mlp_bias = false;
    Activation activation = Activation::silu;
    bool gated_mlp = true;

    float embedding_scale = 1.0f, residual_scale = 1.0f, logit_scale = 1.0f;
    float attention_softcap = 0.0f, final_softcap = 0.0f;  ///< 0: none
    float attention_scale = 0.0f;                          ///< 0: 1/sqrt(head_dim)

    uint32_t sliding_window = 0;         ///< 0: none
    std::vector<uint8_t> window_layers;  ///< empty, or one per layer: 1 = sliding window
    std::vector<RopeKind> ropes;         ///< at least one
    std::vector<uint8_t> rope_of_layer;  ///< empty (all 0), or an index into ropes per layer

    uint32_t experts = 0, experts_per_token = 0, shared_experts = 0, expert_ffn_dim = 0;
    bool tied_head = false;

    uint32_t bos_id = UINT32_MAX;  ///< UINT32_MAX: none
    bool add_bos = false;
    std::vector<uint32_t> end_ids;  ///< any of these ends generation
};

}  // namespace gosset
