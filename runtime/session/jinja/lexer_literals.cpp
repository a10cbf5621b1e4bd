#include "runtime/session/jinja/lexer_literals.hpp"

#include "runtime/session/unicode.hpp"

namespace gosset::jinja {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Digits that may have single underscores between them; how many bytes.
size_t digits(std::string_view text, std::string* out) {
    size_t at = 0;
    while (at < text.size()) {
        if (text[at] == '_' && at > 0 && at + 1 < text.size() && is_digit(text[at + 1])) at++;
        if (!is_digit(text[at])) break;
        *out += text[at++];
    }
    return at;
}

/// digits * 10^exponent, exactly rounded, which one operation on exact numbers is.
Status scale(const std::string& all, int64_t exponent, double* out) {
    uint64_t value = 0;
    for (const char c : all) {
        if (value > (uint64_t(1) << 53) / 10 - 1)
            return unsupported("a float of more digits than a template needs");
        value = value * 10 + uint64_t(c - '0');
    }
    if (exponent < -22 || exponent > 22) return unsupported("a float with a large exponent");
    double power = 1;
    for (int64_t i = 0; i < (exponent < 0 ? -exponent : exponent); i++) power *= 10;
    *out = exponent < 0 ? double(value) / power : double(value) * power;
    return {};
}

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    const char lower = char(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// `most` hexadecimal or (octal) digits at literal[at]; -1 where there are none.
int64_t read_code(std::string_view literal, size_t* at, size_t most, int base) {
    int64_t value = 0;
    size_t n = 0;
    for (; n < most && *at < literal.size(); n++, ++*at) {
        const int digit = hex_value(literal[*at]);
        if (digit < 0 || digit >= base) break;
        value = value * base + digit;
    }
    return n == most || (base == 8 && n > 0) ? value : -1;
}

Status append_code(int64_t code, std::string* out) {
    if (code < 0) return unsupported("an escape without its digits in a string");
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return unsupported("an escape that names no character in a string");
    unicode::append_utf8(*out, uint32_t(code));
    return {};
}

/// The escape whose letter is literal[*at]; moves past it.
Status append_escape(std::string_view literal, size_t* at, std::string* out) {
    const char c = literal[*at];
    constexpr std::string_view kLetters = "\\'\"abfnrtv", kMeanings = "\\'\"\a\b\f\n\r\t\v";
    const size_t plain = kLetters.find(c);
    if (plain != kLetters.npos) {
        *out += kMeanings[plain];
        ++*at;
        return {};
    }
    if (c >= '0' && c <= '7') return append_code(read_code(literal, at, 3, 8), out);
    if (c == 'x' || c == 'u' || c == 'U') {
        ++*at;
        return append_code(read_code(literal, at, c == 'x' ? 2 : c == 'u' ? 4 : 8, 16), out);
    }
    if (c == 'N') return unsupported("the escape \\N in a string");
    if (uint8_t(c) >= 0x80) return unsupported("a backslash before a character that is not ASCII");
    ++*at;
    if (c != '\n') *out += '\\', *out += c;  // Python keeps what it does not know
    return {};
}

}  // namespace

Status read_number(std::string_view text, bool may_be_real, Number* out) {
    std::string whole, fraction, power;
    size_t at = digits(text, &whole);
    const size_t whole_size = at;
    int64_t sign = 1;
    if (may_be_real && at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1])) {
        at += 1 + digits(text.substr(at + 1), &fraction);
    }
    if (may_be_real && at + 1 < text.size() && (text[at] | 0x20) == 'e') {
        const size_t skip = text[at + 1] == '+' || text[at + 1] == '-' ? 2 : 1;
        if (text[at + 1] == '-') sign = -1;
        if (at + skip < text.size() && is_digit(text[at + skip]))
            at += skip + digits(text.substr(at + skip), &power);
    }
    out->is_real = at != whole_size, out->size = at;
    if (out->is_real) {
        if (power.size() > 4) return unsupported("a float with a large exponent");
        const int64_t exponent = power.empty() ? 0 : sign * std::stoi(power);
        return scale(whole + fraction, exponent - int64_t(fraction.size()), &out->real);
    }
    const char next = at < text.size() ? text[at] : ' ';
    if (hex_value(next) >= 0 || (next | 0x20) == 'x' || (next | 0x20) == 'o')
        return unsupported("a number that is not decimal");
    if (whole.size() > 1 && whole[0] == '0' && whole.find_first_not_of('0') != whole.npos)
        return unsupported("a number with leading zeros");
    if (whole.size() > 18) return unsupported("an integer of more than 18 digits");
    out->integer = std::stoll(whole);
    return {};
}

Status resolve_escapes(std::string_view literal, std::string* out) {
    for (size_t at = 0; at < literal.size();) {
        if (literal[at] != '\\' || at + 1 == literal.size()) {
            *out += literal[at++];
            continue;
        }
        at++;
        GOSSET_TRY(append_escape(literal, &at, out));
    }
    return {};
}

}  // namespace gosset::jinja
