/// The methods of strings, lists, dictionaries and loops. Inside runtime/session/jinja only.
/// Relies on filters.hpp.
#pragma once

#include <span>

#include "runtime/session/jinja/filters.hpp"

namespace gosset::jinja {

struct MethodEntry {
    std::string_view name;
    const char* parameters;  ///< as Arguments::arrange takes them; null: any
    Result<Value> (*apply)(Heap&, const Value& self, Arguments& arguments);
};
std::span<const MethodEntry> text_methods();
std::span<const MethodEntry> splitting_methods();

}  // namespace gosset::jinja
