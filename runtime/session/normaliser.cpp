#include "runtime/session/normaliser.hpp"

#include "runtime/session/tokenizer_lookup.hpp"
#include "runtime/session/unicode.hpp"

namespace gosset {

std::string with_spaces(const TokenizerTraits& traits, std::string_view part, bool prefix) {
    const std::string_view space = traits.space_to_meta ? kMetaSpace : " ";
    std::string out;
    out.reserve(part.size() + part.size() / 2 + space.size());
    if (prefix) out += space;
    for (const char c : part) {
        if (c == ' ')
            out += space;
        else
            out += c;
    }
    return out;
}

Normalised normalise(const TokenizerTraits& traits, PreTokenizer pre, std::string_view part) {
    Normalised n;
    n.text = traits.nfc ? unicode::to_nfc(part) : std::string(part);
    n.composed = traits.nfc && n.text != part;
    if (pre != PreTokenizer::none) return n;
    if (traits.add_space_prefix || traits.space_to_meta)
        n.text = with_spaces(traits, n.text, traits.add_space_prefix);
    if (traits.add_space_prefix) n.prefix = traits.space_to_meta ? kMetaSpace.size() : 1;
    return n;
}

}  // namespace gosset
