// Filters of numbers.
#include <cstdlib>

#include "runtime/session/jinja/filters.hpp"

namespace gosset::jinja {

namespace {

/// An integer as int() reads it: white space around, a sign, digits with single underscores.
bool read_integer(std::string_view text, int64_t* out) {
    text = text.substr(0, spaces_begin(text));
    text.remove_prefix(skip_spaces(text));
    const bool negative = !text.empty() && text[0] == '-';
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
    if (text.empty()) return false;
    uint64_t value = 0;
    bool digit_before = false;
    for (const char c : text) {
        const bool is_digit = c >= '0' && c <= '9';
        if (!is_digit && !(c == '_' && digit_before)) return false;
        digit_before = is_digit;
        if (!is_digit) continue;
        if (value > (uint64_t(INT64_MAX) - 9) / 10) return false;
        value = value * 10 + uint64_t(c - '0');
    }
    *out = negative ? -int64_t(value) : int64_t(value);
    return digit_before;
}

bool has_digit(std::string_view text) {
    return text.find_first_of("0123456789") != text.npos;
}

Result<Value> whole(Machine&, const Value& in, Arguments& a) {
    const Value otherwise = a.at(0).is(Kind::absent) ? Value::integer(0) : a.at(0);
    if (!a.at(1).is(Kind::absent)) return unsupported("the filter 'int' with a base");
    if (in.is_whole()) return Value::integer(in.integer());
    if (in.is(Kind::real)) {
        const double d = in.real();
        if (d != d) return otherwise;
        if (d >= 9223372036854775808.0 || d < -9223372036854775808.0)
            return limit_reached("an integer is beyond 64 bits");
        return Value::integer(int64_t(d));
    }
    if (in.is(Kind::undefined))
        return invalid_argument("'" + in.undefined_name() + "' is undefined");
    if (!in.is(Kind::text)) return otherwise;
    int64_t value = 0;
    if (read_integer(in.text().bytes(), &value)) return Value::integer(value);
    // Python would go on to read a float.
    if (has_digit(in.text().bytes()))
        return unsupported("the filter 'int' on a string that is no plain integer");
    return otherwise;
}

Result<Value> real(Machine&, const Value& in, Arguments& a) {
    const Value otherwise = a.at(0).is(Kind::absent) ? Value::real(0) : a.at(0);
    if (in.is_number()) return Value::real(in.real());
    int64_t value = 0;
    if (!in.is(Kind::text)) return otherwise;
    if (read_integer(in.text().bytes(), &value)) return Value::real(double(value));
    if (has_digit(in.text().bytes()))
        return unsupported("the filter 'float' on a string that is no plain integer");
    return otherwise;
}

Result<Value> absolute(Machine& m, const Value& in, Arguments&) {
    if (in.is(Kind::real)) return Value::real(in.real() < 0 ? -in.real() : in.real());
    if (!in.is_whole()) return invalid_argument("the filter 'abs' needs a number");
    if (in.integer() >= 0) return Value::integer(in.integer());
    return calculate(m.heap(), Operator::subtract, Value::integer(0), in);
}

/// To the nearest integer, halves to the even one, as Python rounds.
Result<Value> round(Machine&, const Value& in, Arguments& a) {
    const bool common =
        a.at(1).is(Kind::absent) || (a.at(1).is(Kind::text) && a.at(1).text().bytes() == "common");
    GOSSET_ASSIGN(const int64_t precision, to_integer(a.at(0), 0));
    if (!common || precision != 0) return unsupported("the filter 'round' to other than integers");
    if (in.is_whole()) return Value::integer(in.integer());
    if (!in.is(Kind::real)) return invalid_argument("the filter 'round' needs a number");
    const double d = in.real();
    if (!(d > -4503599627370496.0 && d < 4503599627370496.0)) return in;
    const double down = double(int64_t(d) - (double(int64_t(d)) > d));
    const double rest = d - down;
    const bool up = rest > 0.5 || (rest == 0.5 && int64_t(down) % 2 != 0);
    const double rounded = up ? down + 1 : down;
    return Value::real(rounded == 0 && d < 0 ? -0.0 : rounded);
}

constexpr Filter kFilters[] = {
    {"int", "default? base?", whole},
    {"float", "default?", real},
    {"abs", "", absolute},
    {"round", "precision? method?", round},
};

}  // namespace

std::span<const Filter> number_filters() {
    return kFilters;
}

}  // namespace gosset::jinja
