#include "runtime/session/tokenizer.hpp"

#include "runtime/session/added_tokens.hpp"
#include "runtime/session/normaliser.hpp"
#include "runtime/session/pretokenizer.hpp"
#include "runtime/session/tokenizer_lookup.hpp"
#include "runtime/session/tokenizer_merge.hpp"
#include "runtime/session/unicode.hpp"

#include <algorithm>

namespace gosset {

namespace {

/// Encodes a text: added tokens as written, normaliser, added tokens in normal form, pre-tokens.
class TextEncoder {
  public:
    TextEncoder(const TokenizerView& view, PreTokenizer pre, bool parse_special)
        : traits_(view.traits),
          pre_(pre),
          parse_special_(parse_special),
          added_(view),
          pieces_(view) {}

    void encode(std::string_view text, std::span<const ByteRange> plain,
                std::vector<uint32_t>* out) {
        const auto part = [&](size_t begin, size_t end) {
            encode_written(text.substr(begin, end - begin), begin, plain, out);
        };
        cut(AddedPass::written, text, plain, part, out);
    }

  private:
    /// Calls part(begin, end) for what lies between the added tokens of the pass.
    template <class Part>
    void cut(AddedPass pass, std::string_view text, std::span<const ByteRange> plain,
             const Part& part, std::vector<uint32_t>* out) {
        AddedTokenWalk walk(added_, pass, text, parse_special_, plain);
        for (size_t from = 0;;) {
            const auto match = walk.next(from);
            if (from < match.begin) part(from, match.begin);
            if (match.id == kNoToken) return;
            out->push_back(match.id);
            from = match.end;
        }
    }

    /// `part` begins at `offset` in the text and holds no added token as written.
    void encode_written(std::string_view part, size_t offset, std::span<const ByteRange> plain,
                        std::vector<uint32_t>* out) {
        const Normalised normal = normalise(traits_, pre_, part);
        std::vector<ByteRange> ranges;
        if (added_.any(AddedPass::normalised)) ranges = map_ranges(part, offset, plain, normal);
        const auto rest = [&](size_t begin, size_t end) {
            pre_tokenize(std::string_view(normal.text).substr(begin, end - begin),
                         offset == 0 && begin == 0, out);
        };
        cut(AddedPass::normalised, normal.text, ranges, rest, out);
    }

    /// The plain ranges in the normalised part. Where offsets are lost, a part that any range
    /// touches is plain as a whole.
    std::vector<ByteRange> map_ranges(std::string_view part, size_t offset,
                                      std::span<const ByteRange> plain, const Normalised& n) const {
        std::vector<ByteRange> out;
        const bool wider = pre_ == PreTokenizer::none && traits_.space_to_meta;
        size_t at = 0, spaces = 0;
        const auto map = [&](size_t pos) {
            for (; at < pos; at++) spaces += part[at] == ' ';
            return n.prefix + pos + (wider ? spaces * (kMetaSpace.size() - 1) : 0);
        };
        for (const ByteRange& r : plain) {
            const size_t begin = std::max(r.begin, offset) - offset;
            const size_t end = std::min(std::max(r.end, offset) - offset, part.size());
            if (begin >= end) continue;
            if (n.composed) return {{0, n.text.size()}};
            const size_t first = map(begin);
            out.push_back({first, map(end)});
        }
        return out;
    }

    /// at_start: the part begins the text.
    void pre_tokenize(std::string_view part, bool at_start, std::vector<uint32_t>* out) {
        std::string changed;
        const bool prefix = wants_prefix(part, at_start);
        const bool meta = traits_.space_to_meta && pre_ != PreTokenizer::none;
        if (prefix || meta) part = changed = with_spaces(traits_, part, prefix);
        PreTokenWalk walk(pre_, part);
        for (std::string_view piece = walk.next(); !piece.empty(); piece = walk.next())
            pieces_.encode(piece, out);
    }

    bool wants_prefix(std::string_view part, bool at_start) const {
        if (!traits_.add_space_prefix) return false;
        const bool spaced = part[0] == ' ' || part.substr(0, 3) == kMetaSpace;
        switch (pre_) {
            case PreTokenizer::none:
                return false;  // the normaliser's
            case PreTokenizer::metaspace:
            case PreTokenizer::metaspace_split:
                return !spaced;
            case PreTokenizer::metaspace_first:
            case PreTokenizer::metaspace_first_split:
                return at_start && !spaced;
            default:
                return part[0] != ' ';
        }
    }

    const TokenizerTraits& traits_;
    PreTokenizer pre_;
    bool parse_special_;
    AddedTokens added_;
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
    TextEncoder(*view_, *pre, options.parse_special).encode(text, plain, &ids);
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
