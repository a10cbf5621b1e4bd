#include "tools/import/tokenizer_trim.hpp"

#include <algorithm>
#include <string>

#include "tools/import/printable.hpp"

namespace gosset {
namespace {

std::string too_many(const TokenizerData& t, uint32_t rows) {
    return "the tokenizer has " + std::to_string(t.view().size()) +
           " tokens, but the embedding only " + std::to_string(rows) + " rows";
}

/// Whether encoding a text could give one of the tokens from `rows` on. Added tokens (control and
/// user defined) are found in a text as they are written; they then stay text.
Status check_droppable(const TokenizerData& t, uint32_t rows) {
    const TokenizerView view = t.view();
    for (uint32_t id = rows; id < view.size(); id++) {
        const TokenType type = token_type(t.types[id]);
        if (type != kTokenControl && type != kTokenUserDefined && type != kTokenUnused)
            return corrupt(too_many(t, rows) + ": token " + std::to_string(id) + " " +
                           printable(view.bytes(id)) + " would be missed");
    }
    for (const Merge& m : t.merges)
        if (std::max({m.left, m.right, m.result}) >= rows)
            return corrupt(too_many(t, rows) + ": merges make token " + std::to_string(m.result));
    const struct {
        const char* what;
        uint32_t id;
    } specials[] = {{"BOS", t.traits.bos}, {"EOS", t.traits.eos}, {"UNK", t.traits.unk}};
    for (const auto& s : specials)
        if (s.id != UINT32_MAX && s.id >= rows)
            return corrupt(too_many(t, rows) + ": " + s.what + " is token " + std::to_string(s.id));
    return {};
}

}  // namespace

Status trim_tokenizer(uint32_t rows, TokenizerData* tokenizer) {
    TokenizerData& t = *tokenizer;
    if (t.view().size() <= rows) return {};
    if (rows == 0) return corrupt(too_many(t, rows));
    GOSSET_TRY(check_droppable(t, rows));
    const auto beyond = [rows](uint32_t id) { return id >= rows; };
    t.offsets.resize(size_t(rows) + 1);
    t.blob.resize(t.offsets.back());
    t.types.resize(rows);
    if (!t.scores.empty()) t.scores.resize(rows);
    std::erase_if(t.index, beyond);
    std::erase_if(t.end_ids, beyond);
    if (t.traits.pad != UINT32_MAX && beyond(t.traits.pad)) t.traits.pad = UINT32_MAX;
    // Their texts hold added tokens of models like these; an id may be one that is gone.
    std::erase_if(t.self_tests, [&](const TokenizerData::SelfTest& test) {
        return std::any_of(test.ids.begin(), test.ids.end(), beyond);
    });
    return {};
}

}  // namespace gosset
