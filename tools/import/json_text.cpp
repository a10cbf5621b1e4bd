#include "tools/import/json_text.hpp"

#include <cmath>
#include <exception>
#include <filesystem>
#include <limits>
#include <optional>

#include "tools/import/printable.hpp"
#include "tools/import/source_bytes.hpp"

namespace gosset {
namespace {

using nlohmann::json;
constexpr size_t kMaxBytes = 64u << 20;
constexpr int kMaxDepth = 32;

std::optional<uint32_t> as_u32(const json& v) {
    if (!v.is_number_unsigned()) return {};
    const uint64_t n = *v.get_ptr<const json::number_unsigned_t*>();
    return n <= UINT32_MAX ? std::optional<uint32_t>(uint32_t(n)) : std::nullopt;
}

std::optional<float> as_float(const json& v) {
    double d = 0;
    if (const auto* f = v.get_ptr<const json::number_float_t*>())
        d = *f;
    else if (const auto* u = v.get_ptr<const json::number_unsigned_t*>())
        d = double(*u);
    else if (const auto* i = v.get_ptr<const json::number_integer_t*>())
        d = double(*i);
    else
        return {};
    if (!(std::fabs(d) <= double(std::numeric_limits<float>::max()))) return {};
    return float(d);
}

/// How deep brackets nest outside strings: checked before a tree is built.
bool nests_too_deep(std::string_view text) {
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.size(); i++) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') i++;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > kMaxDepth) return true;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

}  // namespace

Result<json> parse_json_object(std::string_view text, const std::string& where) {
    if (text.size() > kMaxBytes) return corrupt(where + ": too long for a configuration file");
    if (nests_too_deep(text)) return corrupt(where + ": JSON nested too deep");
    try {
        json parsed = json::parse(text.begin(), text.end(), nullptr, false);
        if (parsed.is_discarded()) return corrupt(where + ": malformed JSON");
        if (!parsed.is_object()) return corrupt(where + ": not a JSON object");
        return parsed;
    } catch (const std::exception& e) {  // out of memory is all that remains
        return out_of_memory(where + ": " + e.what());
    }
}

Result<json> read_json_object(const std::string& path) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return not_found(path + ": no such file");
    GOSSET_ASSIGN(const SourceBytes bytes, SourceBytes::map(path));
    const std::span<const uint8_t> b = bytes.span();
    return parse_json_object({reinterpret_cast<const char*>(b.data()), b.size()}, path);
}

bool JsonObject::has(const char* key) const {
    const auto it = object_.find(key);
    return it != object_.end() && !it->is_null();
}

Status JsonObject::wrong(const char* key, const char* wanted) const {
    return corrupt(where_ + ": key '" + key + "' must be " + wanted);
}

Status JsonObject::require(const char* key) const {
    if (has(key)) return {};
    return corrupt(where_ + ": key '" + key + "' is missing");
}

Status JsonObject::read(const char* key, uint32_t* out) const {
    if (!has(key)) return {};
    const auto v = as_u32(at(key));
    if (!v) return wrong(key, "a whole number of 0 to 4294967295");
    *out = *v;
    return {};
}

Status JsonObject::read(const char* key, float* out) const {
    if (!has(key)) return {};
    const auto v = as_float(at(key));
    if (!v) return wrong(key, "a number in the range of a 32-bit float");
    *out = *v;
    return {};
}

Status JsonObject::read(const char* key, bool* out) const {
    if (!has(key)) return {};
    const auto* v = at(key).get_ptr<const json::boolean_t*>();
    if (!v) return wrong(key, "true or false");
    *out = *v;
    return {};
}

Status JsonObject::read(const char* key, std::string* out) const {
    if (!has(key)) return {};
    const auto* v = at(key).get_ptr<const json::string_t*>();
    if (!v) return wrong(key, "a string");
    *out = *v;
    return {};
}

Status JsonObject::read(const char* key, std::vector<float>* out) const {
    if (!has(key)) return {};
    if (!at(key).is_array()) return wrong(key, "a list of numbers");
    std::vector<float> values;
    for (const json& item : at(key)) {
        const auto v = as_float(item);
        if (!v) return wrong(key, "a list of numbers in the range of a 32-bit float");
        values.push_back(*v);
    }
    *out = std::move(values);
    return {};
}

Status JsonObject::read_ids(const char* key, std::vector<uint32_t>* out) const {
    if (!has(key)) return {};
    std::vector<uint32_t> ids;
    const json& value = at(key);
    if (value.is_array()) {
        for (const json& item : value) {
            const auto id = as_u32(item);
            if (!id) return wrong(key, "a token id or a list of token ids");
            ids.push_back(*id);
        }
    } else {
        const auto id = as_u32(value);
        if (!id) return wrong(key, "a token id or a list of token ids");
        ids.push_back(*id);
    }
    *out = std::move(ids);
    return {};
}

}  // namespace gosset
