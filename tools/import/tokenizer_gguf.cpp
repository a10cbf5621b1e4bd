// The keys "tokenizer.*" of a GGUF, read as llama.cpp reads them (src/llama-vocab.cpp).
#include <algorithm>
#include <string>
#include <string_view>

#include "runtime/session/tokenizer_lookup.hpp"
#include "tools/import/tokenizer_builder.hpp"

namespace gosset {

namespace {

/// Names under tokenizer.ggml.pre that mean one of our splitters, with what else llama.cpp takes
/// from the name; form C where the tokenizer.json of the model has it. Names not here have other
/// patterns.
struct GgufPre {
    std::string_view pre, names;  ///< names: each between two spaces
    bool ignore_merges, add_bos, nfc;
};
constexpr GgufPre kPres[] = {
    {"gpt2", " gpt-2 phi-2 jina-es jina-de jina-v2-es jina-v2-de jais trillion granite-docling ",
     false, false, false},
    {"gpt2", " mpt olmo ", false, false, true},
    {"smollm", " smollm starcoder refact codeshell exaone minerva-7b mellum2 ", false, false,
     false},
    {"smollm", " command-r ", false, false, true},
    {"llama3", " llama3 llama-v3 llama-bpe falcon3 falcon-h1 lfm2 midm-2.0 ", true, true, false},
    {"llama3", " dbrx smaug-bpe glm4 chatglm-bpe ", false, false, false},
    {"qwen2", " qwen2 deepseek-r1-qwen megrez ", false, false, true},
    {"qwen2", " stablelm2 hunyuan solar-open grok-2 ", false, false, false},
    {"qwen35", " qwen35 ", false, false, true},
    {"tekken", " tekken ", true, true, false},
    {"o200k", " gpt-4o llama4 kanana2 minimax-m2 ", false, false, false},
    {"deepseek3", " deepseek-v3 hunyuan-dense ", false, false, false},
};

Result<const GgufPre*> find_pre(const std::string& name) {
    if (name.empty())
        return unsupported(
            "GGUF without tokenizer.ggml.pre (too old to know its pre-tokenizer): convert the "
            "model again");
    std::string known;
    for (const GgufPre& p : kPres) {
        if (name.find(' ') == name.npos && p.names.find(" " + name + " ") != p.names.npos)
            return &p;
        known += p.names.substr(1);
    }
    known.pop_back();
    return unsupported("tokenizer.ggml.pre '" + name + "' splits text in another way than those " +
                       "that are known (" + known +
                       "): take the model from its Hugging Face directory, if its tokenizer.json "
                       "is understood");
}

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
    GOSSET_ASSIGN(const GgufPre* known, find_pre(gguf.pre));
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

/// Phi 3's special tokens take the white space after them, but the GGUF has no key for that: as
/// llama.cpp does, the model is known by its name.
bool names_phi3(std::string name) {
    for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
    return name.find("phi-3") != name.npos || name.find("phi3") != name.npos;
}

void strip_phi3(TokenizerSource* out) {
    for (size_t id = 0; id < std::min(out->types.size(), out->tokens.size()); id++) {
        const std::string_view token = out->tokens[id];
        const bool kept = token == "<unk>" || token == "<s>" || token == "<|endoftext|>";
        if (is_added_type(TokenType(out->types[id])) && !kept) out->types[id] |= kAddedRightStrip;
    }
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
    if (names_phi3(gguf.name)) strip_phi3(&source);
    for (const auto& id : {gguf.eot, gguf.eom})
        if (id && *id != kNoToken) source.end_ids.push_back(*id);
    return build_tokenizer(std::move(source));
}

}  // namespace gosset
