/// From lists as model files spell them to TokenizerData: raw token bytes in one blob, offsets, the
/// index sorted by bytes, merges as ids with their lookup table, and self tests computed by our own
/// tokenizer. Every list is hostile until checked here: errors name the token or merge at fault.
/// Relies on format/tokenizer_view.hpp and runtime/session/tokenizer.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "format/tokenizer_view.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

struct TokenizerSource {
    TokenizerTraits traits;  ///< special ids must be < tokens.size() or UINT32_MAX
    std::string pre = "none";
    std::string chat_template;
    std::vector<std::string> tokens;  ///< by id; GPT-2's printable characters where byte_level
    std::vector<uint8_t> types;       ///< [n] TokenType and AddedFlags, or empty: all normal
    std::vector<float> scores;        ///< [n], or empty
    std::vector<std::pair<std::string, std::string>> merges;  ///< spelled like tokens, best first
    bool last_merge_wins = false;   ///< of merges of the same pair; otherwise the first
    std::vector<uint32_t> end_ids;  ///< completed by eos and by well-known end tokens
};
Result<TokenizerData> build_tokenizer(TokenizerSource source);

/// What a GGUF says under "tokenizer.*", as it is stored there. Absent keys keep their default.
struct GgufTokenizer {
    std::string name;                 ///< general.name
    std::string model;                ///< tokenizer.ggml.model: "gpt2" or "llama"
    std::string pre;                  ///< tokenizer.ggml.pre: "smollm", "gpt-2", "llama-bpe", ...
    std::vector<std::string> tokens;  ///< tokenizer.ggml.tokens
    std::vector<int32_t> types;       ///< tokenizer.ggml.token_type: 1 normal .. 6 byte
    std::vector<float> scores;        ///< tokenizer.ggml.scores
    std::vector<std::string> merges;  ///< tokenizer.ggml.merges: "left right"
    std::optional<uint32_t> bos, eos, eot, eom, unk, pad;  ///< tokenizer.ggml.*_token_id
    std::optional<bool> add_bos, add_eos;                  ///< tokenizer.ggml.add_*_token
    std::optional<bool> add_space_prefix;                  ///< tokenizer.ggml.add_space_prefix
    std::string chat_template;                             ///< tokenizer.chat_template
};
/// Follows llama.cpp's reading of these keys, defaults included. Unknown models and pre-tokenizers
/// are refused by name.
Result<TokenizerData> tokenizer_from_gguf(GgufTokenizer gguf);

}  // namespace gosset
