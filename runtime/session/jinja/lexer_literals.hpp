/// Numbers and strings of template code, read as Python's literals. Inside runtime/session/jinja
/// only. Relies on status.hpp and unicode.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/status.hpp"

namespace gosset::jinja {

struct Number {
    size_t size = 0;  ///< bytes read
    bool is_real = false;
    int64_t integer = 0;
    double real = 0;
};
/// The number that `text` begins with (a digit); fractions and exponents only where `may_be_real`.
Status read_number(std::string_view text, bool may_be_real, Number* out);

/// The text between the quotes of a literal with its escapes resolved.
Status resolve_escapes(std::string_view literal, std::string* out);

}  // namespace gosset::jinja
