/// config.json and generation_config.json of a Hugging Face model to ModelConfig. A key that asks
/// for what ModelConfig (or this importer) cannot express is refused by name, never ignored; keys
/// that the family's reference implementation does not read are ignored, as it does.
#pragma once

#include <string>
#include <string_view>

#include "format/config.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

/// `generation` is generation_config.json, "" where there is none: its end ids join the config's.
/// `where` names config.json in errors. Sizes are not yet checked: check_config does that.
Result<ModelConfig> config_from_json(std::string_view config, std::string_view generation,
                                     const std::string& where);

}  // namespace gosset
