#include <algorithm>

#include "runtime/session/jinja/operations.hpp"

namespace gosset::jinja {

namespace {

/// Sign of a - b, exact for integers beyond 2^53 too; 2 when one is not a number.
int order_numbers(const Value& a, const Value& b) {
    if (a.is_whole() && b.is_whole())
        return a.integer() < b.integer() ? -1 : a.integer() > b.integer();
    if (!a.is_whole() && !b.is_whole())
        return a.real() < b.real() ? -1 : a.real() > b.real() ? 1 : a.real() == b.real() ? 0 : 2;
    if (a.is_whole()) {
        const int order = order_numbers(b, a);
        return order == 2 ? 2 : -order;
    }
    const double d = a.real();
    if (d != d) return 2;
    if (d >= 9223372036854775808.0) return 1;
    if (d < -9223372036854775808.0) return -1;
    const auto whole = int64_t(d);  // towards zero
    if (whole != b.integer()) return whole < b.integer() ? -1 : 1;
    return d < double(whole) ? -1 : d > double(whole);
}

Status no_order(const Value& a, const Value& b) {
    return invalid_argument(std::string("values of types ") + type_name(a) + " and " +
                            type_name(b) + " have no order");
}

Result<bool> equal_items(Heap& heap, const Items& a, const Items& b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); i++) {
        GOSSET_ASSIGN(const bool same, equal(heap, a[i], b[i]));
        if (!same) return false;
    }
    return true;
}

Result<bool> equal_pairs(Heap& heap, const Pairs& a, const Pairs& b) {
    if (a.size() != b.size()) return false;
    for (const auto& [key, value] : a) {
        GOSSET_ASSIGN(const Value* other, find_key(heap, b, key));
        if (!other) return false;
        GOSSET_ASSIGN(const bool same, equal(heap, value, *other));
        if (!same) return false;
    }
    return true;
}

Status need_hash(Heap& heap, const Value& v) {
    GOSSET_TRY(heap.spend(1));
    if (v.is(Kind::list) || v.is(Kind::dict) || v.is(Kind::view))
        return invalid_argument(std::string("a value of type ") + type_name(v) +
                                " cannot be the key of a dictionary");
    if (!v.is(Kind::tuple)) return {};
    for (const Value& item : v.items()) GOSSET_TRY(need_hash(heap, item));
    return {};
}

}  // namespace

Result<bool> equal(Heap& heap, const Value& a, const Value& b) {
    GOSSET_TRY(heap.spend(1));
    if (a.is_number() && b.is_number()) return order_numbers(a, b) == 0;
    if (a.kind() != b.kind()) return false;
    switch (a.kind()) {
        case Kind::undefined:
        case Kind::none:
            return true;
        case Kind::text:
            GOSSET_TRY(heap.spend_bytes(std::min(a.text().size(), b.text().size())));
            return a.text().bytes() == b.text().bytes();
        case Kind::list:
        case Kind::tuple:
        case Kind::range:
            return equal_items(heap, a.items(), b.items());
        case Kind::dict:
            return equal_pairs(heap, a.pairs(), b.pairs());
        case Kind::function:
            return a.integer() == b.integer();
        default:
            return a.identity() == b.identity();
    }
}

Result<bool> less(Heap& heap, const Value& a, const Value& b) {
    GOSSET_TRY(heap.spend(1));
    if (a.is_number() && b.is_number()) return order_numbers(a, b) == -1;
    if (a.kind() != b.kind()) return no_order(a, b);
    if (a.is(Kind::text)) {
        GOSSET_TRY(heap.spend_bytes(std::min(a.text().size(), b.text().size())));
        return a.text().bytes() < b.text().bytes();  // UTF-8 keeps the order of code points
    }
    if (!a.is(Kind::list) && !a.is(Kind::tuple)) return no_order(a, b);
    const Items &x = a.items(), &y = b.items();
    for (size_t i = 0; i < std::min(x.size(), y.size()); i++) {
        GOSSET_ASSIGN(const bool same, equal(heap, x[i], y[i]));
        if (!same) return less(heap, x[i], y[i]);
    }
    return x.size() < y.size();
}

Result<const Value*> find_key(Heap& heap, const Pairs& pairs, const Value& key) {
    GOSSET_TRY(need_hash(heap, key));
    for (const auto& [name, value] : pairs) {
        GOSSET_ASSIGN(const bool same, equal(heap, name, key));
        if (same) return &value;
    }
    return static_cast<const Value*>(nullptr);
}

Status set_key(Heap& heap, Pairs& pairs, const Value& key, const Value& value) {
    GOSSET_ASSIGN(const Value* old, find_key(heap, pairs, key));
    if (old)
        *const_cast<Value*>(old) = value;
    else
        pairs.emplace_back(key, value);
    return {};
}

Result<bool> contains(Heap& heap, const Value& needle, const Value& hay) {
    if (hay.is(Kind::text)) {
        if (!needle.is(Kind::text))
            return invalid_argument(std::string("'in' looks for a string in a string, not for a ") +
                                    type_name(needle));
        GOSSET_TRY(heap.spend_bytes(hay.text().size()));
        return hay.text().bytes().find(needle.text().bytes()) != std::string::npos;
    }
    if (hay.is(Kind::dict)) {
        GOSSET_ASSIGN(const Value* found, find_key(heap, hay.pairs(), needle));
        return found != nullptr;
    }
    GOSSET_ASSIGN(const Items items, iterate(heap, hay));
    for (const Value& item : items) {
        GOSSET_ASSIGN(const bool same, equal(heap, item, needle));
        if (same) return true;
    }
    return false;
}

Result<bool> compare(Heap& heap, Operator op, const Value& a, const Value& b) {
    const auto either = [&](const Value& x, const Value& y) -> Result<bool> {
        GOSSET_ASSIGN(const bool same, equal(heap, x, y));
        // Also finds types without an order.
        GOSSET_ASSIGN(const bool smaller, less(heap, x, y));
        return same || smaller;
    };
    const auto negated = [](Result<bool> r) -> Result<bool> {
        return r.ok() ? Result<bool>(!*r) : r;
    };
    switch (op) {
        case Operator::equal:
            return equal(heap, a, b);
        case Operator::not_equal:
            return negated(equal(heap, a, b));
        case Operator::less:
            return less(heap, a, b);
        case Operator::greater:
            return less(heap, b, a);
        case Operator::less_equal:
            return either(a, b);
        case Operator::greater_equal:
            return either(b, a);
        case Operator::in:
            return contains(heap, a, b);
        default:
            return negated(contains(heap, a, b));
    }
}

}  // namespace gosset::jinja
