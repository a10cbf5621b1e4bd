// open_tokenizer of source.hpp: whatever holds a tokenizer, by its first bytes or its name.
#include <cstring>
#include <filesystem>

#include "format/header.hpp"
#include "format/reader.hpp"
#include "tools/import/gguf_tokenizer.hpp"
#include "tools/import/source.hpp"
#include "tools/import/source_bytes.hpp"
#include "tools/import/tokenizer_json.hpp"

namespace gosset {

namespace {

TokenizerData copy_of(const TokenizerView& v) {
    TokenizerData d;
    d.traits = v.traits;
    d.pre = v.pre, d.chat_template = v.chat_template, d.blob = v.blob;
    d.offsets.assign(v.offsets.begin(), v.offsets.end());
    d.types.assign(v.types.begin(), v.types.end());
    d.scores.assign(v.scores.begin(), v.scores.end());
    d.merges.assign(v.merges.begin(), v.merges.end());
    d.index.assign(v.index.begin(), v.index.end());
    d.merge_index.assign(v.merge_index.begin(), v.merge_index.end());
    d.end_ids.assign(v.end_ids.begin(), v.end_ids.end());
    for (const auto& t : v.self_tests)
        d.self_tests.push_back({std::string(t.text), {t.ids.begin(), t.ids.end()}});
    return d;
}

Result<TokenizerData> open_model(const std::string& path) {
    GOSSET_ASSIGN(const ModelFile model, ModelFile::open(path));
    return copy_of(model.tokenizer());
}

Result<TokenizerData> open_gguf(const SourceBytes& bytes) {
    GOSSET_ASSIGN(const GgufFile gguf, GgufFile::parse(bytes.span()));
    return gguf_tokenizer(gguf);
}

}  // namespace

Result<TokenizerData> open_tokenizer(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) return not_found(path + ": no such file or directory");
    if (fs::is_directory(status))
        return tokenizer_from_json_file((fs::path(path) / "tokenizer.json").string());
    const std::string extension = fs::path(path).extension().string();
    if (extension == ".json") return tokenizer_from_json_file(path);
    if (extension == ".safetensors")
        return tokenizer_from_json_file((fs::path(path).parent_path() / "tokenizer.json").string());

    GOSSET_ASSIGN(const SourceBytes bytes, SourceBytes::map(path));
    const auto begins = [&](const void* magic, size_t size) {
        return bytes.span().size() >= size && !std::memcmp(bytes.span().data(), magic, size);
    };
    if (begins(kMagic.data(), kMagic.size())) return open_model(path);
    if (!begins("GGUF", 4))
        return unsupported(path + ": not a .gosset, .gguf or tokenizer.json file");
    Result<TokenizerData> tokenizer = open_gguf(bytes);
    return tokenizer.ok() ? std::move(tokenizer) : tokenizer.status().in(path);
}

}  // namespace gosset
