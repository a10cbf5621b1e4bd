/// Tokenizers as the Hugging Face libraries store them: tokenizer.json, and beside it (where they
/// exist) tokenizer_config.json, special_tokens_map.json, generation_config.json, config.json and
/// chat_template.jinja. What is not understood is refused by name, never ignored. Relies on
/// tokenizer_builder.hpp and nlohmann-json, whose exceptions do not leave this file.
#pragma once

#include <string>

#include "format/tokenizer_view.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

/// `path` names a tokenizer.json; its neighbours are looked up in the same folder.
Result<TokenizerData> tokenizer_from_json_file(const std::string& path);

/// The contents of those files; "" where there is none.
struct TokenizerFiles {
    std::string tokenizer, tokenizer_config, special_tokens_map, generation_config, config;
    std::string chat_template;  ///< chat_template.jinja, preferred to the template in the config
};
Result<TokenizerData> tokenizer_from_json(const TokenizerFiles& files);

}  // namespace gosset
