#include "runtime/session/tokenizer_lookup.hpp"
#include "tools/import/printable.hpp"
#include "tools/import/tokenizer_json_parts.hpp"

namespace gosset {

namespace {
using nlohmann::json;

/// The splitting expressions that we know, as they are spelled in files.
struct KnownRegex {
    std::string_view regex, pre;
};
constexpr KnownRegex kRegexes[] = {
    {R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", "gpt2"},
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
     R"(|\s*[\r\n]+|\s+(?!\S)|\s+)",
     "llama3"},
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
     R"(|\s*[\r\n]+|\s+(?!\S)|\s+)",
     "qwen2"},
};

Status refuse(const char* section, const std::string& what) {
    return unsupported(std::string("tokenizer.json: ") + section + " " + what);
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
    if (json_flag(step, "split", true)) return refuse("pre_tokenizer", "Metaspace that splits");
    std::string scheme = json_string(step, "prepend_scheme");
    if (scheme.empty()) scheme = json_flag(step, "add_prefix_space", true) ? "always" : "never";
    if (scheme != "always" && scheme != "first" && scheme != "never")
        return refuse("pre_tokenizer", "Metaspace with prepend_scheme " + printable(scheme));
    out->pre = scheme == "first" ? "metaspace_first" : "metaspace";
    out->traits.space_to_meta = true;
    out->traits.add_space_prefix = scheme != "never";
    return {};
}

/// A Split step by a known expression: every match is a pre-token.
Status read_split(const json& step, std::string* pre) {
    const std::string behavior = json_string(step, "behavior");
    const bool invert = json_flag(step, "invert", false);
    const std::string regex = pattern_of(step, "Regex");
    const bool isolated = behavior == "Isolated" || (behavior == "Removed" && invert);
    for (const KnownRegex& known : kRegexes) {
        if (!isolated || known.regex != regex) continue;
        *pre = known.pre;
        return {};
    }
    return refuse("pre_tokenizer",
                  "Split (" + behavior + ") by " + printable(step.at("pattern").dump()));
}

/// Splitting left to itself, or done before by `split` and `digits`.
Status read_byte_level(const json& step, bool digits, const std::string& split,
                       TokenizerSource* out) {
    const bool regex = json_flag(step, "use_regex", true);
    const bool prefix = json_flag(step, "add_prefix_space", true);
    if (regex == !split.empty() || (prefix && (digits || !split.empty())))
        return refuse("pre_tokenizer", "ByteLevel in a combination that is not known");
    out->traits.byte_level = true;
    out->traits.add_space_prefix = prefix;
    out->pre = !split.empty() ? split : digits ? "smollm" : "gpt2";
    return {};
}

Status read_pre_tokenizer(const json& root, TokenizerSource* out) {
    std::string split;
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
        } else if (type == "Split" && i == 0 && !last) {
            GOSSET_TRY(read_split(step, &split));
        } else if (type == "ByteLevel" && last) {
            GOSSET_TRY(read_byte_level(step, digits, split, out));
        } else if (type == "Metaspace" && last && i == 0) {
            GOSSET_TRY(read_metaspace(step, out));
        } else {
            return refuse("pre_tokenizer", printable(type) + " at place " + std::to_string(i));
        }
    }
    return {};
}

Status read_decoder(const json& root, TokenizerTraits* t) {
    bool byte_level = false, spaces = false;
    for (const json* step : steps_of(root, "decoder", "decoders")) {
        const std::string type = type_of_step(*step);
        if (type == "ByteLevel") {
            byte_level = true;
        } else if (type == "Replace" && pattern_of(*step, "String") == kMetaSpace &&
                   json_string(*step, "content") == " ") {
            spaces = true;
        } else if (type == "Metaspace" && json_string(*step, "replacement") == kMetaSpace) {
            spaces = true;
            t->strip_left_space = t->add_space_prefix;
        } else if (type == "Strip" && json_string(*step, "content") == " " &&
                   step->value("start", json()) == 1 && step->value("stop", json()) == 0) {
            t->strip_left_space = true;
        } else if (type != "ByteFallback" && type != "Fuse") {
            return refuse("decoder", printable(type.empty() ? step->dump() : type));
        }
    }
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
            const bool named = special != item.end() && special->is_object();
            const uint32_t id =
                named ? find_source_token(*out, json_string(*special, "id")) : kNoToken;
            bool& added = text_seen ? out->traits.add_eos : out->traits.add_bos;
            if (id == kNoToken || added)
                return refuse("post_processor", "with template item " + printable(item.dump()));
            added = true;
            (text_seen ? out->traits.eos : out->traits.bos) = id;
        }
    }
    return {};
}

}  // namespace gosset
