// map, select, reject and their kin: filters that apply another filter or test to each element.
#include "runtime/session/jinja/filters.hpp"

namespace gosset::jinja {

namespace {

Result<std::string> take_name(Arguments& a, const char* what) {
    if (a.size() == 0 || !a.at(0).is(Kind::text))
        return invalid_argument(std::string(what) + " needs a name");
    std::string name = a.at(0).text().bytes();
    a.positional.erase(a.positional.begin());
    return name;
}

// What is false, such as none, has no elements for these filters.

Result<Value> map(Machine& m, const Value& in, Arguments& a) {
    if (!truth(in)) return m.heap().iterator({});
    GOSSET_ASSIGN(const Items all, iterate(m.heap(), in));
    Items out;
    if (a.size() == 0 && !a.named.empty()) {
        GOSSET_TRY(a.arrange("attribute default?"));
        for (const Value& item : all) {
            GOSSET_ASSIGN(Value v, m.attribute_path(item, a.at(0), a.at(1)));
            out.push_back(std::move(v));
        }
        return m.heap().iterator(std::move(out));
    }
    if (all.empty()) return m.heap().iterator({});
    GOSSET_ASSIGN(const std::string name, take_name(a, "the filter 'map'"));
    for (const Value& item : all) {
        GOSSET_ASSIGN(Value v, m.filter(name, item, a));
        out.push_back(std::move(v));
    }
    return m.heap().iterator(std::move(out));
}

/// The elements (or with by_attribute those whose attribute) a test holds for, or does not.
Result<Value> pick(Machine& m, const Value& in, Arguments& a, bool wanted, bool by_attribute) {
    if (!truth(in)) return m.heap().iterator({});
    GOSSET_ASSIGN(const Items all, iterate(m.heap(), in));
    if (all.empty()) return m.heap().iterator({});
    Value path;
    if (by_attribute) {
        if (a.size() == 0) return invalid_argument("an attribute is missing");
        path = a.at(0);
        a.positional.erase(a.positional.begin());
    }
    std::string name;
    if (a.size() > 0) {
        GOSSET_ASSIGN(name, take_name(a, "a filter that picks by a test"));
    }
    Items out;
    for (const Value& item : all) {
        Value v = item;
        if (by_attribute) {
            GOSSET_ASSIGN(v, m.attribute_path(item, path));
        }
        bool holds = truth(v);
        if (!name.empty()) {
            GOSSET_ASSIGN(holds, m.test(name, v, a));
        }
        if (holds == wanted) out.push_back(item);
    }
    return m.heap().iterator(std::move(out));
}

Result<Value> select(Machine& m, const Value& in, Arguments& a) {
    return pick(m, in, a, true, false);
}
Result<Value> reject(Machine& m, const Value& in, Arguments& a) {
    return pick(m, in, a, false, false);
}
Result<Value> selectattr(Machine& m, const Value& in, Arguments& a) {
    return pick(m, in, a, true, true);
}
Result<Value> rejectattr(Machine& m, const Value& in, Arguments& a) {
    return pick(m, in, a, false, true);
}

constexpr Filter kFilters[] = {
    {"map", nullptr, map},
    {"select", nullptr, select},
    {"reject", nullptr, reject},
    {"selectattr", nullptr, selectattr},
    {"rejectattr", nullptr, rejectattr},
};

}  // namespace

std::span<const Filter> picking_filters() {
    return kFilters;
}

}  // namespace gosset::jinja
