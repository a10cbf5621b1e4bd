// Finding methods, and those of lists, dictionaries and loops.
#include "runtime/session/jinja/methods.hpp"

#include <algorithm>

namespace gosset::jinja {

namespace {

Result<Value> dict_get(Heap& heap, const Value& self, Arguments& a) {
    GOSSET_ASSIGN(const Value* found, find_key(heap, self.pairs(), a.at(0)));
    if (found) return *found;
    return a.at(1).is(Kind::absent) ? Value() : a.at(1);
}

Result<Value> dict_view(Heap& heap, const Value& self, bool keys, bool values) {
    Items items;
    for (const auto& [key, value] : self.pairs()) {
        Value v = keys ? key : value;
        if (keys && values) {
            GOSSET_ASSIGN(v, heap.sequence(Kind::tuple, {key, value}));
        }
        items.push_back(std::move(v));
    }
    return heap.sequence(Kind::view, std::move(items));
}
Result<Value> dict_items(Heap& heap, const Value& self, Arguments&) {
    return dict_view(heap, self, true, true);
}
Result<Value> dict_keys(Heap& heap, const Value& self, Arguments&) {
    return dict_view(heap, self, true, false);
}
Result<Value> dict_values(Heap& heap, const Value& self, Arguments&) {
    return dict_view(heap, self, false, true);
}

Result<Value> itself(Heap&, const Value& self, Arguments&) {
    return self;
}

Result<Value> list_count(Heap& heap, const Value& self, Arguments& a) {
    int64_t n = 0;
    for (const Value& item : self.items()) {
        GOSSET_ASSIGN(const bool same, equal(heap, item, a.at(0)));
        n += same;
    }
    return Value::integer(n);
}

Result<Value> list_index(Heap& heap, const Value& self, Arguments& a) {
    for (size_t i = 0; i < self.items().size(); i++) {
        GOSSET_ASSIGN(const bool same, equal(heap, self.items()[i], a.at(0)));
        if (same) return Value::integer(int64_t(i));
    }
    return invalid_argument("the method 'index' finds nothing in the list");
}

Result<Value> loop_cycle(Heap&, const Value& self, Arguments& a) {
    return self.loop()->cycle(a.positional);
}
Result<Value> loop_changed(Heap&, const Value& self, Arguments& a) {
    GOSSET_ASSIGN(const bool changed, self.loop()->changed(std::move(a.positional)));
    return Value::boolean(changed);
}

constexpr MethodEntry kDict[] = {
    {"get", "key default?", dict_get}, {"items", "", dict_items}, {"keys", "", dict_keys},
    {"values", "", dict_values},       {"copy", "", itself},
};
constexpr MethodEntry kList[] = {
    {"count", "value", list_count}, {"index", "value", list_index}, {"copy", "", itself}};
constexpr MethodEntry kTuple[] = {{"count", "value", list_count}, {"index", "value", list_index}};
constexpr MethodEntry kLoop[] = {{"cycle", nullptr, loop_cycle},
                                 {"changed", nullptr, loop_changed}};

constexpr std::string_view kDictChangers[] = {"clear", "pop", "popitem", "setdefault", "update"};
constexpr std::string_view kListChangers[] = {"append", "clear",  "extend",  "insert",
                                              "pop",    "remove", "reverse", "sort"};
/// Python's other methods and attributes: a template that names one means it.
constexpr std::string_view kTextOthers[] = {
    "casefold",  "center",    "encode",       "expandtabs", "format_map",  "isalnum", "isalpha",
    "isascii",   "isdecimal", "isidentifier", "isnumeric",  "isprintable", "istitle", "ljust",
    "maketrans", "rjust",     "swapcase",     "translate",  "zfill"};
constexpr std::string_view kDictOthers[] = {"fromkeys"};
constexpr std::string_view kRangeOthers[] = {"count", "index", "start", "stop", "step"};
constexpr std::string_view kNumberOthers[] = {
    "as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator",
    "from_bytes",       "fromhex",   "hex",        "imag",      "is_integer",
    "numerator",        "real",      "to_bytes"};

/// The method tables of a kind of value: the names of Python's type that are in none are `others`.
struct Methods {
    std::span<const MethodEntry> own, more;
    std::span<const std::string_view> others, changers;
};
Methods methods_of(Kind kind) {
    switch (kind) {
        case Kind::text:
            return {text_methods(), splitting_methods(), kTextOthers, {}};
        case Kind::dict:
            return {kDict, {}, kDictOthers, kDictChangers};
        case Kind::list:
            return {kList, {}, {}, kListChangers};
        case Kind::tuple:
            return {kTuple, {}, {}, {}};
        case Kind::range:
            return {{}, {}, kRangeOthers, {}};
        case Kind::loop:
            return {kLoop, {}, {}, {}};
        case Kind::boolean:
        case Kind::integer:
        case Kind::real:
            return {{}, {}, kNumberOthers, {}};
        default:
            return {};
    }
}

bool among(std::span<const std::string_view> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Result<Value> find_method(Heap& heap, const Value& self, std::string_view name) {
    const Methods m = methods_of(self.kind());
    for (size_t i = 0; i < m.own.size() + m.more.size(); i++) {
        const MethodEntry& e = i < m.own.size() ? m.own[i] : m.more[i - m.own.size()];
        if (e.name == name) return heap.method(self, uint32_t(i));
    }
    if (among(m.changers, name))
        return unsupported("the method '" + std::string(name) + "' would change a " +
                           type_name(self) + ", which chat templates may not do");
    if (among(m.others, name))
        return unsupported("'" + std::string(name) + "' of a " + type_name(self) +
                           " is not supported");
    return Value::absent();
}

Result<Value> Machine::call_method(const Method& method, Arguments given) {
    const Methods m = methods_of(method.self.kind());
    const MethodEntry& e =
        method.id < m.own.size() ? m.own[method.id] : m.more[method.id - m.own.size()];
    const std::string where = "method '" + std::string(e.name) + "'";
    static constexpr std::string_view kKeepSafe[] = {"startswith", "endswith", "strip", "lstrip",
                                                     "rstrip"};
    if (method.self.safe() && !among(kKeepSafe, e.name))
        return unsupported(where + " of a string marked safe");
    if (e.parameters) {
        const Status status = given.arrange(e.parameters);
        if (!status.ok()) return status.in(where);
    } else if (!given.named.empty() && e.name != "format") {
        return invalid_argument(where + " takes no named arguments");
    }
    Result<Value> v = e.apply(heap_, method.self, given);
    return v.ok() ? std::move(v) : Result<Value>(v.status().in(where));
}

}  // namespace gosset::jinja
