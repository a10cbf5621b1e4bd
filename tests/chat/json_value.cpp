#include "tests/chat/json_value.hpp"

namespace gosset::test {

using jinja::Origin;
using jinja::Value;
using nlohmann::ordered_json;

Result<Value> value_of(jinja::Heap& heap, const ordered_json& json, Origin origin) {
    if (json.is_null()) return Value();
    if (json.is_boolean()) return Value::boolean(json.get<bool>());
    if (json.is_number_integer()) return Value::integer(json.get<int64_t>());
    if (json.is_number()) return Value::real(json.get<double>());
    if (json.is_string()) return heap.text(json.get_ref<const std::string&>(), origin);
    if (json.is_array()) {
        jinja::Items items;
        for (const ordered_json& element : json) {
            GOSSET_ASSIGN(Value v, value_of(heap, element, origin));
            items.push_back(std::move(v));
        }
        return heap.list(std::move(items));
    }
    jinja::Pairs pairs;
    for (const auto& [key, element] : json.items()) {
        GOSSET_ASSIGN(Value v, value_of(heap, element, origin));
        pairs.emplace_back(Value::text(key, Origin::model), std::move(v));
    }
    return heap.dict(std::move(pairs));
}

Result<Names> names_of(jinja::Heap& heap, const ordered_json& object) {
    Names names;
    for (auto it = object.begin(); it != object.end(); ++it) {
        const Origin origin = it.key() == "messages" ? Origin::caller : Origin::model;
        GOSSET_ASSIGN(Value v, value_of(heap, it.value(), origin));
        names.emplace_back(it.key(), std::move(v));
    }
    return names;
}

}  // namespace gosset::test
