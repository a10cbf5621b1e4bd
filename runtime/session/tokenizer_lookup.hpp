/// Tokens of a TokenizerView by their bytes, through its sorted index. Any view whose ids are in
/// range and whose offsets are monotone is safe; one whose index is not sorted finds less.
/// Relies on format/tokenizer_view.hpp and unicode.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "format/tokenizer_view.hpp"
#include "runtime/session/tokenizer.hpp"

namespace gosset {

inline constexpr uint32_t kNoToken = UINT32_MAX;
/// U+2581, SentencePiece's visible space.
inline constexpr std::string_view kMetaSpace = "\xe2\x96\x81";
/// Tokens longer than this are not looked for in text as a whole (importers refuse them).
inline constexpr size_t kMaxAddedTokenBytes = 256;

TokenType type_of(const TokenizerView& view, uint32_t id);

/// The lowest id with these bytes, or kNoToken.
uint32_t find_token(const TokenizerView& view, std::string_view bytes);

/// The same among tokens that plain text may become: never control, unknown or byte tokens, and
/// normal ones before user-defined ones.
uint32_t find_text_token(const TokenizerView& view, std::string_view bytes);

/// The token "<0xAB>" of a byte, or kNoToken.
uint32_t find_byte_token(const TokenizerView& view, uint8_t byte);
/// The byte that a kTokenByte spells, or -1.
int byte_of_token(std::string_view bytes);

/// Finds the tokens that are cut out of text before anything else: user-defined ones, and control
/// and unknown ones on request; the longest at each place. One whose bytes are not UTF-8 is never
/// found: what lies between matches stays whole characters. Control and unknown ones are not found
/// where they touch a byte of `plain` (ascending ranges of the one text that is searched).
class AddedTokenMatcher {
  public:
    AddedTokenMatcher(const TokenizerView& view, bool parse_special,
                      std::span<const ByteRange> plain = {});

    struct Match {
        size_t begin, size;  ///< size 0: none until the end of the text
        uint32_t id;
    };
    /// The first match at or after `pos`, which never goes back.
    Match next(std::string_view text, size_t pos);

  private:
    struct Range {
        uint32_t begin, end;  ///< in view_.index
    };
    Match longest_at(std::string_view text, size_t pos);
    Range narrow(Range range, size_t depth, uint8_t byte) const;
    bool wanted(uint32_t id) const;
    bool touches_plain(size_t pos, size_t size);

    const TokenizerView& view_;
    bool parse_special_;
    std::span<const ByteRange> plain_;  ///< what lies before the place searched is cut off
    bool any_ = false;
    uint16_t longest_[256] = {};  ///< longest wanted token by first byte; 0: none
    Range first_[256] = {};       ///< index range by first byte, computed when needed
};

}  // namespace gosset
