/// Added tokens: those that are cut out of text before merges see it (control, user-defined and
/// unknown ones), as the Hugging Face library does it. Two passes: first the tokens that are looked
/// for in the text as written, then, in the normalised text between them, those marked
/// kAddedNormalized. At each place the longest token of the pass is taken. Relies on
/// tokenizer_lookup.hpp and unicode.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "format/tokenizer_view.hpp"
#include "runtime/session/tokenizer.hpp"

namespace gosset {

enum class AddedPass : uint8_t { written = 0, normalised = 1 };

/// Which added tokens there are, by first byte and pass; filled once for a text.
class AddedTokens {
  public:
    explicit AddedTokens(const TokenizerView& view);

    bool any(AddedPass pass) const { return any_[size_t(pass)]; }
    const TokenizerView& view() const { return view_; }

    struct Found {
        uint32_t id;
        size_t size;  ///< 0: none
    };
    /// The longest token of the pass at text[pos] of which `wanted(id, size)` is true. One whose
    /// bytes are not UTF-8 is never found: what lies between matches stays whole characters.
    template <class Wanted>
    Found longest_at(std::string_view text, size_t pos, AddedPass pass, const Wanted& wanted);
    bool may_begin(uint8_t byte, AddedPass pass) const { return longest_[size_t(pass)][byte] != 0; }

  private:
    struct Range {
        uint32_t begin, end;  ///< in view_.index
    };
    Range narrow(Range range, size_t depth, uint8_t byte) const;
    bool is_of(uint32_t id, AddedPass pass) const;

    const TokenizerView& view_;
    bool any_[2] = {};
    uint16_t longest_[2][256] = {};  ///< longest token by first byte; 0: none
    Range first_[256] = {};          ///< index range by first byte, computed when needed
};

/// Walks over the added tokens of one text in one pass.
class AddedTokenWalk {
  public:
    /// Control and unknown tokens are cut out only with `parse_special`; without it one that is
    /// spelled hides what it covers from the others, as in the library. They are not found where
    /// they touch a byte of `plain` (ascending ranges of `text`).
    AddedTokenWalk(AddedTokens& tokens, AddedPass pass, std::string_view text, bool parse_special,
                   std::span<const ByteRange> plain)
        : tokens_(tokens), pass_(pass), text_(text), parse_special_(parse_special), plain_(plain) {}

    struct Match {
        size_t begin, end;  ///< with the white space that the token takes
        uint32_t id;        ///< kNoToken: no more, begin and end are the end of the text
    };
    /// `from` is the end of the last match: white space before it is taken already. As in the
    /// library, a token in white space that the last match took is found again: begin < from.
    Match next(size_t from);

  private:
    bool touches_plain(size_t pos, size_t size);
    bool stands_alone(size_t begin, size_t end) const;
    Match stripped(Match match, size_t from) const;

    AddedTokens& tokens_;
    AddedPass pass_;
    std::string_view text_;
    bool parse_special_;
    std::span<const ByteRange> plain_;  ///< what lies before the place searched is cut off
    size_t pos_ = 0;
};

}  // namespace gosset
