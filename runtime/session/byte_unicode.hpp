/// GPT-2's printable spelling of bytes: every byte is a character of its own, so that token files
/// stay text. Printable Latin-1 bytes stand for themselves, the other 68 are U+0100 .. U+0143 in
/// order (a space is U+0120). Relies on unicode.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gosset {

/// The bytes that a token spells, or nothing where a character is not of the 256.
std::optional<std::string> bytes_from_printable(std::string_view token);

}  // namespace gosset
