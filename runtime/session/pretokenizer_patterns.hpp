/// The splitting expressions of the models as hand-written walks: each function gives the end of
/// the match at a place. Patterns are in pretokenizer.hpp. Relies on unicode.hpp.
#pragma once

#include <cstddef>
#include <string_view>

#include "runtime/session/pretokenizer.hpp"

namespace gosset {

/// End of the match of the pattern at `pos` < s.size(), or `pos` where it does not match there
/// (deepseek3 alone). `s` is valid UTF-8 and ends where the pattern must see the end.
size_t match_end(PreTokenizer kind, std::string_view s, size_t pos);

/// smollm and deepseek3 cut more than once: the end of the part at `pos` that the last pattern gets
/// by itself; the end of the text for other kinds.
size_t part_end(PreTokenizer kind, std::string_view s, size_t pos);

}  // namespace gosset
