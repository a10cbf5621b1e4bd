#include "tools/import/names.hpp"

#include <algorithm>

#include "tools/import/printable.hpp"

namespace gosset {
namespace {

constexpr TensorRule kEmbedding = {Role::embed, "model.embed_tokens.weight", "token_embd.weight",
                                   Dim::vocab, Dim::dim};
constexpr TensorRule kFinalNorm = {Role::final_norm, "model.norm.weight", "output_norm.weight",
                                   Dim::one, Dim::dim};
constexpr TensorRule kHead = {Role::head, "lm_head.weight", "output.weight", Dim::vocab, Dim::dim};

std::string with_layer(std::string name, int32_t layer) {
    const size_t at = name.find('#');
    if (at != std::string::npos) name.replace(at, 1, std::to_string(layer));
    return name;
}

uint64_t rows_of(const Dim (&parts)[2], const ModelConfig& config) {
    return dim_size(parts[0], config) + dim_size(parts[1], config);
}

ExpectedTensor expect(const TensorRule& rule, int32_t layer, const ModelConfig& config) {
    ExpectedTensor t{
        &rule, layer, with_layer(rule.name, layer), "", with_layer(rule.gguf, layer), {}, {}, 0};
    t.hf = rule.hf ? with_layer(rule.hf, layer) : t.name;
    if (rule.rows != Dim::one) t.shape.push_back(dim_size(rule.rows, config));
    t.shape.push_back(dim_size(rule.cols, config));
    t.stored_shape = t.shape;
    t.first_row = rows_of(rule.fused.before, config);
    t.stored_shape[0] += t.first_row + rows_of(rule.fused.after, config);
    return t;
}

}  // namespace

uint64_t dim_size(Dim d, const ModelConfig& config) {
    switch (d) {
        case Dim::none:
            return 0;
        case Dim::one:
            return 1;
        case Dim::dim:
            return config.dim;
        case Dim::vocab:
            return config.vocab;
        case Dim::ffn:
            return config.ffn_dim;
        case Dim::head_dim:
            return config.head_dim;
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

std::vector<ExpectedTensor> expected_tensors(const ModelFamily& family, const ModelConfig& config) {
    std::vector<ExpectedTensor> all = {expect(kEmbedding, -1, config)};
    for (uint32_t layer = 0; layer < config.layers; layer++)
        for (const auto& part : {family.norms, family.attention, family.mlp})
            for (const TensorRule& rule : part)
                if (!rule.only_if || config.*rule.only_if)
                    all.push_back(expect(rule, int32_t(layer), config));
    all.push_back(expect(kFinalNorm, -1, config));
    if (!config.tied_head) all.push_back(expect(kHead, -1, config));
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
