#include "tools/import/gguf_tokenizer.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/import/tokenizer_builder.hpp"

namespace gosset {
namespace {

Status read_strings(const GgufFile& file, const char* key, std::vector<std::string>* out) {
    std::vector<std::string_view> views;
    GOSSET_TRY(file.read(key, &views));
    out->assign(views.begin(), views.end());
    return {};
}

/// Writers store an absent id as 4294967295 too.
Status read_id(const GgufFile& file, const char* key, std::optional<uint32_t>* out) {
    uint32_t id = UINT32_MAX;
    const GgufValue* value = file.find(key);
    const bool minus_one =
        value && value->type == GgufType::i32 && load_le(value->bytes.data(), 4) == UINT32_MAX;
    if (!minus_one) GOSSET_TRY(file.read(key, &id));
    if (id != UINT32_MAX) *out = id;
    return {};
}

Status read_flag(const GgufFile& file, const char* key, std::optional<bool>* out) {
    if (!file.find(key)) return {};
    bool flag = false;
    GOSSET_TRY(file.read(key, &flag));
    *out = flag;
    return {};
}

}  // namespace

Result<TokenizerData> gguf_tokenizer(const GgufFile& file) {
    GgufTokenizer t;
    GOSSET_TRY(file.read("tokenizer.ggml.model", &t.model));
    if (t.model == "no_vocab" || (t.model.empty() && !file.find("tokenizer.ggml.tokens")))
        return TokenizerData();
    GOSSET_TRY(file.read("general.name", &t.name));
    GOSSET_TRY(file.read("tokenizer.ggml.pre", &t.pre));
    GOSSET_TRY(read_strings(file, "tokenizer.ggml.tokens", &t.tokens));
    GOSSET_TRY(file.read("tokenizer.ggml.token_type", &t.types));
    GOSSET_TRY(file.read("tokenizer.ggml.scores", &t.scores));
    GOSSET_TRY(read_strings(file, "tokenizer.ggml.merges", &t.merges));
    GOSSET_TRY(read_id(file, "tokenizer.ggml.bos_token_id", &t.bos));
    GOSSET_TRY(read_id(file, "tokenizer.ggml.eos_token_id", &t.eos));
    GOSSET_TRY(read_id(file, "tokenizer.ggml.eot_token_id", &t.eot));
    GOSSET_TRY(read_id(file, "tokenizer.ggml.eom_token_id", &t.eom));
    GOSSET_TRY(read_id(file, "tokenizer.ggml.unknown_token_id", &t.unk));
    GOSSET_TRY(read_id(file, "tokenizer.ggml.padding_token_id", &t.pad));
    GOSSET_TRY(read_flag(file, "tokenizer.ggml.add_bos_token", &t.add_bos));
    GOSSET_TRY(read_flag(file, "tokenizer.ggml.add_eos_token", &t.add_eos));
    GOSSET_TRY(read_flag(file, "tokenizer.ggml.add_space_prefix", &t.add_space_prefix));
    GOSSET_TRY(file.read("tokenizer.chat_template", &t.chat_template));
    return tokenizer_from_gguf(std::move(t));
}

}  // namespace gosset
