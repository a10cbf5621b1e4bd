#include "runtime/session/added_tokens.hpp"

#include <algorithm>
#include <cstring>

#include "runtime/session/tokenizer_lookup.hpp"
#include "runtime/session/unicode.hpp"

namespace gosset {

namespace {
using unicode::CharClass;

AddedPass pass_of(uint8_t type_byte) {
    return type_byte & kAddedNormalized ? AddedPass::normalised : AddedPass::written;
}

/// Start of the character that ends at `pos` > 0.
size_t before(std::string_view text, size_t pos) {
    do pos--;
    while (pos > 0 && (uint8_t(text[pos]) & 0xc0) == 0x80);
    return pos;
}

bool is_space(std::string_view text, size_t pos) {
    return unicode::char_class(unicode::char_at(text, pos)) == CharClass::space;
}

/// The next id at or after `id` whose type is not normal, by words: most tokens are normal.
size_t skip_normal(std::span<const uint8_t> types, size_t id) {
    static_assert(kTokenNormal == 0);
    for (uint64_t word = 0; id + 8 <= types.size(); id += 8) {
        std::memcpy(&word, &types[id], 8);
        if (word != 0) break;
    }
    while (id < types.size() && types[id] == kTokenNormal) id++;
    return id;
}
}  // namespace

AddedTokens::AddedTokens(const TokenizerView& view) : view_(view) {
    const auto types = view.types.first(std::min<size_t>(view.types.size(), view.size()));
    for (size_t id = skip_normal(types, 0); id < types.size(); id = skip_normal(types, id + 1)) {
        if (!is_added_type(token_type(types[id]))) continue;
        const std::string_view bytes = view.bytes(uint32_t(id));
        if (bytes.empty() || bytes.size() > kMaxAddedTokenBytes) continue;
        const auto pass = size_t(pass_of(types[id]));
        uint16_t& longest = longest_[pass][uint8_t(bytes[0])];
        longest = std::max(longest, uint16_t(bytes.size()));
        any_[pass] = true;
    }
}

bool AddedTokens::is_of(uint32_t id, AddedPass pass) const {
    return is_added_type(type_of(view_, id)) && pass_of(view_.types[id]) == pass;
}

// Tokens of `range` share their first `depth` bytes; the index puts the ones that end there first.
AddedTokens::Range AddedTokens::narrow(Range range, size_t depth, uint8_t byte) const {
    const auto key = [&](uint32_t id) {
        const std::string_view bytes = view_.bytes(id);
        return bytes.size() > depth ? int(uint8_t(bytes[depth])) : -1;
    };
    const uint32_t* base = view_.index.data();
    const uint32_t* begin = std::partition_point(base + range.begin, base + range.end,
                                                 [&](uint32_t id) { return key(id) < byte; });
    const uint32_t* end =
        std::partition_point(begin, base + range.end, [&](uint32_t id) { return key(id) <= byte; });
    return {uint32_t(begin - base), uint32_t(end - base)};
}

template <class Wanted>
AddedTokens::Found AddedTokens::longest_at(std::string_view text, size_t pos, AddedPass pass,
                                           const Wanted& wanted) {
    const auto byte = uint8_t(text[pos]);
    const size_t most = std::min<size_t>(longest_[size_t(pass)][byte], text.size() - pos);
    Found best{kNoToken, 0};
    if (most == 0) return best;
    Range& first = first_[byte];
    if (first.end == 0) first = narrow({0, uint32_t(view_.index.size())}, 0, byte);
    Range range = first;
    for (size_t depth = 1; range.begin < range.end; depth++) {
        const std::string_view prefix = text.substr(pos, depth);
        for (uint32_t i = range.begin; i < range.end && i - range.begin < kMostEqual; i++) {
            const uint32_t id = view_.index[i];
            if (view_.bytes(id) != prefix) break;
            if (!is_of(id, pass) || !wanted(id, depth)) continue;
            if (unicode::find_invalid_utf8(prefix) == std::string_view::npos) best = {id, depth};
            break;
        }
        if (depth == most) break;
        range = narrow(range, depth, uint8_t(text[pos + depth]));
    }
    return best;
}

bool AddedTokenWalk::touches_plain(size_t pos, size_t size) {
    const auto passed = [&](ByteRange r) { return r.end <= pos || r.end <= r.begin; };
    while (!plain_.empty() && passed(plain_.front())) plain_ = plain_.subspan(1);
    return !plain_.empty() && plain_.front().begin < pos + size;
}

bool AddedTokenWalk::stands_alone(size_t begin, size_t end) const {
    const auto is_word = [&](size_t pos) { return unicode::is_word(unicode::char_at(text_, pos)); };
    if (begin > 0 && is_word(before(text_, begin))) return false;
    return end == text_.size() || !is_word(end);
}

AddedTokenWalk::Match AddedTokenWalk::stripped(Match match, size_t from) const {
    const uint8_t flags = tokens_.view().types[match.id];
    if (flags & kAddedLeftStrip) {
        while (match.begin > from && is_space(text_, before(text_, match.begin)))
            match.begin = before(text_, match.begin);
        match.begin = std::max(match.begin, std::min(from, match.end));
    }
    if (flags & kAddedRightStrip)
        while (match.end < text_.size() && is_space(text_, match.end))
            match.end += unicode::char_size(text_[match.end]);
    return match;
}

AddedTokenWalk::Match AddedTokenWalk::next(size_t from) {
    const auto is_special = [&](uint32_t id) {
        return type_of(tokens_.view(), id) != kTokenUserDefined;
    };
    const auto wanted = [&](uint32_t id, size_t size) {
        return !is_special(id) || !touches_plain(pos_, size);
    };
    while (tokens_.any(pass_) && pos_ < text_.size()) {
        AddedTokens::Found found{kNoToken, 0};
        if (tokens_.may_begin(uint8_t(text_[pos_]), pass_))
            found = tokens_.longest_at(text_, pos_, pass_, wanted);
        const size_t begin = pos_;
        pos_ += std::max<size_t>(found.size, 1);
        if (found.size == 0 || (is_special(found.id) && !parse_special_)) continue;
        const bool single = tokens_.view().types[found.id] & kAddedSingleWord;
        if (single && !stands_alone(begin, pos_)) continue;
        return stripped({begin, pos_, found.id}, from);
    }
    return {text_.size(), text_.size(), kNoToken};
}

}  // namespace gosset
