// What may stand after "is".
#include <algorithm>

#include "runtime/session/jinja/filters.hpp"

namespace gosset::jinja {

namespace {

struct Comparison {
    std::string_view name;
    Operator op;
};
constexpr Comparison kComparisons[] = {
    {"eq", Operator::equal},         {"equalto", Operator::equal},
    {"==", Operator::equal},         {"ne", Operator::not_equal},
    {"!=", Operator::not_equal},     {"lt", Operator::less},
    {"lessthan", Operator::less},    {"<", Operator::less},
    {"le", Operator::less_equal},    {"<=", Operator::less_equal},
    {"gt", Operator::greater},       {"greaterthan", Operator::greater},
    {">", Operator::greater},        {"ge", Operator::greater_equal},
    {">=", Operator::greater_equal}, {"in", Operator::in},
};

struct Property {
    std::string_view name;
    bool (*holds)(const Value&);
};
bool iterable(const Value& v) {
    return v.is(Kind::undefined) || v.is(Kind::text) || v.is_sequence() || v.is(Kind::dict) ||
           v.is(Kind::view) || v.is(Kind::iterator) || v.is(Kind::loop);
}
constexpr Property kProperties[] = {
    {"defined", [](const Value& v) { return !v.is(Kind::undefined); }},
    {"undefined", [](const Value& v) { return v.is(Kind::undefined); }},
    {"none", [](const Value& v) { return v.is(Kind::none); }},
    {"boolean", [](const Value& v) { return v.is(Kind::boolean); }},
    {"true", [](const Value& v) { return v.is(Kind::boolean) && v.integer(); }},
    {"false", [](const Value& v) { return v.is(Kind::boolean) && !v.integer(); }},
    {"integer", [](const Value& v) { return v.is(Kind::integer); }},
    {"float", [](const Value& v) { return v.is(Kind::real); }},
    {"number", [](const Value& v) { return v.is_number(); }},
    {"string", [](const Value& v) { return v.is(Kind::text); }},
    {"mapping", [](const Value& v) { return v.is(Kind::dict); }},
    {"iterable", iterable},
    // Undefined has a length and an index method, as Jinja tests it.
    {"sequence",
     [](const Value& v) {
         return v.is(Kind::text) || v.is_sequence() || v.is(Kind::dict) || v.is(Kind::undefined);
     }},
    {"callable",
     [](const Value& v) {
         return v.is(Kind::function) || v.is(Kind::macro) || v.is(Kind::method) ||
                v.is(Kind::undefined);
     }},
};

constexpr std::string_view kUnsupported[] = {"escaped", "filter", "test", "lower", "upper"};

bool same_object(const Value& a, const Value& b) {
    if (a.kind() != b.kind()) return false;
    if (a.is(Kind::none)) return true;
    if (a.is_whole()) return a.integer() == b.integer();
    return a.identity() == b.identity() && a.identity();
}

Result<bool> of_number(std::string_view name, const Value& v, const Arguments& a) {
    if (!v.is_whole())
        return invalid_argument("the test '" + std::string(name) + "' needs an integer");
    if (name != "divisibleby") return (v.integer() % 2 != 0) == (name == "odd");
    GOSSET_ASSIGN(const int64_t by, to_integer(a.at(0), 0));
    if (by == 0) return invalid_argument("division by zero");
    return by == -1 || v.integer() % by == 0;
}

Status need_arguments(const Arguments& a, size_t n, std::string_view name) {
    if (a.size() == n && a.named.empty()) return {};
    return invalid_argument("the test '" + std::string(name) + "' takes " + std::to_string(n) +
                            " arguments");
}

}  // namespace

Result<bool> Machine::test(std::string_view name, const Value& input, Arguments given) {
    for (const Property& p : kProperties) {
        if (p.name != name) continue;
        GOSSET_TRY(need_arguments(given, 0, name));
        return p.holds(input);
    }
    for (const Comparison& c : kComparisons) {
        if (c.name != name) continue;
        GOSSET_TRY(need_arguments(given, 1, name));
        return compare(heap_, c.op, input, given.at(0));
    }
    if (name == "odd" || name == "even" || name == "divisibleby") {
        GOSSET_TRY(need_arguments(given, name == "divisibleby", name));
        return of_number(name, input, given);
    }
    if (name == "sameas") {
        GOSSET_TRY(need_arguments(given, 1, name));
        return same_object(input, given.at(0));
    }
    const bool known =
        std::find(std::begin(kUnsupported), std::end(kUnsupported), name) != std::end(kUnsupported);
    return unsupported("the test '" + std::string(name) +
                       (known ? "' is not supported" : "' is not known"));
}

}  // namespace gosset::jinja
