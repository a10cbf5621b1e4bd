/// What llama.cpp knows of each architecture beyond the keys that all share: fixed parts of the
/// computation, defaults, and keys of its own. Relies on gguf.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "format/config.hpp"
#include "runtime/base/status.hpp"
#include "tools/import/gguf.hpp"

namespace gosset {

struct GgufFamily {
    const char* name;  ///< ModelConfig::architecture
    /// Keys that it reads beside the common ones, without the architecture in front.
    std::vector<std::string_view> own_keys;
    /// When sizes and the common rotary embedding (c->ropes[0]) are known.
    Status (*finish)(const GgufFile& file, const std::string& prefix, ModelConfig* c);

    bool owns(std::string_view key) const;
};

/// Every row of families() that has a GGUF architecture has one.
const GgufFamily& gguf_family_of(std::string_view name);

}  // namespace gosset
