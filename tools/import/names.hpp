/// The model families that can be imported: one row of `families()` each, with the tensors that
/// such a model must have, their roles, shapes and names in both source formats. Adding a family is
/// adding a row in families.cpp and, where its configuration has keys or defaults of its own,
/// teaching json_families and gguf_families to them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/config.hpp"
#include "format/tensor.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

/// A size that depends on the configuration: rows and columns of a tensor.
enum class Dim : uint8_t { none, one, dim, vocab, ffn, head_dim, q_rows, k_rows, v_rows, o_cols };
uint64_t dim_size(Dim d, const ModelConfig& config);

/// Where the rows of a tensor lie when the source keeps several in one: after those of `before`,
/// and before those of `after`. The default: alone.
struct Fused {
    Dim before[2] = {Dim::none, Dim::none}, after[2] = {Dim::none, Dim::none};
};

/// One tensor of a family, or one in each layer. "#" in a name stands for the number of the layer.
struct TensorRule {
    Role role;
    const char* name;                      ///< in .gosset: "model.layers.#.self_attn.q_proj.weight"
    const char* gguf;                      ///< "blk.#.attn_q.weight"
    Dim rows, cols;                        ///< rows = one: a vector [cols]
    bool ModelConfig::*only_if = nullptr;  ///< present only where this flag is set
    const char* hf = nullptr;              ///< null: as in .gosset; of the whole where it is fused
    Fused fused{};
};

struct ModelFamily {
    const char* name;             ///< ModelConfig::architecture
    const char* hf_architecture;  ///< "architectures" of config.json: "LlamaForCausalLM"
    const char* hf_model_type;    ///< "model_type" of config.json: "llama"
    const char* gguf;             ///< general.architecture of GGUF; null: it comes as another one
    /// GGUF keeps the q and k rows of this family with the two halves of each rotary pair
    /// interleaved.
    bool gguf_interleaved_rotary;
    bool gguf_norms_plus_one;  ///< GGUF keeps 1 + w of norms, Hugging Face w
    std::span<const TensorRule> norms, attention, mlp;  ///< of each layer
};

std::span<const ModelFamily> families();
/// "llama, ...": what a message can offer instead.
std::string family_names();
/// By ModelConfig::architecture; null when unknown.
const ModelFamily* find_family(std::string_view name);

/// A tensor that a model of this configuration must have.
struct ExpectedTensor {
    const TensorRule* rule;
    int32_t layer;
    std::string name, hf, gguf;          ///< in .gosset and in the sources
    std::vector<uint64_t> shape;         ///< its own
    std::vector<uint64_t> stored_shape;  ///< of what the source holds: more rows if fused
    uint64_t first_row = 0;              ///< of its own rows in there
};

/// All of them, in file order: embedding, layers, final norm, head.
std::vector<ExpectedTensor> expected_tensors(const ModelFamily& family, const ModelConfig& config);

/// "[32000, 2048]"
std::string shape_text(std::span<const uint64_t> shape);
/// Whether a tensor has the shape that the configuration calls for; says both shapes if not.
Status check_shape(std::string_view name, std::span<const uint64_t> actual,
                   std::span<const uint64_t> expected);

}  // namespace gosset
