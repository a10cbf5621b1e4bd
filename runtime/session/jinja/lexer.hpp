/// A template's text cut into tokens as jinja2's lexer does with trim_blocks and lstrip_blocks: the
/// first line break after a block goes, and so do the blanks before one on its line; "-" beside a
/// delimiter eats all white space there, "+" keeps it. Relies on limits.hpp, status.hpp,
/// unicode.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/status.hpp"
#include "runtime/session/jinja/limits.hpp"

namespace gosset::jinja {

enum class TokenKind : uint8_t {
    data,         ///< text outside of tags
    print_begin,  ///< {{
    print_end,    ///< }}
    block_begin,  ///< {%
    block_end,    ///< %}
    name,
    string,  ///< a literal, its escapes resolved
    integer,
    real,
    sign,  ///< an operator or bracket
    end,   ///< of the template
};

struct Token {
    TokenKind kind;
    uint32_t line;
    std::string text;
    int64_t integer = 0;
    double real = 0;
};

/// "line 3: what" as an error about a template.
Status template_error(uint32_t line, const std::string& what);

/// The tokens of `source`, the last one being `end`.
Result<std::vector<Token>> tokenize(std::string_view source, const Limits& limits);

}  // namespace gosset::jinja
