#include "tools/import/safetensors_source.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "tools/import/checkpoint_files.hpp"
#include "tools/import/config_check.hpp"
#include "tools/import/config_json.hpp"
#include "tools/import/describe.hpp"
#include "tools/import/names.hpp"
#include "tools/import/printable.hpp"
#include "tools/import/safetensors.hpp"
#include "tools/import/tensor_rows.hpp"
#include "tools/import/tokenizer_trim.hpp"

namespace gosset {
namespace {

class SafetensorsSource final : public ModelSource {
  public:
    Status open_model(const CheckpointFiles& files);
    Status open_tensors(SourceBytes bytes);

    const ModelConfig& config() const override { return config_; }
    const TokenizerData& tokenizer() const override { return tokenizer_; }
    std::span<const SourceTensor> tensors() const override { return tensors_; }
    std::string description() const override {
        return "safetensors, " + std::to_string(tensors_.size()) + " tensors, " +
               describe_types(tensors_);
    }
    Status read_rows(size_t tensor, uint64_t begin, uint64_t count, float* out) const override {
        if (tensor >= stored_.size())
            return invalid_argument("there is no tensor " + std::to_string(tensor));
        return read_stored_rows(stored_[tensor], tensors_[tensor].name, begin, count, out);
    }

  private:
    using Directory = std::map<std::string, SafeTensor>;

    Status load(SourceBytes bytes, const std::string& path, const CheckpointFiles& files,
                Directory* directory);
    Status load_config(const CheckpointFiles& files);
    Status load_tokenizer(const CheckpointFiles& files);
    static void keep_text_part(Directory* directory);
    Status settle_tied_head(Directory* directory) const;
    Status add(const SafeTensor& found, uint64_t first_row, SourceTensor tensor);

    std::vector<SourceBytes> bytes_;
    ModelConfig config_;
    TokenizerData tokenizer_;
    std::vector<SourceTensor> tensors_;
    std::vector<StoredTensor> stored_;
};

Result<std::string> text_of(const std::string& path) {
    if (path.empty()) return std::string();
    GOSSET_ASSIGN(const SourceBytes bytes, SourceBytes::map(path));
    const std::span<const uint8_t> b = bytes.span();
    return std::string(reinterpret_cast<const char*>(b.data()), b.size());
}

/// Buffers that old checkpoints carry along; the model computes them.
bool is_buffer(std::string_view name) {
    return name.ends_with(".rotary_emb.inv_freq");
}

Status SafetensorsSource::load(SourceBytes bytes, const std::string& path,
                               const CheckpointFiles& files, Directory* directory) {
    const Result<SafetensorsFile> file = SafetensorsFile::parse(bytes.span());
    if (!file.ok()) return path.empty() ? file.status() : file.status().in(path);
    bytes_.push_back(std::move(bytes));
    for (const SafeTensor& t : file->tensors()) {
        if (!files.index.empty()) {
            const auto listed = files.index.find(t.name);
            if (listed == files.index.end() || listed->second != path)
                return corrupt(path + ": holds tensor " + printable(t.name) +
                               ", which the index does not place there");
        }
        if (!directory->emplace(t.name, t).second)
            return corrupt(path + ": tensor " + printable(t.name) + " is in another shard too");
    }
    return {};
}

Status SafetensorsSource::load_config(const CheckpointFiles& files) {
    GOSSET_ASSIGN(const std::string config, text_of(files.config));
    GOSSET_ASSIGN(const std::string generation, text_of(files.generation));
    GOSSET_ASSIGN(config_, config_from_json(config, generation, files.config));
    return {};
}

Status SafetensorsSource::load_tokenizer(const CheckpointFiles& files) {
    namespace fs = std::filesystem;
    const fs::path folder = files.folder;
    std::error_code ignored;
    if (fs::exists(folder / "tokenizer.json", ignored)) {
        GOSSET_ASSIGN(tokenizer_, open_tokenizer((folder / "tokenizer.json").string()));
        GOSSET_TRY(
            trim_tokenizer(config_.vocab, &tokenizer_).in((folder / "tokenizer.json").string()));
        config_.add_bos = tokenizer_.traits.add_bos;
        if (config_.bos_id == UINT32_MAX) config_.bos_id = tokenizer_.traits.bos;
        for (const uint32_t id : tokenizer_.end_ids) add_end_id(&config_, id);
        return {};
    }
    for (const char* other : {"tokenizer.model", "tokenizer_config.json", "vocab.json"})
        if (fs::exists(folder / other, ignored))
            return unsupported((folder / other).string() +
                               ": only tokenizer.json is read: save the tokenizer in that form");
    return {};  // a model without any tokenizer: ids only
}

/// A model of text and images keeps the text part under a prefix, of which there are two spellings;
/// the others see images.
void SafetensorsSource::keep_text_part(Directory* directory) {
    static constexpr std::pair<std::string_view, std::string_view> kPrefixes[] = {
        {"language_model.model.", "model."}, {"language_model.lm_head.", "lm_head."},
        {"model.language_model.", "model."}, {"vision_tower.", ""},
        {"multi_modal_projector.", ""},      {"model.vision_tower.", ""},
        {"model.multi_modal_projector.", ""}};
    Directory kept;
    for (auto& [name, tensor] : *directory) {
        const auto* prefix =
            std::find_if(std::begin(kPrefixes), std::end(kPrefixes),
                         [&, &full = name](const auto& p) { return full.starts_with(p.first); });
        if (prefix == std::end(kPrefixes)) {
            kept.emplace(name, std::move(tensor));
        } else if (!prefix->second.empty()) {
            tensor.name = std::string(prefix->second) + name.substr(prefix->first.size());
            kept.emplace(tensor.name, std::move(tensor));
        }
    }
    *directory = std::move(kept);
}

/// A tied matrix is stored under either name. Both, when they differ, contradict the configuration.
Status SafetensorsSource::settle_tied_head(Directory* directory) const {
    const auto head = directory->find("lm_head.weight");
    if (!config_.tied_head || head == directory->end()) return {};
    const auto embed = directory->find("model.embed_tokens.weight");
    if (embed == directory->end()) {
        SafeTensor tied = head->second;
        tied.name = "model.embed_tokens.weight";
        directory->emplace(tied.name, std::move(tied));
    } else {
        const std::span<const uint8_t> a = head->second.data, b = embed->second.data;
        if (head->second.dtype != embed->second.dtype || a.size() != b.size() ||
            std::memcmp(a.data(), b.data(), a.size()) != 0)
            return corrupt(
                "tensors lm_head.weight and model.embed_tokens.weight differ, though config.json "
                "ties them: set tie_word_embeddings to false to keep both, or remove one");
    }
    directory->erase("lm_head.weight");
    return {};
}

Status SafetensorsSource::add(const SafeTensor& found, uint64_t first_row, SourceTensor tensor) {
    if (!found.readable)
        return unsupported("tensor " + printable(found.name) + " is of type " + found.dtype +
                           ", which is not read: F32, F16 and BF16 are");
    tensor.source_type = found.dtype;
    StoredTensor stored{*found.readable, found.data.data(), tensor.rows(), tensor.cols()};
    stored.data += first_row * stored_row_bytes(stored);
    stored_.push_back(stored);
    tensors_.push_back(std::move(tensor));
    return {};
}

Status SafetensorsSource::open_model(const CheckpointFiles& files) {
    Directory directory;
    for (const std::string& path : files.weights) {
        GOSSET_ASSIGN(SourceBytes bytes, SourceBytes::map(path));
        GOSSET_TRY(load(std::move(bytes), path, files, &directory));
    }
    GOSSET_TRY(load_config(files));
    GOSSET_TRY(load_tokenizer(files));
    GOSSET_TRY(check_config(config_, directory.size()).in(files.config));
    if (config_.architecture == "gemma3") keep_text_part(&directory);
    GOSSET_TRY(settle_tied_head(&directory));
    std::set<std::string> used;
    for (ExpectedTensor& e : expected_tensors(*find_family(config_.architecture), config_)) {
        const auto found = directory.find(e.hf);
        if (found == directory.end())
            return corrupt(files.folder + ": tensor " + printable(e.hf) +
                           " is missing, which the configuration calls for");
        GOSSET_TRY(check_shape(e.hf, found->second.shape, e.stored_shape).in(files.folder));
        used.insert(e.hf);
        GOSSET_TRY(add(found->second, e.first_row,
                       {e.name, e.rule->role, e.layer, std::move(e.shape), ""}));
    }
    for (const std::string& name : used) directory.erase(name);
    for (const auto& [name, tensor] : directory)
        if (!is_buffer(name))
            return unsupported(files.folder + ": tensor " + printable(name) +
                               " has no place in architecture '" + config_.architecture +
                               "' with this configuration");
    return {};
}

Status SafetensorsSource::open_tensors(SourceBytes bytes) {
    Directory directory;
    GOSSET_TRY(load(std::move(bytes), "", {}, &directory));
    config_.architecture = "none";
    for (auto& [name, tensor] : directory) {
        const bool empty = std::count(tensor.shape.begin(), tensor.shape.end(), 0u) != 0;
        if (tensor.shape.empty() || tensor.shape.size() > 2 || empty)
            return unsupported("tensor " + printable(name) + " has shape " +
                               shape_text(tensor.shape) + ": only matrices and vectors are read");
        GOSSET_TRY(add(tensor, 0, {name, Role::other, -1, tensor.shape, ""}));
    }
    return tensors_.empty() ? corrupt("safetensors: the file holds no tensor") : Status();
}

}  // namespace

Result<std::unique_ptr<ModelSource>> open_safetensors_source(const std::string& path) {
    GOSSET_ASSIGN(const CheckpointFiles files, find_checkpoint(path));
    auto source = std::make_unique<SafetensorsSource>();
    if (files.config.empty() && files.weights.size() == 1) {
        GOSSET_ASSIGN(SourceBytes bytes, SourceBytes::map(files.weights[0]));
        GOSSET_TRY(source->open_tensors(std::move(bytes)).in(path));
    } else if (files.config.empty()) {
        return not_found(files.folder + ": shards of a model, but no config.json beside them");
    } else {
        GOSSET_TRY(source->open_model(files));
    }
    return std::unique_ptr<ModelSource>(std::move(source));
}

Result<std::unique_ptr<ModelSource>> open_safetensors_tensors(SourceBytes bytes) {
    auto source = std::make_unique<SafetensorsSource>();
    GOSSET_TRY(source->open_tensors(std::move(bytes)));
    return std::unique_ptr<ModelSource>(std::move(source));
}

}  // namespace gosset
