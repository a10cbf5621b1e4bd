/// Cuts text into pre-tokens, the pieces that merges never cross, as the regular expressions of the
/// models do, but in linear time and without a regular expression engine. Relies on unicode.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gosset {

/// Stored by name in the file (TokenizerView::pre).
enum class PreTokenizer : uint8_t {
    none,             ///< the text is one pre-token
    metaspace,        ///< the same; add_space_prefix spares a text that begins with a space
    metaspace_first,  ///< the same; add_space_prefix is for the very beginning of the text only
    metaspace_split,  ///< metaspace, cut before every U+2581
    metaspace_first_split,
    /// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
    gpt2,
    smollm,  ///< every \p{N} by itself, then gpt2 on what lies between
    /// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*
    /// |\s*[\r\n]+|\s+(?!\S)|\s+
    llama3,
    qwen2,   ///< llama3 with \p{N} in place of \p{N}{1,3}
    qwen35,  ///< qwen2 with marks as letters: [\p{L}\p{M}]+ and [^\s\p{L}\p{M}\p{N}]+
    /// With U = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}], L = [\p{Ll}\p{Lm}\p{Lo}\p{M}]:
    /// [^\r\n\p{L}\p{N}]?U*L+|[^\r\n\p{L}\p{N}]?U+L*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*
    /// |\s*[\r\n]+|\s+(?!\S)|\s+
    tekken,
    o200k,  ///< tekken with \p{N}{1,3}, and a contraction as in llama3 at the end of a word
    /// Three cuts, one inside the other: \p{N}{1,3}, then [\u4e00-\u9fa5\u3040-\u30ff]+, then
    /// [!-/:-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*
    /// |\s*[\r\n]+|\s+(?!\S)|\s+ where [!-/:-~] is all ASCII punctuation
    deepseek3,
};
std::optional<PreTokenizer> find_pre_tokenizer(std::string_view name);

/// Walks over the pre-tokens of `text` (valid UTF-8, which must outlive this).
class PreTokenWalk {
  public:
    PreTokenWalk(PreTokenizer kind, std::string_view text) : kind_(kind), text_(text) {}
    /// The next pre-token, never empty; an empty one after the last.
    std::string_view next();

  private:
    PreTokenizer kind_;
    std::string_view text_;
    size_t pos_ = 0;
    size_t part_end_ = 0;  ///< of the part that the last pattern gets
};

}  // namespace gosset
