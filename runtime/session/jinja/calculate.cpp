// Arithmetic, iteration and slices.
#include <algorithm>

#include "runtime/session/jinja/operations.hpp"

namespace gosset::jinja {

namespace {

const char* sign_of(Operator op) {
    constexpr const char* kSigns[] = {"+", "-", "*", "/", "//", "%", "**"};
    return kSigns[size_t(op)];
}

Status no_operation(Operator op, const Value& a, const Value& b) {
    for (const Value* v : {&a, &b})
        if (v->is(Kind::undefined))
            return invalid_argument("'" + v->undefined_name() + "' is undefined");
    return invalid_argument(std::string("no '") + sign_of(op) + "' between values of types " +
                            type_name(a) + " and " + type_name(b));
}

Status too_large() {
    return limit_reached("an integer is beyond 64 bits");
}

Result<Value> power(int64_t base, int64_t exponent) {
    if (exponent < 0) return unsupported("'**' with a negative exponent");
    int64_t result = 1;
    if (base == 0 || base == 1 || base == -1)
        return Value::integer(exponent == 0 ? 1 : base == -1 && exponent % 2 == 0 ? 1 : base);
    for (; exponent > 0; exponent--)
        if (__builtin_mul_overflow(result, base, &result)) return too_large();
    return Value::integer(result);
}

Result<Value> whole_numbers(Operator op, int64_t a, int64_t b) {
    int64_t out = 0;
    const bool divides =
        op == Operator::divide || op == Operator::floor_divide || op == Operator::modulo;
    if (divides && b == 0) return invalid_argument("division by zero");
    if (divides && a == INT64_MIN && b == -1) return too_large();
    switch (op) {
        case Operator::add:
            return __builtin_add_overflow(a, b, &out) ? Result<Value>(too_large())
                                                      : Value::integer(out);
        case Operator::subtract:
            return __builtin_sub_overflow(a, b, &out) ? Result<Value>(too_large())
                                                      : Value::integer(out);
        case Operator::multiply:
            return __builtin_mul_overflow(a, b, &out) ? Result<Value>(too_large())
                                                      : Value::integer(out);
        case Operator::divide:
            return Value::real(double(a) / double(b));
        case Operator::floor_divide:
            return Value::integer(a / b - (a % b != 0 && (a < 0) != (b < 0)));
        case Operator::modulo:
            return Value::integer(a % b + (a % b != 0 && (a < 0) != (b < 0) ? b : 0));
        default:
            return power(a, b);
    }
}

Result<Value> numbers(Operator op, const Value& a, const Value& b) {
    if (a.is_whole() && b.is_whole()) return whole_numbers(op, a.integer(), b.integer());
    const double x = a.real(), y = b.real();
    switch (op) {
        case Operator::add:
            return Value::real(x + y);
        case Operator::subtract:
            return Value::real(x - y);
        case Operator::multiply:
            return Value::real(x * y);
        case Operator::divide:
            if (y == 0) return invalid_argument("division by zero");
            return Value::real(x / y);
        default:
            return unsupported(std::string("'") + sign_of(op) + "' of floats");
    }
}

void append_escaped(const Text& text, Text* out) {
    for (size_t i = 0; i < text.size(); i++) {
        const char c = text.bytes()[i];
        const char* name = c == '&'    ? "&amp;"
                           : c == '<'  ? "&lt;"
                           : c == '>'  ? "&gt;"
                           : c == '\'' ? "&#39;"
                           : c == '"'  ? "&#34;"
                                       : nullptr;
        if (name)
            out->append(name, text.origin_at(i));
        else
            out->append(text, i, i + 1);
    }
}

Result<Value> joined(Heap& heap, const Value& a, const Value& b) {
    GOSSET_TRY(heap.admit(2 * (a.text().size() + b.text().size())));
    Text out;
    const bool safe = a.safe() || b.safe();
    for (const Value* v : {&a, &b}) {
        if (safe && !v->safe())
            append_escaped(v->text(), &out);
        else
            out.append(v->text());
    }
    GOSSET_ASSIGN(const Value v, heap.text(std::move(out)));
    return v.as_safe(safe);
}

Result<Value> joined_items(Heap& heap, const Value& a, const Value& b) {
    GOSSET_TRY(heap.admit((a.items().size() + b.items().size()) * sizeof(Value)));
    Items items = a.items();
    items.insert(items.end(), b.items().begin(), b.items().end());
    return heap.sequence(a.kind(), std::move(items));
}

Result<Value> repeated(Heap& heap, const Value& v, int64_t times) {
    const bool is_text = v.is(Kind::text);
    const size_t once = is_text ? v.text().size() : v.items().size();
    const size_t n = times < 0 || once == 0 ? 0 : size_t(times);
    const size_t most = heap.limits().live_bytes / (is_text ? 2 : sizeof(Value));
    if (n > 0 && n > most / once) return heap.admit(heap.limits().live_bytes + 1);
    GOSSET_TRY(heap.admit(n * once * (is_text ? 2 : sizeof(Value))));
    GOSSET_TRY(heap.spend(1 + n));
    if (is_text) {
        Text out;
        for (size_t i = 0; i < n; i++) out.append(v.text());
        GOSSET_ASSIGN(const Value result, heap.text(std::move(out)));
        return result.as_safe(v.safe());
    }
    Items items;
    for (size_t i = 0; i < n; i++) items.insert(items.end(), v.items().begin(), v.items().end());
    return heap.sequence(v.kind(), std::move(items));
}

bool repeats(const Value& v) {
    return v.is(Kind::text) || v.is(Kind::list) || v.is(Kind::tuple);
}

}  // namespace

Result<Value> calculate(Heap& heap, Operator op, const Value& a, const Value& b) {
    GOSSET_TRY(heap.spend(1));
    if (a.is_number() && b.is_number()) return numbers(op, a, b);
    if (op == Operator::add && a.kind() == b.kind()) {
        if (a.is(Kind::text)) return joined(heap, a, b);
        if (a.is(Kind::list) || a.is(Kind::tuple)) return joined_items(heap, a, b);
    }
    if (op == Operator::multiply) {
        if (repeats(a) && b.is_whole()) return repeated(heap, a, b.integer());
        if (repeats(b) && a.is_whole()) return repeated(heap, b, a.integer());
    }
    if (op == Operator::modulo && a.is(Kind::text))
        return unsupported("the operator % on a string");
    return no_operation(op, a, b);
}

Result<Items> iterate(Heap& heap, const Value& v) {
    if (v.is_sequence() || v.is(Kind::view)) {
        GOSSET_TRY(heap.spend(1 + v.items().size()));
        GOSSET_TRY(heap.admit(v.items().size() * sizeof(Value)));
        return v.items();
    }
    Items items;
    if (v.is(Kind::undefined)) return items;
    if (v.is(Kind::iterator)) {
        Iterator& from = *v.iterator();
        GOSSET_TRY(heap.spend(1 + from.items.size() - from.at));
        items.assign(from.items.begin() + ptrdiff_t(from.at), from.items.end());
        from.at = from.items.size();
        return items;
    }
    if (v.is(Kind::dict)) {
        GOSSET_TRY(heap.spend(1 + v.pairs().size()));
        for (const auto& pair : v.pairs()) items.push_back(pair.first);
        return items;
    }
    if (!v.is(Kind::text))
        return invalid_argument(std::string("a value of type ") + type_name(v) +
                                " cannot be iterated");
    // A character a value: the costliest way to hold a text, asked for before it is made.
    const std::vector<size_t> at = character_offsets(v.text().bytes());
    GOSSET_TRY(heap.admit(at.size() * (sizeof(Value) + sizeof(Text) + 128)));
    for (size_t i = 0; i + 1 < at.size(); i++) {
        GOSSET_ASSIGN(Value c, heap.text(v.text().slice(at[i], at[i + 1])));
        items.push_back(std::move(c));
    }
    return items;
}

Result<Value> element(Heap& heap, const Value& v, int64_t index) {
    std::vector<size_t> at;
    size_t size = 0;
    if (v.is(Kind::text)) {
        GOSSET_TRY(heap.spend_bytes(v.text().size()));
        at = character_offsets(v.text().bytes());
        size = at.size() - 1;
    } else {
        size = v.items().size();
    }
    if (index < 0) index += int64_t(size);
    if (index < 0 || index >= int64_t(size))
        return heap.undefined(std::string(type_name(v)) + "[" + std::to_string(index) + "]");
    if (v.is(Kind::text))
        return heap.text(v.text().slice(at[size_t(index)], at[size_t(index) + 1]));
    return v.items()[size_t(index)];
}

namespace {

/// A bound of a slice as Python reads it: negative from the end (where size is not 0), then cut to
/// [lowest, highest].
Result<int64_t> bound(const Value& v, int64_t absent, int64_t size, int64_t lowest,
                      int64_t highest) {
    if (v.is(Kind::absent) || v.is(Kind::none)) return absent;
    if (!v.is_whole())
        return invalid_argument(std::string("a slice by a value of type ") + type_name(v));
    int64_t i = v.integer();
    if (i < 0 && size > 0) i = i < -size ? -1 : i + size;
    return std::clamp(i, lowest, highest);
}

}  // namespace

Result<Value> slice(Heap& heap, const Value& v, const Value& begin, const Value& end,
                    const Value& step) {
    const bool is_text = v.is(Kind::text);
    if (v.is(Kind::undefined)) return invalid_argument("'" + v.undefined_name() + "' is undefined");
    if (!is_text && !v.is_sequence()) return heap.undefined("slice");
    std::vector<size_t> at;
    if (is_text) {
        GOSSET_TRY(heap.spend_bytes(v.text().size()));
        at = character_offsets(v.text().bytes());
    }
    const auto size = int64_t(is_text ? at.size() - 1 : v.items().size());
    int64_t stride = 1;
    if (!step.is(Kind::absent) && !step.is(Kind::none)) {
        GOSSET_ASSIGN(stride, bound(step, 1, 0, -size - 1, size + 1));
    }
    if (stride == 0) return invalid_argument("a slice with step zero");
    const int64_t lowest = stride < 0 ? -1 : 0, highest = stride < 0 ? size - 1 : size;
    GOSSET_ASSIGN(const int64_t first,
                  bound(begin, stride < 0 ? highest : lowest, size, lowest, highest));
    GOSSET_ASSIGN(const int64_t last,
                  bound(end, stride < 0 ? lowest : highest, size, lowest, highest));
    GOSSET_TRY(heap.spend(size_t(size) / 16 + 1));
    Text text;
    Items items;
    for (int64_t i = first; stride < 0 ? i > last : i < last; i += stride) {
        if (is_text)
            text.append(v.text(), at[size_t(i)], at[size_t(i) + 1]);
        else
            items.push_back(v.items()[size_t(i)]);
    }
    return is_text ? heap.text(std::move(text)) : heap.sequence(v.kind(), std::move(items));
}

}  // namespace gosset::jinja
