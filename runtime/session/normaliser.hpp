/// What a tokenizer does to text before it looks for tokens: normal form C and, where no
/// pre-tokenizer follows, the space in front and spaces as U+2581. Importers apply it to the added
/// tokens that are looked for in normalised text. Relies on pretokenizer.hpp and unicode.hpp.
#pragma once

#include <string>
#include <string_view>

#include "format/tokenizer_view.hpp"
#include "runtime/session/pretokenizer.hpp"

namespace gosset {

struct Normalised {
    std::string text;
    bool composed = false;  ///< form C changed it: offsets are lost
    size_t prefix = 0;      ///< bytes put in front
};
/// `part` is valid UTF-8.
Normalised normalise(const TokenizerTraits& traits, PreTokenizer pre, std::string_view part);

/// The part with each space as U+2581 (where the tokenizer wants that), after one more if `prefix`.
std::string with_spaces(const TokenizerTraits& traits, std::string_view part, bool prefix);

}  // namespace gosset
