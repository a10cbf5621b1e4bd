/// UTF-8, the three character classes that pre-tokenizers ask for, and normalisation form C.
/// Tables: unicode_{classes,nfc}.inc, written by generate_unicode.py. Relies on nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gosset::unicode {

enum class CharClass : uint8_t {
    other = 0,
    letter = 1,  ///< \p{L}
    number = 2,  ///< \p{N}
    space = 3,   ///< \s: the property White_Space
};
CharClass char_class(uint32_t cp);

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
