// Looking filters up, and the small ones.
#include "runtime/session/jinja/filters.hpp"

#include <algorithm>

namespace gosset::jinja {

namespace {

/// Filters of Jinja that no chat template has a use for.
constexpr std::string_view kUnsupported[] = {
    "attr",     "center",    "e",      "escape",    "filesizeformat", "forceescape",
    "format",   "groupby",   "pprint", "random",    "slice",          "striptags",
    "truncate", "urlencode", "urlize", "wordcount", "wordwrap",       "xmlattr"};

const Filter* find_filter(std::string_view name) {
    for (const auto& table :
         {text_filters(), sequence_filters(), picking_filters(), number_filters()})
        for (const Filter& f : table)
            if (f.name == name) return &f;
    return nullptr;
}

}  // namespace

Result<int64_t> to_integer(const Value& v, int64_t absent) {
    if (v.is(Kind::absent) || v.is(Kind::none)) return absent;
    if (v.is_whole()) return v.integer();
    return invalid_argument(std::string("an argument must be an integer, not a ") + type_name(v));
}

Result<Text> need_text(const Value& v, const char* what) {
    if (v.is(Kind::text)) return v.text();
    return invalid_argument(std::string(what) + " must be a string, not a " + type_name(v));
}

Result<Value> Machine::filter(std::string_view name, const Value& input, Arguments given) {
    const Filter* f = find_filter(name);
    if (!f) {
        const bool known = std::find(std::begin(kUnsupported), std::end(kUnsupported), name) !=
                           std::end(kUnsupported);
        return unsupported("the filter '" + std::string(name) +
                           (known ? "' is not supported" : "' is not known"));
    }
    static constexpr std::string_view kKeepSafe[] = {"safe", "string", "trim", "length", "default"};
    if (input.safe() &&
        std::find(std::begin(kKeepSafe), std::end(kKeepSafe), name) == std::end(kKeepSafe))
        return unsupported("the filter '" + std::string(name) + "' on a string marked safe");
    const std::string where = "filter '" + std::string(name) + "'";
    if (f->parameters) {
        const Status status = given.arrange(f->parameters);
        if (!status.ok()) return status.in(where);
    }
    return f->apply(*this, input, given);
}

}  // namespace gosset::jinja
