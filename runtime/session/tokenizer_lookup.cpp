#include "runtime/session/tokenizer_lookup.hpp"

#include <algorithm>
#include <string>

#include "runtime/session/unicode.hpp"

namespace gosset {

namespace {
// Of tokens with equal bytes at most this many are looked at: real vocabularies have two.
constexpr size_t kMostEqual = 16;

const uint32_t* lower_bound(const TokenizerView& view, std::string_view bytes) {
    const uint32_t* begin = view.index.data();
    return std::lower_bound(begin, begin + view.index.size(), bytes,
                            [&](uint32_t id, std::string_view b) { return view.bytes(id) < b; });
}
}  // namespace

TokenType type_of(const TokenizerView& view, uint32_t id) {
    return id < view.types.size() ? TokenType(view.types[id]) : kTokenNormal;
}

uint32_t find_token(const TokenizerView& view, std::string_view bytes) {
    const uint32_t* it = lower_bound(view, bytes);
    const uint32_t* end = view.index.data() + view.index.size();
    return it != end && view.bytes(*it) == bytes ? *it : kNoToken;
}

uint32_t find_text_token(const TokenizerView& view, std::string_view bytes) {
    const uint32_t* it = lower_bound(view, bytes);
    const uint32_t* end = view.index.data() + view.index.size();
    uint32_t found = kNoToken;
    for (size_t i = 0; i < kMostEqual && it != end && view.bytes(*it) == bytes; i++, it++) {
        const TokenType type = type_of(view, *it);
        if (type == kTokenNormal || type == kTokenUnused) return *it;
        if (type == kTokenUserDefined && found == kNoToken) found = *it;
    }
    return found;
}

uint32_t find_byte_token(const TokenizerView& view, uint8_t byte) {
    const char* digits = "0123456789ABCDEF";
    const char name[] = {'<', '0', 'x', digits[byte >> 4], digits[byte & 15], '>'};
    const uint32_t id = find_token(view, std::string_view(name, sizeof name));
    return id != kNoToken && type_of(view, id) == kTokenByte ? id : kNoToken;
}

int byte_of_token(std::string_view bytes) {
    if (bytes.size() != 6 || bytes.substr(0, 3) != "<0x" || bytes[5] != '>') return -1;
    int value = 0;
    for (const char c : bytes.substr(3, 2)) {
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                                 : -1;
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

bool AddedTokenMatcher::wanted(uint32_t id) const {
    const TokenType type = type_of(view_, id);
    return type == kTokenUserDefined ||
           (parse_special_ && (type == kTokenControl || type == kTokenUnknown));
}

AddedTokenMatcher::AddedTokenMatcher(const TokenizerView& view, bool parse_special,
                                     std::span<const ByteRange> plain)
    : view_(view), parse_special_(parse_special), plain_(plain) {
    const uint32_t n = uint32_t(std::min<size_t>(view.types.size(), view.size()));
    for (uint32_t id = 0; id < n; id++) {
        if (view.types[id] == kTokenNormal || !wanted(id)) continue;
        const std::string_view bytes = view.bytes(id);
        if (bytes.empty() || bytes.size() > kMaxAddedTokenBytes) continue;
        uint16_t& longest = longest_[uint8_t(bytes[0])];
        longest = std::max(longest, uint16_t(bytes.size()));
        any_ = true;
    }
}

bool AddedTokenMatcher::touches_plain(size_t pos, size_t size) {
    const auto passed = [&](ByteRange r) { return r.end <= pos || r.end <= r.begin; };
    while (!plain_.empty() && passed(plain_.front())) plain_ = plain_.subspan(1);
    return !plain_.empty() && plain_.front().begin < pos + size;
}

// Tokens of `range` share their first `depth` bytes; the index puts the ones that end there first.
AddedTokenMatcher::Range AddedTokenMatcher::narrow(Range range, size_t depth, uint8_t byte) const {
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

AddedTokenMatcher::Match AddedTokenMatcher::longest_at(std::string_view text, size_t pos) {
    const auto byte = uint8_t(text[pos]);
    const size_t most = std::min<size_t>(longest_[byte], text.size() - pos);
    Match best{pos, 0, kNoToken};
    if (most == 0) return best;
    Range& first = first_[byte];
    if (first.end == 0) first = narrow({0, uint32_t(view_.index.size())}, 0, byte);
    Range range = first;
    for (size_t depth = 1; range.begin < range.end; depth++) {
        const std::string_view prefix = text.substr(pos, depth);
        for (uint32_t i = range.begin; i < range.end && i - range.begin < kMostEqual; i++) {
            const uint32_t id = view_.index[i];
            if (view_.bytes(id) != prefix) break;
            if (!wanted(id)) continue;
            if (type_of(view_, id) != kTokenUserDefined && touches_plain(pos, depth)) continue;
            if (unicode::find_invalid_utf8(prefix) != std::string_view::npos) break;
            best.size = depth, best.id = id;
            break;
        }
        if (depth == most) break;
        range = narrow(range, depth, uint8_t(text[pos + depth]));
    }
    return best;
}

AddedTokenMatcher::Match AddedTokenMatcher::next(std::string_view text, size_t pos) {
    for (; any_ && pos < text.size(); pos++) {
        if (longest_[uint8_t(text[pos])] == 0) continue;
        const Match match = longest_at(text, pos);
        if (match.size != 0) return match;
    }
    return {text.size(), 0, kNoToken};
}

}  // namespace gosset
