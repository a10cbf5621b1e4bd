/// The sections of a tokenizer.json, each read into the TokenizerSource that they describe
/// together. Inside tools/import only. Relies on json_text.hpp and tokenizer_builder.hpp.
#pragma once

#include "tools/import/json_text.hpp"
#include "tools/import/tokenizer_builder.hpp"

namespace gosset {

/// "model" and "added_tokens": tokens, types, merges, unk and the model's flags.
Status read_json_vocabulary(const nlohmann::json& root, TokenizerSource* out);

/// "normalizer", "pre_tokenizer" and "decoder": how text becomes pieces and pieces text.
Status read_json_pipeline(const nlohmann::json& root, TokenizerSource* out);

/// "post_processor": whether BOS and EOS are added, and which they are.
Status read_json_template(const nlohmann::json& root, TokenizerSource* out);

/// Id of the token spelled so, or UINT32_MAX.
uint32_t find_source_token(const TokenizerSource& source, std::string_view spelling);

/// The string under `key`, or "" where it is absent or none.
std::string json_string(const nlohmann::json& object, const char* key);
/// The flag under `key`, or `absent` where it is absent or none.
bool json_flag(const nlohmann::json& object, const char* key, bool absent);

}  // namespace gosset
