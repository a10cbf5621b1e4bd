/// UTF-8, the categories of characters that pre-tokenizers ask for, and normalisation form C.
/// Tables: unicode_{classes,nfc}.inc, written by generate_unicode.py, which says of which versions
/// of Unicode: those of the Hugging Face tokenizers library. Relies on nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gosset::unicode {

/// General categories, joined and split as the patterns of models need them.
enum class Category : uint8_t {
    other = 0,
    upper = 1,     ///< Lu, Lt
    lower = 2,     ///< Ll
    caseless = 3,  ///< Lm, Lo
    mark = 4,      ///< M
    digit = 5,     ///< Nd
    letter_number = 6,
    other_number = 7,
    space = 8,      ///< the property White_Space
    connector = 9,  ///< Pc
    punctuation = 10,
    symbol = 11,
    alphabetic_symbol = 12,  ///< circled letters and the like: S, but \w
    joiner = 13,             ///< U+200C, U+200D: in \w
    number_17 = 14,          ///< numbers of Unicode 17, for is_numeric alone
};
Category category(uint32_t cp);

/// The classes of most patterns.
enum class CharClass : uint8_t {
    other = 0,
    letter = 1,  ///< \p{L}
    number = 2,  ///< \p{N}
    space = 3,   ///< \s: the property White_Space
};
CharClass char_class(uint32_t cp);

/// char::is_numeric of Rust: \p{N} of Unicode 17.
bool is_numeric(uint32_t cp);
/// \w: Alphabetic, M, Nd, Pc, Join_Control (UTS #18, annex C).
bool is_word(uint32_t cp);

/// What stands at a place of a byte string that may be broken.
struct Utf8Step {
    enum Kind : uint8_t {
        valid,    ///< a character of `size` bytes
        broken,   ///< `size` bytes that cannot begin or continue one: one U+FFFD (W3C practice)
        partial,  ///< the string ends inside a character that is right so far; `size` is the rest
    } kind;
    uint8_t size;
};
Utf8Step utf8_step(std::string_view text, size_t pos);

/// Offset of the first byte that is not UTF-8, or npos.
size_t find_invalid_utf8(std::string_view text);

/// `text` with each broken part replaced by U+FFFD; a partial end counts as broken.
std::string sanitize_utf8(std::string_view text);

/// Bytes of the character that this byte begins, in valid UTF-8.
inline size_t char_size(char lead) {
    const auto b = uint8_t(lead);
    return b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
}
/// The character at text[pos]. `text` is valid UTF-8 and pos is the start of a character in it.
uint32_t char_at(std::string_view text, size_t pos);
void append_utf8(std::string& out, uint32_t cp);

/// Unicode normalisation form C (UAX #15) of valid UTF-8.
std::string to_nfc(std::string_view text);

}  // namespace gosset::unicode
