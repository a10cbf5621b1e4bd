// Filters of lists and dictionaries.
#include <algorithm>

#include "runtime/session/jinja/filters.hpp"

namespace gosset::jinja {

namespace {

Result<Value> size(Machine& m, const Value& in, Arguments&) {
    if (in.is(Kind::text)) GOSSET_TRY(m.heap().spend_bytes(in.text().size()));
    GOSSET_ASSIGN(const size_t n, length(in));
    return Value::integer(int64_t(n));
}

Result<Value> list(Machine& m, const Value& in, Arguments&) {
    GOSSET_ASSIGN(Items items, iterate(m.heap(), in));
    return m.heap().list(std::move(items));
}

Result<Value> otherwise(Machine& m, const Value& in, Arguments& a) {
    const bool replace = in.is(Kind::undefined) || (truth(a.at(1)) && !truth(in));
    if (!replace) return in;
    return a.at(0).is(Kind::absent) ? m.heap().text("", Origin::model) : Result<Value>(a.at(0));
}

Result<Value> first(Machine& m, const Value& in, Arguments&) {
    if (in.is(Kind::iterator)) {
        Iterator& i = *in.iterator();
        return i.at < i.items.size() ? Result<Value>(i.items[i.at++]) : m.heap().undefined("first");
    }
    if (in.is(Kind::text) || in.is_sequence()) return element(m.heap(), in, 0);
    GOSSET_ASSIGN(const Items items, iterate(m.heap(), in));
    return items.empty() ? m.heap().undefined("first") : Result<Value>(items.front());
}

Result<Value> last(Machine& m, const Value& in, Arguments&) {
    if (in.is(Kind::iterator))
        return invalid_argument("the filter 'last' cannot go through a generator from its end");
    if (in.is(Kind::text) || in.is_sequence()) return element(m.heap(), in, -1);
    GOSSET_ASSIGN(const Items items, iterate(m.heap(), in));
    return items.empty() ? m.heap().undefined("last") : Result<Value>(items.back());
}

Result<Value> reverse(Machine& m, const Value& in, Arguments&) {
    if (in.is(Kind::text))
        return slice(m.heap(), in, Value::absent(), Value::absent(), Value::integer(-1));
    GOSSET_ASSIGN(Items items, iterate(m.heap(), in));
    std::reverse(items.begin(), items.end());
    return in.is(Kind::iterator) ? m.heap().list(std::move(items))
                                 : m.heap().iterator(std::move(items));
}

Result<Items> pairs_of(Machine& m, const Value& in) {
    Items items;
    for (const auto& [key, value] : in.pairs()) {
        GOSSET_ASSIGN(Value pair, m.heap().sequence(Kind::tuple, {key, value}));
        items.push_back(std::move(pair));
    }
    return items;
}

Result<Value> items(Machine& m, const Value& in, Arguments&) {
    if (in.is(Kind::undefined)) return m.heap().iterator({});
    if (!in.is(Kind::dict))
        return invalid_argument(std::string("the filter 'items' needs a dictionary, not a ") +
                                type_name(in));
    GOSSET_ASSIGN(Items pairs, pairs_of(m, in));
    return m.heap().iterator(std::move(pairs));
}

/// Text compares without its case unless asked to.
Result<Value> sort_key(Machine& m, const Value& v, bool case_sensitive) {
    if (case_sensitive || !v.is(Kind::text)) return v;
    return m.heap().text(change_case(v.text(), Case::lower));
}

/// Sorts `items` by `keys`, both of one size: a stable merge sort that stops at the first error.
Status sort_by(Heap& heap, const Items& keys, bool descending, std::vector<size_t>* order) {
    std::vector<size_t> from(keys.size()), to(keys.size());
    for (size_t i = 0; i < from.size(); i++) from[i] = i;
    for (size_t width = 1; width < keys.size(); width *= 2) {
        for (size_t begin = 0; begin < keys.size(); begin += 2 * width) {
            const size_t middle = std::min(begin + width, keys.size());
            const size_t end = std::min(begin + 2 * width, keys.size());
            size_t a = begin, b = middle;
            for (size_t out = begin; out < end; out++) {
                bool right = a == middle;
                if (a < middle && b < end) {
                    const Value &x = keys[from[a]], &y = keys[from[b]];
                    GOSSET_ASSIGN(right, descending ? less(heap, x, y) : less(heap, y, x));
                }
                to[out] = right ? from[b++] : from[a++];
            }
        }
        std::swap(from, to);
    }
    *order = std::move(from);
    return {};
}

Result<Items> sorted(Machine& m, const Items& items, const Items& keys, bool descending) {
    std::vector<size_t> order;
    GOSSET_TRY(sort_by(m.heap(), keys, descending, &order));
    Items out;
    for (const size_t i : order) out.push_back(items[i]);
    return out;
}

Result<Value> sort(Machine& m, const Value& in, Arguments& a) {
    GOSSET_ASSIGN(const Items all, iterate(m.heap(), in));
    const bool by_attribute = !a.at(2).is(Kind::absent) && !a.at(2).is(Kind::none);
    if (by_attribute && a.at(2).is(Kind::text) &&
        a.at(2).text().bytes().find(',') != std::string::npos)
        return unsupported("the filter 'sort' by several attributes");
    Items keys;
    for (const Value& item : all) {
        Value key = item;
        if (by_attribute) {
            GOSSET_ASSIGN(key, m.attribute_path(item, a.at(2)));
        }
        GOSSET_ASSIGN(key, sort_key(m, key, truth(a.at(1))));
        keys.push_back(std::move(key));
    }
    GOSSET_ASSIGN(Items out, sorted(m, all, keys, truth(a.at(0))));
    return m.heap().list(std::move(out));
}

Result<Value> dictsort(Machine& m, const Value& in, Arguments& a) {
    if (!in.is(Kind::dict)) return invalid_argument("the filter 'dictsort' needs a dictionary");
    const std::string by = a.at(1).is(Kind::text) ? a.at(1).text().bytes() : "key";
    if (by != "key" && by != "value") return invalid_argument("dictsort by neither key nor value");
    Items keys;
    for (const auto& [name, value] : in.pairs()) {
        GOSSET_ASSIGN(Value key, sort_key(m, by == "key" ? name : value, truth(a.at(0))));
        keys.push_back(std::move(key));
    }
    GOSSET_ASSIGN(const Items pairs, pairs_of(m, in));
    GOSSET_ASSIGN(Items out, sorted(m, pairs, keys, truth(a.at(2))));
    return m.heap().list(std::move(out));
}

Result<Value> unique(Machine& m, const Value& in, Arguments& a) {
    GOSSET_ASSIGN(const Items all, iterate(m.heap(), in));
    Items out;
    Pairs seen;
    for (const Value& item : all) {
        Value key = item;
        if (!a.at(1).is(Kind::absent) && !a.at(1).is(Kind::none)) {
            GOSSET_ASSIGN(key, m.attribute_path(item, a.at(1)));
        }
        GOSSET_ASSIGN(key, sort_key(m, key, truth(a.at(0))));
        const size_t before = seen.size();
        GOSSET_TRY(set_key(m.heap(), seen, key, Value()));
        if (seen.size() > before) out.push_back(item);
    }
    return m.heap().iterator(std::move(out));
}

Result<Value> extreme(Machine& m, const Value& in, Arguments& a, bool largest) {
    GOSSET_ASSIGN(const Items all, iterate(m.heap(), in));
    if (all.empty()) return m.heap().undefined(largest ? "max" : "min");
    Value best, best_key;
    for (size_t i = 0; i < all.size(); i++) {
        Value key = all[i];
        if (!a.at(1).is(Kind::absent) && !a.at(1).is(Kind::none)) {
            GOSSET_ASSIGN(key, m.attribute_path(all[i], a.at(1)));
        }
        GOSSET_ASSIGN(key, sort_key(m, key, truth(a.at(0))));
        bool better = i == 0;
        if (!better) {
            GOSSET_ASSIGN(better,
                          largest ? less(m.heap(), best_key, key) : less(m.heap(), key, best_key));
        }
        if (better) best = all[i], best_key = std::move(key);
    }
    return best;
}
Result<Value> min(Machine& m, const Value& in, Arguments& a) {
    return extreme(m, in, a, false);
}
Result<Value> max(Machine& m, const Value& in, Arguments& a) {
    return extreme(m, in, a, true);
}

Result<Value> sum(Machine& m, const Value& in, Arguments& a) {
    GOSSET_ASSIGN(const Items all, iterate(m.heap(), in));
    Value total = a.at(1).is(Kind::absent) ? Value::integer(0) : a.at(1);
    if (total.is(Kind::text)) return invalid_argument("the filter 'sum' cannot add strings");
    for (const Value& item : all) {
        Value v = item;
        if (!a.at(0).is(Kind::absent) && !a.at(0).is(Kind::none)) {
            GOSSET_ASSIGN(v, m.attribute_path(item, a.at(0)));
        }
        GOSSET_ASSIGN(total, calculate(m.heap(), Operator::add, total, v));
    }
    return total;
}

Result<Value> batch(Machine& m, const Value& in, Arguments& a) {
    GOSSET_ASSIGN(const Items all, iterate(m.heap(), in));
    GOSSET_ASSIGN(const int64_t count, to_integer(a.at(0), 0));
    if (count <= 0 || count > 10000) return invalid_argument("the filter 'batch' by that count");
    Items out;
    for (size_t begin = 0; begin < all.size(); begin += size_t(count)) {
        const size_t end = std::min(begin + size_t(count), all.size());
        Items part(all.begin() + ptrdiff_t(begin), all.begin() + ptrdiff_t(end));
        if (!a.at(1).is(Kind::absent) && !a.at(1).is(Kind::none))
            part.resize(size_t(count), a.at(1));
        GOSSET_ASSIGN(Value v, m.heap().list(std::move(part)));
        out.push_back(std::move(v));
    }
    return m.heap().iterator(std::move(out));
}

constexpr Filter kFilters[] = {
    {"length", "", size},
    {"count", "", size},
    {"list", "", list},
    {"default", "default_value? boolean?", otherwise},
    {"d", "default_value? boolean?", otherwise},
    {"first", "", first},
    {"last", "", last},
    {"reverse", "", reverse},
    {"items", "", items},
    {"sort", "reverse? case_sensitive? attribute?", sort},
    {"dictsort", "case_sensitive? by? reverse?", dictsort},
    {"unique", "case_sensitive? attribute?", unique},
    {"min", "case_sensitive? attribute?", min},
    {"max", "case_sensitive? attribute?", max},
    {"sum", "attribute? start?", sum},
    {"batch", "linecount fill_with?", batch},
};

}  // namespace

std::span<const Filter> sequence_filters() {
    return kFilters;
}

}  // namespace gosset::jinja
