#include "tools/import/tokenizer_builder.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "format/merge_hash.hpp"
#include "runtime/session/byte_unicode.hpp"
#include "runtime/session/normaliser.hpp"
#include "runtime/session/pretokenizer.hpp"
#include "runtime/session/tokenizer.hpp"
#include "runtime/session/tokenizer_lookup.hpp"

namespace gosset {

namespace {

constexpr size_t kMostTokens = size_t(1) << 24;

/// Tokens that end an answer in the models that have them, whatever their metadata says.
constexpr std::string_view kEndTokens[] = {
    "<|eot_id|>", "<|im_end|>", "<|end|>",         "<end_of_turn>", "<|endoftext|>", "<|eom_id|>",
    "<EOT>",      "<|eot|>",    "<|end_of_text|>", "<|return|>",    "<|endofturn|>"};

/// What self tests encode: words, digits, spaces of all kinds, scripts, marks, an emoji, markup.
constexpr const char* kSelfTests[] = {
    "Hello, world! It's 2024, and we'll see 3.14159.",
    " two  spaces\n\n\tand a tab  ",
    ("na\xc3\xafve caf\xc3\xa9 e\xcc\x81 \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e "
     "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82 \xf0\x9f\x99\x82"),
    "int main() { return x->y[0] != 0x7F; } // <s> </s> <|endoftext|>",
};

using IdMap = std::unordered_map<std::string_view, uint32_t>;

std::string shown(std::string_view s) {
    std::string out = "'";
    out.append(s.substr(0, 40)).append(s.size() > 40 ? "...'" : "'");
    return out;
}

Status check_source(const TokenizerSource& s) {
    const size_t n = s.tokens.size();
    if (n == 0) return corrupt("tokenizer without tokens");
    if (n > kMostTokens) return corrupt("tokenizer with " + std::to_string(n) + " tokens");
    if (!s.types.empty() && s.types.size() != n)
        return corrupt(std::to_string(s.types.size()) + " token types for " + std::to_string(n) +
                       " tokens");
    if (!s.scores.empty() && s.scores.size() != n)
        return corrupt(std::to_string(s.scores.size()) + " token scores for " + std::to_string(n) +
                       " tokens");
    if (s.traits.kind == TokenizerKind::spm && s.scores.empty())
        return corrupt("SentencePiece tokenizer without scores");
    if (!find_pre_tokenizer(s.pre)) return unsupported("pre-tokenizer '" + s.pre + "'");
    const auto check_id = [&](uint32_t id, const char* what) {
        if (id == kNoToken || id < n) return Status();
        return corrupt(std::string(what) + " is token " + std::to_string(id) + " of only " +
                       std::to_string(n));
    };
    GOSSET_TRY(check_id(s.traits.bos, "BOS"));
    GOSSET_TRY(check_id(s.traits.eos, "EOS"));
    GOSSET_TRY(check_id(s.traits.unk, "UNK"));
    GOSSET_TRY(check_id(s.traits.pad, "PAD"));
    for (const uint32_t id : s.end_ids) GOSSET_TRY(check_id(id, "an end token"));
    for (const float score : s.scores)
        if (!(score - score == 0.0f)) return corrupt("a token score is not finite");
    return {};
}

/// Blob, offsets and types: added tokens as they are looked for, other tokens as the bytes that
/// they spell.
Status store_tokens(const TokenizerSource& s, TokenizerData* out) {
    const auto pre = find_pre_tokenizer(s.pre);
    out->types = s.types;
    out->types.resize(s.tokens.size(), kTokenNormal);
    out->offsets.reserve(s.tokens.size() + 1);
    out->offsets.push_back(0);
    for (size_t id = 0; id < s.tokens.size(); id++) {
        const std::string& token = s.tokens[id];
        const TokenType type = token_type(out->types[id]);
        if (is_added_type(type) && token.size() > kMaxAddedTokenBytes)
            return unsupported("added token " + shown(token) + " is longer than " +
                               std::to_string(kMaxAddedTokenBytes) + " bytes");
        if (out->types[id] & kAddedNormalized)
            out->blob += normalise(s.traits, *pre, token).text;
        else if (s.traits.byte_level && type == kTokenNormal)
            out->blob += bytes_from_printable(token).value_or(token);
        else
            out->blob += token;
        if (out->blob.size() > UINT32_MAX) return corrupt("tokens of more than 4 GiB");
        out->offsets.push_back(uint32_t(out->blob.size()));
    }
    return {};
}

void sort_index(TokenizerData* out) {
    const TokenizerView view = out->view();
    std::vector<uint32_t> index(view.size());
    std::iota(index.begin(), index.end(), 0);
    std::sort(index.begin(), index.end(), [&](uint32_t a, uint32_t b) {
        const int order = view.bytes(a).compare(view.bytes(b));
        return order != 0 ? order < 0 : a < b;
    });
    out->index = std::move(index);
}

/// Ids by the source's spelling; where two tokens share one, the first.
IdMap map_tokens(const TokenizerSource& s) {
    IdMap ids;
    ids.reserve(s.tokens.size());
    for (size_t id = 0; id < s.tokens.size(); id++) ids.emplace(s.tokens[id], uint32_t(id));
    return ids;
}

/// Of merges of the same pair the last stays.
void keep_last(std::vector<Merge>* merges) {
    std::unordered_set<uint64_t> seen;
    const auto is_old = [&](const Merge& m) {
        return !seen.insert(uint64_t(m.left) << 32 | m.right).second;
    };
    // Backwards, so that the kept ones end up at the back in their order.
    const auto kept = std::remove_if(merges->rbegin(), merges->rend(), is_old);
    merges->erase(merges->begin(), kept.base());
}

Status store_merges(const TokenizerSource& s, const IdMap& ids, TokenizerData* out) {
    if (s.merges.empty()) return {};
    std::string both;
    out->merges.reserve(s.merges.size());
    for (size_t i = 0; i < s.merges.size(); i++) {
        const auto& [left, right] = s.merges[i];
        both.assign(left).append(right);
        const auto l = ids.find(left), r = ids.find(right), w = ids.find(both);
        const std::string* missing = l == ids.end()   ? &left
                                     : r == ids.end() ? &right
                                     : w == ids.end() ? &both
                                                      : nullptr;
        if (missing)
            return corrupt("merge " + std::to_string(i) + " (" + shown(left) + " " + shown(right) +
                           "): " + shown(*missing) + " is not in the vocabulary");
        out->merges.push_back({l->second, r->second, w->second});
    }
    if (s.last_merge_wins) keep_last(&out->merges);
    if (!build_merge_index(out->merges, &out->merge_index))
        return corrupt("merges collide beyond what any vocabulary does");
    return {};
}

void store_end_ids(const TokenizerSource& s, const IdMap& ids, TokenizerData* out) {
    out->end_ids = s.end_ids;
    if (s.traits.eos != kNoToken) out->end_ids.push_back(s.traits.eos);
    for (const std::string_view name : kEndTokens) {
        const auto it = ids.find(name);
        if (it == ids.end() || token_type(out->types[it->second]) != kTokenControl) continue;
        out->end_ids.push_back(it->second);
    }
    std::sort(out->end_ids.begin(), out->end_ids.end());
    out->end_ids.erase(std::unique(out->end_ids.begin(), out->end_ids.end()), out->end_ids.end());
}

Status store_self_tests(TokenizerData* out) {
    const TokenizerView view = out->view();
    const Tokenizer tokenizer(&view);
    std::vector<TokenizerData::SelfTest> tests;
    for (const char* text : kSelfTests) {
        GOSSET_ASSIGN(std::vector<uint32_t> ids, tokenizer.encode(text, {}));
        tests.push_back({text, std::move(ids)});
    }
    out->self_tests = std::move(tests);
    return {};
}

}  // namespace

Result<TokenizerData> build_tokenizer(TokenizerSource source) {
    GOSSET_TRY(check_source(source));
    TokenizerData out;
    out.traits = source.traits;
    out.pre = source.pre;
    out.chat_template = source.chat_template;
    GOSSET_TRY(store_tokens(source, &out));
    sort_index(&out);
    out.scores = std::move(source.scores);
    const IdMap ids = map_tokens(source);
    GOSSET_TRY(store_merges(source, ids, &out));
    store_end_ids(source, ids, &out);
    GOSSET_TRY(store_self_tests(&out));
    return out;
}

}  // namespace gosset
