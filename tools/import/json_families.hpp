/// What each family's reference implementation (the classes *Config of transformers) does where
/// config.json is silent, and the keys that are the family's own. Relies on json_text.hpp.
#pragma once

#include <string_view>
#include <vector>

#include "format/config.hpp"
#include "runtime/base/status.hpp"
#include "tools/import/json_text.hpp"

namespace gosset {

struct JsonFamily {
    const char* name;  ///< ModelConfig::architecture
    /// Keys that config_json refuses in other families.
    std::vector<std::string_view> own_keys;
    /// Before anything is read: defaults, and what is the same in every model of the family.
    void (*defaults)(ModelConfig* c);
    /// Last, when the sizes are known. Adds the ropes.
    Status (*finish)(const JsonObject& o, ModelConfig* c);

    bool owns(std::string_view key) const;
};

/// Every row of families() has one.
const JsonFamily& json_family_of(std::string_view name);

}  // namespace gosset
