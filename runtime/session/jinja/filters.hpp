/// The tables that Machine looks names up in. Inside runtime/session/jinja only.
/// Relies on machine.hpp.
#pragma once

#include <span>
#include <string_view>

#include "runtime/session/jinja/machine.hpp"

namespace gosset::jinja {

struct Filter {
    std::string_view name;
    const char* parameters;  ///< as Arguments::arrange takes them; null: the filter takes them raw
    Result<Value> (*apply)(Machine&, const Value& input, Arguments& arguments);
};
std::span<const Filter> text_filters();
std::span<const Filter> sequence_filters();
std::span<const Filter> picking_filters();
std::span<const Filter> number_filters();

/// An argument as an integer; `absent` where it is not given or none.
Result<int64_t> to_integer(const Value& v, int64_t absent);
/// An argument that must be a string.
Result<Text> need_text(const Value& v, const char* what);

// Python's methods of strings, which filters use too. Arguments as Python has them.
Result<Value> strip(Heap& heap, const Value& v, const Value& characters, bool left, bool right);
Result<Value> replace(Heap& heap, const Text& text, const Text& from, const Text& to, int64_t most);
Result<Value> join(Heap& heap, const Text& separator, const Items& items, bool convert);
Result<Items> split_lines(Heap& heap, const Text& text);
Text capitalized(const Text& text);
Text titled(const Text& text, bool as_filter);

}  // namespace gosset::jinja
