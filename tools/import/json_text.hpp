/// JSON configuration files without exceptions: a parse that returns a Result, and typed reads that
/// name the key at fault. Relies on nlohmann-json; files are hostile: size and nesting are bounded.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/status.hpp"

namespace gosset {

/// The object that `text` holds. `where` names the file in errors. At most 64 MB (limit), 32
/// levels.
Result<nlohmann::json> parse_json_object(std::string_view text, const std::string& where);
/// The same of a file; not_found when there is none.
Result<nlohmann::json> read_json_object(const std::string& path);

/// Reads of one object's keys. An absent key or null leaves *out as it was; another type or a value
/// out of range is an error that names the key.
class JsonObject {
  public:
    JsonObject(const nlohmann::json& object, std::string where)
        : object_(object), where_(std::move(where)) {}

    bool has(const char* key) const;  ///< present and not null
    const nlohmann::json& at(const char* key) const { return *object_.find(key); }
    Status require(const char* key) const;
    Status read(const char* key, uint32_t* out) const;
    Status read(const char* key, float* out) const;
    Status read(const char* key, bool* out) const;
    Status read(const char* key, std::string* out) const;
    /// The same, but null gives `null_value`: it says something where a default would be taken.
    template <class T>
    Status read_or_null(const char* key, T null_value, T* out) const {
        if (object_.contains(key) && !has(key)) *out = null_value;
        return read(key, out);
    }
    Status read(const char* key, std::vector<float>* out) const;
    /// An id, or a list of ids.
    Status read_ids(const char* key, std::vector<uint32_t>* out) const;

    const nlohmann::json& object() const { return object_; }
    const std::string& where() const { return where_; }
    Status wrong(const char* key, const char* wanted) const;

  private:
    const nlohmann::json& object_;
    std::string where_;
};

}  // namespace gosset
