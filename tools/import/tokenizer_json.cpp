#include "tools/import/tokenizer_json.hpp"

#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/session/tokenizer_lookup.hpp"
#include "tools/import/printable.hpp"
#include "tools/import/tokenizer_json_parts.hpp"

namespace gosset {

namespace {
using nlohmann::json;

Result<json> parse_optional(const std::string& text, const char* where) {
    return text.empty() ? Result<json>(json::object()) : parse_json_object(text, where);
}

/// A token by name: "<s>" or {"content": "<s>", ...}; "" where there is none.
std::string token_name(const json& object, const char* key) {
    const auto it = object.find(key);
    if (it != object.end() && it->is_object()) return json_string(*it, "content");
    return json_string(object, key);
}

/// The settings beside tokenizer.json, parsed.
struct Settings {
    json config, special, generation, model;
};

Status read_special(const Settings& s, const char* key, const char* id_key, TokenizerSource* source,
                    uint32_t* out) {
    for (const json* file : {&s.config, &s.special}) {
        const std::string name = token_name(*file, key);
        if (name.empty()) continue;
        *out = find_source_token(*source, name);
        if (*out != kNoToken) return {};
        return corrupt(std::string("tokenizer_config.json: ") + key + " " + printable(name) +
                       " is not in the vocabulary");
    }
    if (*out != kNoToken) return {};
    for (const json* file : {&s.generation, &s.model}) {
        std::vector<uint32_t> ids;
        GOSSET_TRY(JsonObject(*file, "generation_config.json").read_ids(id_key, &ids));
        if (ids.empty()) continue;
        *out = ids[0];
        return {};
    }
    return {};
}

/// A string, or a list of {"name", "template"} of which "default" is taken.
std::string read_chat_template(const json& config) {
    const auto it = config.find("chat_template");
    if (it == config.end() || !it->is_array()) return json_string(config, "chat_template");
    for (const json& entry : *it)
        if (entry.is_object() && json_string(entry, "name") == "default")
            return json_string(entry, "template");
    return "";
}

Status read_settings(const Settings& s, const std::string& chat_template, TokenizerSource* out) {
    TokenizerTraits& t = out->traits;
    GOSSET_TRY(read_special(s, "bos_token", "bos_token_id", out, &t.bos));
    GOSSET_TRY(read_special(s, "eos_token", "eos_token_id", out, &t.eos));
    GOSSET_TRY(read_special(s, "pad_token", "pad_token_id", out, &t.pad));
    t.add_bos = json_flag(s.config, "add_bos_token", t.add_bos) && t.bos != kNoToken;
    t.add_eos = json_flag(s.config, "add_eos_token", t.add_eos) && t.eos != kNoToken;
    out->chat_template = chat_template.empty() ? read_chat_template(s.config) : chat_template;
    std::vector<uint32_t> ids;
    GOSSET_TRY(JsonObject(s.generation, "generation_config.json").read_ids("eos_token_id", &ids));
    if (ids.empty()) GOSSET_TRY(JsonObject(s.model, "config.json").read_ids("eos_token_id", &ids));
    out->end_ids.insert(out->end_ids.end(), ids.begin(), ids.end());
    return {};
}

Result<std::string> read_whole(const std::filesystem::path& path, bool required) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    if (in) text << in.rdbuf();
    if (!in && required) return not_found(path.string() + ": cannot be read");
    return text.str();
}

}  // namespace

Result<TokenizerData> tokenizer_from_json(const TokenizerFiles& files) {
    try {
        TokenizerSource source;
        {
            GOSSET_ASSIGN(const json root, parse_json_object(files.tokenizer, "tokenizer.json"));
            GOSSET_TRY(read_json_vocabulary(root, &source));
            GOSSET_TRY(read_json_pipeline(root, &source));
            GOSSET_TRY(read_json_template(root, &source));
        }
        Settings s;
        GOSSET_ASSIGN(s.config, parse_optional(files.tokenizer_config, "tokenizer_config.json"));
        GOSSET_ASSIGN(s.special,
                      parse_optional(files.special_tokens_map, "special_tokens_map.json"));
        GOSSET_ASSIGN(s.generation,
                      parse_optional(files.generation_config, "generation_config.json"));
        GOSSET_ASSIGN(s.model, parse_optional(files.config, "config.json"));
        GOSSET_TRY(read_settings(s, files.chat_template, &source));
        return build_tokenizer(std::move(source));
    } catch (const std::exception& e) {  // a key of another type than it must be, or no memory
        return corrupt(std::string("tokenizer.json: ") + e.what());
    }
}

Result<TokenizerData> tokenizer_from_json_file(const std::string& path) {
    const std::filesystem::path file(path), folder = file.parent_path();
    TokenizerFiles files;
    GOSSET_ASSIGN(files.tokenizer, read_whole(file, true));
    GOSSET_ASSIGN(files.tokenizer_config, read_whole(folder / "tokenizer_config.json", false));
    GOSSET_ASSIGN(files.special_tokens_map, read_whole(folder / "special_tokens_map.json", false));
    GOSSET_ASSIGN(files.generation_config, read_whole(folder / "generation_config.json", false));
    GOSSET_ASSIGN(files.config, read_whole(folder / "config.json", false));
    GOSSET_ASSIGN(files.chat_template, read_whole(folder / "chat_template.jinja", false));
    Result<TokenizerData> tokenizer = tokenizer_from_json(files);
    return tokenizer.ok() ? std::move(tokenizer) : tokenizer.status().in(path);
}

}  // namespace gosset
