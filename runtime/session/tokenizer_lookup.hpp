/// Tokens of a TokenizerView by their bytes, through its sorted index. Any view whose ids are in
/// range and whose offsets are monotone is safe; one whose index is not sorted finds less.
/// Relies on format/tokenizer_view.hpp.
#pragma once

#include <cstdint>
#include <string_view>

#include "format/tokenizer_view.hpp"

namespace gosset {

inline constexpr uint32_t kNoToken = UINT32_MAX;
/// U+2581, SentencePiece's visible space.
inline constexpr std::string_view kMetaSpace = "\xe2\x96\x81";
/// Of tokens with equal bytes at most this many are looked at: real vocabularies have two.
inline constexpr size_t kMostEqual = 16;
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

}  // namespace gosset
