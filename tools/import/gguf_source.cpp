#include "tools/import/gguf_source.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tools/import/describe.hpp"
#include "tools/import/gguf.hpp"
#include "tools/import/gguf_config.hpp"
#include "tools/import/gguf_tokenizer.hpp"
#include "tools/import/gguf_types.hpp"
#include "tools/import/names.hpp"
#include "tools/import/printable.hpp"
#include "tools/import/tensor_rows.hpp"
#include "tools/import/tokenizer_trim.hpp"

namespace gosset {
namespace {

class GgufSource final : public ModelSource {
  public:
    explicit GgufSource(SourceBytes bytes) : bytes_(std::move(bytes)) {}
    Status open();

    const ModelConfig& config() const override { return config_; }
    const TokenizerData& tokenizer() const override { return tokenizer_; }
    std::span<const SourceTensor> tensors() const override { return tensors_; }
    std::string description() const override { return description_; }
    Status read_rows(size_t tensor, uint64_t begin, uint64_t count, float* out) const override {
        if (tensor >= stored_.size())
            return invalid_argument("there is no tensor " + std::to_string(tensor));
        return read_stored_rows(stored_[tensor], tensors_[tensor].name, begin, count, out);
    }

  private:
    Status bind(const GgufFile& file, const ModelFamily& family, const ExpectedTensor& expected);
    Status refuse_leftovers(const GgufFile& file, const std::set<std::string_view>& used) const;

    SourceBytes bytes_;
    ModelConfig config_;
    TokenizerData tokenizer_;
    std::vector<SourceTensor> tensors_;
    std::vector<StoredTensor> stored_;
    std::string description_;
};

bool is_rotated(Role role) {
    return role == Role::q || role == Role::k || role == Role::q_bias || role == Role::k_bias;
}

bool is_norm(Role role) {
    switch (role) {
        case Role::attn_norm:
        case Role::post_attn_norm:
        case Role::q_norm:
        case Role::k_norm:
        case Role::ffn_norm:
        case Role::post_ffn_norm:
        case Role::final_norm:
            return true;
        default:
            return false;
    }
}

/// What gguf_rope reads beside the keys.
bool is_rope_tensor(std::string_view name) {
    return name == "rope_freqs.weight" || name == "rope_factors_short.weight" ||
           name == "rope_factors_long.weight";
}

Status GgufSource::bind(const GgufFile& file, const ModelFamily& family,
                        const ExpectedTensor& expected) {
    const GgufTensor* found = file.tensor(expected.gguf);
    if (!found)
        return corrupt("GGUF: tensor " + printable(expected.gguf) +
                       " is missing, which every model of architecture '" + family.name +
                       "' with this configuration has");
    GOSSET_TRY(check_shape(found->name, found->shape, expected.stored_shape).in("GGUF"));
    if (!found->type->readable)
        return unsupported(
            "GGUF: tensor " + printable(found->name) + " is of type " + found->type->name +
            ", which is not read; take a file of this model in " + readable_ggml_types());
    SourceTensor t{expected.name, expected.rule->role, expected.layer, expected.shape,
                   found->type->name};
    StoredTensor s{*found->type->readable, found->data.data(), t.rows(), t.cols()};
    s.data += expected.first_row * stored_row_bytes(s);
    if (is_rotated(t.role) && family.gguf_interleaved_rotary) {
        const uint32_t part = config_.ropes[0].rotary_dim;
        s.head_dim = config_.head_dim;
        s.rotary_dim = part ? part : config_.head_dim;
    }
    if (is_norm(t.role) && family.gguf_norms_plus_one) s.less = 1.0f;
    tensors_.push_back(std::move(t));
    stored_.push_back(s);
    return {};
}

Status GgufSource::refuse_leftovers(const GgufFile& file,
                                    const std::set<std::string_view>& used) const {
    for (const GgufTensor& t : file.tensors())
        if (!used.count(t.name) && !is_rope_tensor(t.name))
            return unsupported("GGUF: tensor " + printable(t.name) +
                               " has no place in architecture '" + config_.architecture +
                               "' with this configuration");
    return {};
}

Status GgufSource::open() {
    GOSSET_ASSIGN(const GgufFile file, GgufFile::parse(bytes_.span()));
    GOSSET_ASSIGN(const ModelFamily* family, gguf_family(file));
    GOSSET_ASSIGN(tokenizer_, gguf_tokenizer(file));
    GOSSET_ASSIGN(config_, gguf_config(file, *family, tokenizer_));
    GOSSET_TRY(trim_tokenizer(config_.vocab, &tokenizer_).in("GGUF"));
    const std::vector<ExpectedTensor> expected = expected_tensors(*family, config_);
    std::set<std::string_view> used;
    for (const ExpectedTensor& e : expected) {
        GOSSET_TRY(bind(file, *family, e));
        used.insert(e.gguf);
    }
    GOSSET_TRY(refuse_leftovers(file, used));
    description_ = "GGUF v" + std::to_string(file.version()) + ", " +
                   std::to_string(file.tensors().size()) + " tensors, " + describe_types(tensors_);
    return {};
}

}  // namespace

Result<std::unique_ptr<ModelSource>> open_gguf_source(SourceBytes bytes) {
    auto source = std::make_unique<GgufSource>(std::move(bytes));
    GOSSET_TRY(source->open());
    return std::unique_ptr<ModelSource>(std::move(source));
}

}  // namespace gosset
