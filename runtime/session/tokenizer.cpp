#include "runtime/session/tokenizer.hpp"

#include "runtime/session/pretokenizer.hpp"
#include "runtime/session/tokenizer_lookup.hpp"
#include "runtime/session/tokenizer_merge.hpp"
#include "runtime/session/unicode.hpp"

#include <algorithm>

namespace gosset {

namespace {

/// Encodes the parts of a text that lie between added tokens.
class PartEncoder {
  public:
    PartEncoder(const TokenizerView& view, PreTokenizer pre)
        : traits_(view.traits), pre_(pre), pieces_(view) {}

    /// at_start: the part begins the text.
    void encode(std::string_view part, bool at_start, std::vector<uint32_t>* out) {
        if (part.empty()) return;
        std::string changed;
        if (traits_.nfc) part = changed = unicode::to_nfc(part);
        const bool prefix = wants_prefix(part, at_start);
        if (prefix || traits_.space_to_meta) part = changed = spaced(part, prefix);
        PreTokenWalk walk(pre_, part);
        for (std::string_view piece = walk.next(); !piece.empty(); piece = walk.next())
            pieces_.encode(piece, out);
    }

  private:
    bool wants_prefix(std::string_view part, bool at_start) const {
        if (!traits_.add_space_prefix) return false;
        const bool spaced = part[0] == ' ' || part.substr(0, 3) == kMetaSpace;
        switch (pre_) {
            case PreTokenizer::none:
                return true;
            case PreTokenizer::metaspace:
                return !spaced;
            case PreTokenizer::metaspace_first:
                return at_start && !spaced;
            default:
                return part[0] != ' ';
        }
    }

    std::string spaced(std::string_view part, bool prefix) const {
        const std::string_view space = traits_.space_to_meta ? kMetaSpace : " ";
        std::string out;
        out.reserve(part.size() + part.size() / 2 + space.size());
        if (prefix) out += space;
        for (const char c : part) {
            if (c == ' ')
                out += space;
            else
                out += c;
        }
        return out;
    }

    const TokenizerTraits& traits_;
    PreTokenizer pre_;
    PieceEncoder pieces_;
};

}  // namespace

Result<std::vector<uint32_t>> Tokenizer::encode(std::string_view text, EncodeOptions options,
                                                std::span<const ByteRange> plain) const {
    const TokenizerTraits& traits = view_->traits;
    if (traits.kind == TokenizerKind::none)
        return unsupported("the model has no tokenizer: give token ids");
    const auto pre = find_pre_tokenizer(view_->pre);
    if (!pre) return unsupported("pre-tokenizer '" + std::string(view_->pre) + "' is not known");
    if (text.size() > INT32_MAX / 4) return limit_reached("text longer than 512 MiB: cut it");
    const size_t bad = unicode::find_invalid_utf8(text);
    if (bad != std::string_view::npos)
        return invalid_argument("text is not UTF-8: byte " + std::to_string(bad) +
                                " does not begin a whole character");

    std::vector<uint32_t> ids;
    if (options.add_special && traits.add_bos && traits.bos < view_->size())
        ids.push_back(traits.bos);
    AddedTokenMatcher added(*view_, options.parse_special, plain);
    PartEncoder parts(*view_, *pre);
    for (size_t pos = 0; pos < text.size();) {
        const auto match = added.next(text, pos);
        parts.encode(text.substr(pos, match.begin - pos), pos == 0, &ids);
        if (match.size != 0) ids.push_back(match.id);
        pos = match.begin + match.size;
    }
    if (options.add_special && traits.add_eos && traits.eos < view_->size())
        ids.push_back(traits.eos);
    return ids;
}

uint32_t Tokenizer::find(std::string_view bytes) const {
    return find_token(*view_, bytes);
}

Status check_self_tests(const Tokenizer& tokenizer) {
    const auto& tests = tokenizer.view().self_tests;
    for (size_t i = 0; i < tests.size(); i++) {
        const std::string where = "tokenizer self test " + std::to_string(i);
        const auto ids = tokenizer.encode(tests[i].text, {});
        if (!ids.ok()) return ids.status().in(where);
        if (!std::equal(ids->begin(), ids->end(), tests[i].ids.begin(), tests[i].ids.end()))
            return corrupt(where +
                           ": the ids differ from those in the file: it was made by another "
                           "version of the tokenizer, make it again");
    }
    return {};
}

}  // namespace gosset
