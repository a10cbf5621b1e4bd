#include <algorithm>
#include <string>
#include <vector>

#include "runtime/session/tokenizer_lookup.hpp"
#include "tools/import/printable.hpp"
#include "tools/import/tokenizer_json_parts.hpp"

namespace gosset {

namespace {
using nlohmann::json;

/// The splitting expressions that we know, as they are spelled in files: steps in order.
struct KnownSplits {
    std::vector<std::string_view> regexes;
    std::string_view pre;
};
const KnownSplits kSplits[] = {
    {{R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"}, "gpt2"},
    {{R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+)"
      R"([\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
     "llama3"},
    {{R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+)"
      R"([\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
     "qwen2"},
    // The same two as tiktoken spells them: possessive, and \s*[\r\n] ends at the last newline too.
    {{R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*)"
      R"(|\s*[\r\n]|\s+(?!\S)|\s+)"},
     "llama3"},
    {{R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*)"
      R"(|\s*[\r\n]|\s+(?!\S)|\s+)"},
     "qwen2"},
    {{R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}|)"
      R"( ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
     "qwen35"},
    {{R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
      R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)"
      R"(|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
     "tekken"},
    {{R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
      R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)"
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
      R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
     "o200k"},
    {{R"(\p{N}{1,3})",
      "[\xe4\xb8\x80-\xe9\xbe\xa5\xe3\x81\x80-\xe3\x82\x9f\xe3\x82\xa0-\xe3\x83\xbf]+",
      R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+)"
      "|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*"
      "|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"},
     "deepseek3"},
};

Status refuse(const char* section, const std::string& what) {
    return unsupported(std::string("tokenizer.json: ") + section + " " + what +
                       " is not supported");
}

std::string type_of_step(const json& step) {
    return step.is_object() ? json_string(step, "type") : "";
}

/// The steps of a section in order, sequences opened. Nesting is bounded by the parser.
void flatten(const json& step, const char* list, std::vector<const json*>* out) {
    if (type_of_step(step) != "Sequence") return out->push_back(&step);
    const auto it = step.find(list);
    if (it == step.end() || !it->is_array()) return out->push_back(&step);
    for (const json& inner : *it) flatten(inner, list, out);
}

std::vector<const json*> steps_of(const json& root, const char* section, const char* list) {
    std::vector<const json*> steps;
    const auto it = root.find(section);
    if (it != root.end() && !it->is_null()) flatten(*it, list, &steps);
    return steps;
}

/// pattern.String or pattern.Regex.
std::string pattern_of(const json& step, const char* kind) {
    const auto it = step.find("pattern");
    return it != step.end() && it->is_object() ? json_string(*it, kind) : "";
}

Status read_normalizer(const json& root, TokenizerTraits* t) {
    for (const json* step : steps_of(root, "normalizer", "normalizers")) {
        const std::string type = type_of_step(*step);
        if (type == "NFC") {
            t->nfc = true;
        } else if (type == "Prepend" && json_string(*step, "prepend") == kMetaSpace) {
            t->add_space_prefix = true;
        } else if (type == "Replace" && pattern_of(*step, "String") == " " &&
                   json_string(*step, "content") == kMetaSpace) {
            t->space_to_meta = true;
        } else {
            return refuse("normalizer", printable(type.empty() ? step->dump() : type));
        }
    }
    if (t->add_space_prefix && !t->space_to_meta) return refuse("normalizer", "'Prepend' alone");
    return {};
}

Status read_metaspace(const json& step, TokenizerSource* out) {
    if (json_string(step, "replacement") != kMetaSpace)
        return refuse("pre_tokenizer", "Metaspace with an unknown replacement");
    if (out->traits.space_to_meta)
        return refuse("pre_tokenizer", "Metaspace after a normalizer that replaces spaces");
    std::string scheme = json_string(step, "prepend_scheme");
    if (scheme.empty()) scheme = json_flag(step, "add_prefix_space", true) ? "always" : "never";
    if (scheme != "always" && scheme != "first" && scheme != "never")
        return refuse("pre_tokenizer", "Metaspace with prepend_scheme " + printable(scheme));
    out->pre = scheme == "first" ? "metaspace_first" : "metaspace";
    if (json_flag(step, "split", true)) out->pre += "_split";
    out->traits.space_to_meta = true;
    out->traits.add_space_prefix = scheme != "never";
    return {};
}

/// The expression of a Split step whose matches are each a pre-token. One that drops what it does
/// not match is the same only where it matches everything: for a single step of ours.
Status read_split(const json& step, bool single, std::vector<std::string>* splits) {
    const std::string behavior = json_string(step, "behavior");
    const std::string regex = pattern_of(step, "Regex");
    const bool drops = single && behavior == "Removed" && json_flag(step, "invert", false);
    if (regex.empty() || (behavior != "Isolated" && !drops))
        return refuse("pre_tokenizer", "Split (" + behavior + ") by " +
                                           printable(step.value("pattern", json()).dump()));
    splits->push_back(regex);
    return {};
}

/// Splitting left to itself, or done before by `splits` and `digits`.
Status read_byte_level(const json& step, bool digits, const std::vector<std::string>& splits,
                       TokenizerSource* out) {
    const bool regex = json_flag(step, "use_regex", true);
    const bool prefix = json_flag(step, "add_prefix_space", true);
    if (regex == !splits.empty() || (prefix && (digits || !splits.empty())))
        return refuse("pre_tokenizer", "ByteLevel in a combination that is not known");
    if (out->traits.add_space_prefix || out->traits.space_to_meta)
        return refuse("pre_tokenizer", "ByteLevel after a normalizer that changes spaces");
    out->traits.byte_level = true;
    out->traits.add_space_prefix = prefix;
    out->pre = digits ? "smollm" : "gpt2";
    if (splits.empty()) return {};
    for (const KnownSplits& known : kSplits) {
        out->pre = known.pre;
        const bool same =
            std::equal(known.regexes.begin(), known.regexes.end(), splits.begin(), splits.end());
        if (same && !digits) return {};
    }
    return refuse("pre_tokenizer", "Split by " + printable(splits.back()));
}

Status read_pre_tokenizer(const json& root, TokenizerSource* out) {
    std::vector<std::string> splits;
    bool digits = false;
    const auto steps = steps_of(root, "pre_tokenizer", "pretokenizers");
    for (size_t i = 0; i < steps.size(); i++) {
        const json& step = *steps[i];
        const std::string type = type_of_step(step);
        const bool last = i + 1 == steps.size();
        if (type == "Digits" && json_flag(step, "individual_digits", false) && i == 0 && !last) {
            digits = true;
        } else if (type == "Split" && last && pattern_of(step, "String") == " " &&
                   out->traits.space_to_meta && i == 0) {
            out->pre = "none";  // Gemma: no space is left to split at
        } else if (type == "Split" && !last) {
            GOSSET_TRY(read_split(step, steps.size() == 2, &splits));
        } else if (type == "ByteLevel" && last) {
            GOSSET_TRY(read_byte_level(step, digits, splits, out));
        } else if (type == "Metaspace" && last && i == 0) {
            GOSSET_TRY(read_metaspace(step, out));
        } else {
            return refuse("pre_tokenizer", printable(type.empty() ? step.dump() : type) +
                                               " at place " + std::to_string(i) + " of " +
                                               std::to_string(steps.size()));
        }
    }
    return {};
}

bool is_strip(const json& step) {
    return json_string(step, "content") == " " && step.value("start", json()) == 1 &&
           step.value("stop", json()) == 0;
}

/// Decoders of characters: U+2581 to spaces, bytes, all in one, and the first space dropped.
/// *spaces: the first of these is there, or Metaspace that is both.
Status read_character_decoder(const std::vector<const json*>& steps, TokenizerTraits* t,
                              bool* spaces) {
    bool fused = false, bytes = false;
    for (const json* step : steps) {
        const std::string type = type_of_step(*step);
        if (type == "Replace" && pattern_of(*step, "String") == kMetaSpace &&
            json_string(*step, "content") == " ") {
            *spaces = true;
        } else if (type == "Metaspace" && json_string(*step, "replacement") == kMetaSpace &&
                   !fused && !*spaces) {
            *spaces = true;
            t->strip_first_token = json_string(*step, "prepend_scheme") != "never" &&
                                   json_flag(*step, "add_prefix_space", true);
        } else if (type == "Strip" && fused && is_strip(*step)) {
            t->strip_left_space = true;
        } else if (type == "ByteFallback" && !fused) {
            bytes = true;
        } else if (type == "Fuse") {
            fused = true;
        } else {
            return refuse("decoder", printable(type.empty() ? step->dump() : type));
        }
    }
    if (t->byte_fallback && !bytes) return refuse("decoder", "without ByteFallback");
    return {};
}

Status read_decoder(const json& root, TokenizerTraits* t) {
    const auto steps = steps_of(root, "decoder", "decoders");
    if (steps.empty())
        return unsupported("tokenizer.json: decoder missing: tokens would be joined by spaces");
    bool spaces = false;
    const bool byte_level = steps.size() == 1 && type_of_step(*steps[0]) == "ByteLevel";
    if (!byte_level) GOSSET_TRY(read_character_decoder(steps, t, &spaces));
    if (byte_level != t->byte_level || spaces != t->space_to_meta)
        return refuse("decoder", "that does not undo the pre-tokenizer");
    return {};
}

}  // namespace

Status read_json_pipeline(const json& root, TokenizerSource* out) {
    GOSSET_TRY(read_normalizer(root, &out->traits));
    GOSSET_TRY(read_pre_tokenizer(root, out));
    return read_decoder(root, &out->traits);
}

namespace {

/// The one id that a special token of a template stands for, or kNoToken.
uint32_t template_id(const json& step, const json& special) {
    const auto map = step.find("special_tokens");
    if (!special.is_object() || map == step.end() || !map->is_object()) return kNoToken;
    const auto entry = map->find(json_string(special, "id"));
    if (entry == map->end() || !entry->is_object()) return kNoToken;
    const auto ids = entry->find("ids");
    if (ids == entry->end() || !ids->is_array() || ids->size() != 1) return kNoToken;
    const auto* id = (*ids)[0].get_ptr<const json::number_unsigned_t*>();
    return id && *id < kNoToken ? uint32_t(*id) : kNoToken;
}

}  // namespace

Status read_json_template(const json& root, TokenizerSource* out) {
    for (const json* step : steps_of(root, "post_processor", "processors")) {
        const std::string type = type_of_step(*step);
        if (type == "ByteLevel") continue;  // offsets only
        const auto single = step->is_object() ? step->find("single") : step->end();
        if (type != "TemplateProcessing" || single == step->end() || !single->is_array())
            return refuse("post_processor", printable(type.empty() ? step->dump() : type));
        bool text_seen = false;
        for (const json& item : *single) {
            if (item.is_object() && item.contains("Sequence")) {
                text_seen = true;
                continue;
            }
            const auto special = item.is_object() ? item.find("SpecialToken") : item.end();
            const uint32_t id = special != item.end() ? template_id(*step, *special) : kNoToken;
            bool& added = text_seen ? out->traits.add_eos : out->traits.add_bos;
            if (id >= out->tokens.size() || added)
                return refuse("post_processor", "with template item " + printable(item.dump()));
            added = true;
            (text_seen ? out->traits.eos : out->traits.bos) = id;
        }
    }
    return {};
}

}  // namespace gosset
