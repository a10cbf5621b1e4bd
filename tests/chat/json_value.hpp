/// JSON as template values, so that tests can give templates whatever Python could. Strings under
/// "messages" are the caller's, all others the template's. Relies on value.hpp and nlohmann-json.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/session/jinja/template.hpp"

namespace gosset::test {

using Names = std::vector<std::pair<std::string_view, jinja::Value>>;

Result<jinja::Value> value_of(jinja::Heap& heap, const nlohmann::ordered_json& json,
                              jinja::Origin origin);
/// The members of an object as variables; the object must outlive them.
Result<Names> names_of(jinja::Heap& heap, const nlohmann::ordered_json& object);

}  // namespace gosset::test
