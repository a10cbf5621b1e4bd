/// What Python does with values: comparing, printing, JSON, arithmetic, iterating. All count their
/// steps on the heap, since values share parts and may be far larger than what made them.
/// Relies on value.hpp.
#pragma once

#include "runtime/session/jinja/value.hpp"

namespace gosset::jinja {

Result<bool> equal(Heap& heap, const Value& a, const Value& b);
/// a < b; an error between types that have no order.
Result<bool> less(Heap& heap, const Value& a, const Value& b);
/// `needle in hay`.
Result<bool> contains(Heap& heap, const Value& needle, const Value& hay);
/// The value under a key of a dictionary, or null.
Result<const Value*> find_key(Heap& heap, const Pairs& pairs, const Value& key);
/// Replaces the value of a key, or adds one; an error for keys without a hash, such as lists.
Status set_key(Heap& heap, Pairs& pairs, const Value& key, const Value& value);

/// As Python's str() and repr(). An error for what has no text worth printing.
Status append_str(Heap& heap, const Value& v, Text* out);
Status append_repr(Heap& heap, const Value& v, Text* out);
Result<Text> to_str(Heap& heap, const Value& v);
/// The shortest digits that read back as the same double, as Python prints it.
std::string print_real(double d);

/// As Python's json.dumps(), with transformers' default of ensure_ascii = False.
struct JsonStyle {
    bool ensure_ascii = false, sort_keys = false, indented = false;
    std::string indent;  ///< of one level, when indented
    std::string item_separator = ", ", key_separator = ": ";
};
Status append_json(Heap& heap, const Value& v, const JsonStyle& style, Text* out);

enum class Operator : uint8_t {
    add,
    subtract,
    multiply,
    divide,
    floor_divide,
    modulo,
    power,  // arithmetic
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    in,
    not_in,
};
Result<Value> calculate(Heap& heap, Operator op, const Value& a, const Value& b);
Result<bool> compare(Heap& heap, Operator op, const Value& a, const Value& b);

/// The elements that a loop over the value gives: characters of a string, keys of a dictionary.
/// Uses up an iterator.
Result<Items> iterate(Heap& heap, const Value& v);
/// v[begin:end:step] of a string, list or tuple; absent bounds are left open.
Result<Value> slice(Heap& heap, const Value& v, const Value& begin, const Value& end,
                    const Value& step);
/// v[key] where v is a string or sequence: undefined past the ends.
Result<Value> element(Heap& heap, const Value& v, int64_t index);

}  // namespace gosset::jinja
