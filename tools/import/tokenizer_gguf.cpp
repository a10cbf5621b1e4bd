// The keys "tokenizer.*" of a GGUF, read as llama.cpp reads them (src/llama-vocab.cpp).
#include <string_view>

#include "runtime/session/tokenizer_lookup.hpp"
#include "tools/import/tokenizer_builder.hpp"

namespace gosset {

namespace {

/// A name under tokenizer.ggml.pre and what it means. Names not here have other patterns.
struct GgufPre {
    std::string_view name, pre;
    bool ignore_merges, add_bos, nfc;
};
constexpr GgufPre kPres[] = {
    {"gpt-2", "gpt2", false, false, false},
    {"phi-2", "gpt2", false, false, false},
    {"jina-es", "gpt2", false, false, false},
    {"jina-de", "gpt2", false, false, false},
    {"smollm", "smollm", false, false, false},
    {"starcoder", "smollm", false, false, false},
    {"refact", "smollm", false, false, false},
    {"command-r", "smollm", false, false, false},
    {"llama3", "llama3", true, true, false},
    {"llama-v3", "llama3", true, true, false},
    {"llama-bpe", "llama3", true, true, false},
    {"qwen2", "qwen2", false, false, true},
    {"deepseek-r1-qwen", "qwen2", false, false, true},
};

/// ggml's token types 1 .. 6 (0 means normal too).
Result<uint8_t> token_type(int32_t type) {
    constexpr uint8_t types[] = {kTokenNormal,      kTokenNormal, kTokenUnknown, kTokenControl,
                                 kTokenUserDefined, kTokenUnused, kTokenByte};
    if (type < 0 || type >= int32_t(std::size(types)))
        return corrupt("token type " + std::to_string(type) + " in tokenizer.ggml.token_type");
    return types[type];
}

Status read_spm(const GgufTokenizer& gguf, TokenizerSource* out) {
    TokenizerTraits& t = out->traits;
    t.kind = TokenizerKind::spm;
    t.byte_fallback = t.space_to_meta = true;
    t.add_space_prefix = t.strip_left_space = gguf.add_space_prefix.value_or(true);
    t.add_bos = gguf.add_bos.value_or(true);
    t.bos = gguf.bos.value_or(1), t.eos = gguf.eos.value_or(2), t.unk = gguf.unk.value_or(0);
    return {};
}

Status read_bpe(GgufTokenizer& gguf, TokenizerSource* out) {
    TokenizerTraits& t = out->traits;
    t.kind = TokenizerKind::bpe;
    t.byte_level = true;
    t.add_space_prefix = gguf.add_space_prefix.value_or(false);
    t.bos = gguf.bos.value_or(kNoToken), t.eos = gguf.eos.value_or(kNoToken);
    t.unk = gguf.unk.value_or(kNoToken);
    const GgufPre* known = nullptr;
    for (const GgufPre& p : kPres)
        if (p.name == gguf.pre) known = &p;
    if (!known)
        return unsupported(gguf.pre.empty() ? "GGUF without tokenizer.ggml.pre (too old to know "
                                              "its pre-tokenizer): convert the model again"
                                            : "tokenizer.ggml.pre '" + gguf.pre + "'");
    out->pre = known->pre;
    t.ignore_merges = known->ignore_merges, t.nfc = known->nfc;
    t.add_bos = gguf.add_bos.value_or(known->add_bos);
    out->merges.reserve(gguf.merges.size());
    for (size_t i = 0; i < gguf.merges.size(); i++) {
        const std::string& line = gguf.merges[i];
        const size_t space = line.find(' ', 1);
        if (space == line.npos)
            return corrupt("merge " + std::to_string(i) + " in tokenizer.ggml.merges has no space");
        out->merges.emplace_back(line.substr(0, space), line.substr(space + 1));
    }
    return {};
}

}  // namespace

Result<TokenizerData> tokenizer_from_gguf(GgufTokenizer gguf) {
    TokenizerSource source;
    if (gguf.model == "llama")
        GOSSET_TRY(read_spm(gguf, &source));
    else if (gguf.model == "gpt2")
        GOSSET_TRY(read_bpe(gguf, &source));
    else
        return unsupported("tokenizer.ggml.model '" + gguf.model + "' (known: llama, gpt2)");
    source.traits.add_eos = gguf.add_eos.value_or(false);
    source.traits.pad = gguf.pad.value_or(kNoToken);
    for (const int32_t type : gguf.types) {
        GOSSET_ASSIGN(const uint8_t t, token_type(type));
        source.types.push_back(t);
    }
    source.tokens = std::move(gguf.tokens);
    source.scores = std::move(gguf.scores);
    source.chat_template = std::move(gguf.chat_template);
    for (const auto& id : {gguf.eot, gguf.eom})
        if (id && *id != kNoToken) source.end_ids.push_back(*id);
    return build_tokenizer(std::move(source));
}

}  // namespace gosset
