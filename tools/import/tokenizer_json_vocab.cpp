#include <algorithm>
#include <unordered_map>

#include "runtime/session/tokenizer_lookup.hpp"
#include "tools/import/printable.hpp"
#include "tools/import/tokenizer_json_parts.hpp"

namespace gosset {

namespace {
using nlohmann::json;
constexpr const char* kWhere = "tokenizer.json";

Status broken(const std::string& what) {
    return corrupt(std::string(kWhere) + ": " + what);
}

Result<uint32_t> read_id(const json& value, const std::string& token) {
    // Twice as many ids as any vocabulary has: what a hostile file can make us allocate.
    constexpr uint64_t kMostIds = uint64_t(1) << 21;
    const auto* id = value.get_ptr<const json::number_unsigned_t*>();
    if (!id || *id >= kMostIds) return broken("token " + printable(token) + " has no sensible id");
    return uint32_t(*id);
}

/// Gives `token` its id; an id has one spelling.
Status place(const std::string& token, uint32_t id, std::vector<char>* taken,
             TokenizerSource* out) {
    if (id >= out->tokens.size()) {
        out->tokens.resize(id + 1);
        out->types.resize(id + 1, kTokenUnused);
        taken->resize(id + 1, 0);
    }
    if ((*taken)[id] && out->tokens[id] != token)
        return broken("tokens " + printable(out->tokens[id]) + " and " + printable(token) +
                      " share id " + std::to_string(id));
    (*taken)[id] = 1;
    out->tokens[id] = token;
    return {};
}

/// Numbers added tokens as the library does, which ignores the ids that the file gives them: a
/// token of the vocabulary keeps its id, the others follow each other from the vocabulary's size
/// on.
class AddedNumbers {
  public:
    explicit AddedNumbers(const json& vocab) : vocab_(vocab) {}
    Result<uint32_t> number(const std::string& content) {
        uint32_t id = std::max(uint32_t(vocab_.size()), next_);
        if (const auto known = vocab_.find(content); known != vocab_.end()) {
            GOSSET_ASSIGN(id, read_id(*known, content));
        } else if (const auto again = seen_.find(content); again != seen_.end()) {
            id = again->second;
        }
        seen_.emplace(content, id);
        next_ = std::max(next_, id + 1);
        return id;
    }

  private:
    const json& vocab_;
    std::unordered_map<std::string, uint32_t> seen_;
    uint32_t next_ = 0;
};

Status read_added(const json& entry, AddedNumbers* numbers, std::vector<char>* taken,
                  TokenizerSource* out) {
    if (!entry.is_object()) return broken("an entry of added_tokens is not an object");
    const std::string content = json_string(entry, "content");
    if (content.empty()) return broken("an added token has no content");
    if (!entry.contains("id")) return broken("added token " + printable(content) + " has no id");
    GOSSET_ASSIGN(const uint32_t id, read_id(entry.at("id"), content));
    GOSSET_TRY(place(content, id, taken, out));
    GOSSET_ASSIGN(const uint32_t number, numbers->number(content));
    if (number != id)
        return broken("added token " + printable(content) + " has id " + std::to_string(id) +
                      ", but the library gives it " + std::to_string(number) +
                      " (its place in added_tokens after the vocabulary)");
    uint8_t type = json_flag(entry, "special", false) ? kTokenControl : kTokenUserDefined;
    if (json_flag(entry, "lstrip", false)) type |= kAddedLeftStrip;
    if (json_flag(entry, "rstrip", false)) type |= kAddedRightStrip;
    if (json_flag(entry, "single_word", false)) type |= kAddedSingleWord;
    if (json_flag(entry, "normalized", true)) type |= kAddedNormalized;
    out->types[id] = type;
    return {};
}

Status read_merge(const json& entry, size_t number, TokenizerSource* out) {
    if (const auto* line = entry.get_ptr<const json::string_t*>()) {
        const size_t space = line->find(' ');
        if (space != line->npos && line->find(' ', space + 1) == line->npos) {
            out->merges.emplace_back(line->substr(0, space), line->substr(space + 1));
            return {};
        }
    } else if (entry.is_array() && entry.size() == 2) {
        const auto* left = entry[0].get_ptr<const json::string_t*>();
        const auto* right = entry[1].get_ptr<const json::string_t*>();
        if (left && right) {
            out->merges.emplace_back(*left, *right);
            return {};
        }
    }
    return broken("merge " + std::to_string(number) + " is not a pair of tokens");
}

/// What changes the algorithm in a way that we do not follow.
Status check_model(const json& model) {
    const auto refuse = [](const std::string& what) {
        return unsupported(std::string(kWhere) + ": " + what + " is not supported");
    };
    const std::string type = json_string(model, "type");
    if (!type.empty() && type != "BPE") return refuse("model type " + printable(type));
    for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"})
        if (!json_string(model, key).empty()) return refuse(std::string("BPE with ") + key);
    if (model.contains("dropout") && model.at("dropout").is_number() && model.at("dropout") != 0.0)
        return refuse("BPE with dropout");
    return {};
}

}  // namespace

std::string json_string(const json& object, const char* key) {
    const auto it = object.find(key);
    if (it == object.end()) return "";
    const auto* s = it->get_ptr<const json::string_t*>();
    return s ? *s : "";
}

bool json_flag(const json& object, const char* key, bool absent) {
    const auto it = object.find(key);
    if (it == object.end()) return absent;
    const auto* flag = it->get_ptr<const json::boolean_t*>();
    return flag ? *flag : absent;
}

uint32_t find_source_token(const TokenizerSource& source, std::string_view spelling) {
    const auto it = std::find(source.tokens.begin(), source.tokens.end(), spelling);
    return it == source.tokens.end() ? kNoToken : uint32_t(it - source.tokens.begin());
}

Status read_json_vocabulary(const json& root, TokenizerSource* out) {
    const auto it = root.find("model");
    if (it == root.end() || !it->is_object()) return broken("no model");
    const json& model = *it;
    GOSSET_TRY(check_model(model));
    const auto vocab = model.find("vocab"), merges = model.find("merges");
    if (vocab == model.end() || !vocab->is_object()) return broken("model without a vocab");
    if (merges == model.end() || !merges->is_array()) return broken("model without merges");
    TokenizerTraits& t = out->traits;
    t.kind = TokenizerKind::bpe;
    t.byte_fallback = json_flag(model, "byte_fallback", false);
    t.ignore_merges = json_flag(model, "ignore_merges", false);

    std::vector<char> taken;
    for (const auto& [token, value] : vocab->items()) {
        GOSSET_ASSIGN(const uint32_t id, read_id(value, token));
        GOSSET_TRY(place(token, id, &taken, out));
        const bool byte = t.byte_fallback && byte_of_token(token) >= 0;
        out->types[id] = byte ? kTokenByte : kTokenNormal;
    }
    AddedNumbers numbers(*vocab);
    if (const auto added = root.find("added_tokens"); added != root.end() && added->is_array())
        for (const json& entry : *added) GOSSET_TRY(read_added(entry, &numbers, &taken, out));
    out->last_merge_wins = true;
    for (size_t i = 0; i < merges->size(); i++) GOSSET_TRY(read_merge((*merges)[i], i, out));

    const std::string unk = json_string(model, "unk_token");
    if (unk.empty()) return {};
    t.unk = find_source_token(*out, unk);
    if (t.unk == kNoToken) return broken("unk_token " + printable(unk) + " is not a token");
    t.fuse_unk = json_flag(model, "fuse_unk", false);
    uint8_t& type = out->types[t.unk];
    if (token_type(type) == kTokenControl) type = uint8_t((type & ~kTokenTypeMask) | kTokenUnknown);
    return {};
}

}  // namespace gosset
