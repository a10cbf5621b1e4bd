// Canonical decomposition, canonical order, canonical composition (UAX #15; Unicode 3.11-3.12).
#include <algorithm>
#include <iterator>
#include <vector>

#include "runtime/session/unicode.hpp"

namespace gosset::unicode {

namespace {
#include "runtime/session/unicode_nfc.inc"

constexpr uint32_t kFirstCombining = 0x300;  // all below are in form C and start a cluster
constexpr uint32_t kNone = 0;

constexpr uint32_t kHangulS = 0xac00, kHangulL = 0x1100, kHangulV = 0x1161, kHangulT = 0x11a7;
constexpr uint32_t kCountL = 19, kCountV = 21, kCountT = 28, kCountS = kCountL * kCountV * kCountT;

struct Char {
    uint32_t cp;
    uint32_t ccc;
};

uint32_t combining_class(uint32_t cp) {
    if (cp < kFirstCombining) return 0;
    const uint64_t* end = std::end(kCombining);
    const uint64_t* it =
        std::upper_bound(std::begin(kCombining), end, uint64_t(cp) << 32 | 0xffffffff);
    if (it == std::begin(kCombining)) return 0;
    const uint64_t range = it[-1];
    return cp <= uint32_t(range >> 8 & 0xffffff) ? uint32_t(range & 0xff) : 0;
}

// The code space is well-founded: a decomposition's first part decomposes at most three times.
void decompose(uint32_t cp, std::vector<Char>& out) {
    const uint32_t s = cp - kHangulS;
    if (cp >= kHangulS && s < kCountS) {
        out.push_back({kHangulL + s / (kCountV * kCountT), 0});
        out.push_back({kHangulV + s % (kCountV * kCountT) / kCountT, 0});
        if (s % kCountT != 0) out.push_back({kHangulT + s % kCountT, 0});
        return;
    }
    const uint64_t* end = std::end(kDecompositions);
    const uint64_t* it = std::lower_bound(std::begin(kDecompositions), end, uint64_t(cp) << 43);
    if (it == end || *it >> 43 != cp) return out.push_back({cp, combining_class(cp)});
    const auto first = uint32_t(*it >> 22 & 0x1fffff), second = uint32_t(*it >> 1 & 0x1fffff);
    decompose(first, out);
    if (second != 0) decompose(second, out);
}

/// The primary composite of two characters, or kNone.
uint32_t compose(uint32_t a, uint32_t b) {
    const uint32_t l = a - kHangulL, v = b - kHangulV, s = a - kHangulS, t = b - kHangulT;
    if (a >= kHangulL && l < kCountL && b >= kHangulV && v < kCountV)
        return kHangulS + (l * kCountV + v) * kCountT;
    if (a >= kHangulS && s < kCountS && s % kCountT == 0 && b > kHangulT && t < kCountT)
        return a + t;
    const uint64_t key = uint64_t(a) << 21 | b;
    const auto pair_of = [](uint16_t i) { return kDecompositions[i] >> 1 & 0x3ffffffffff; };
    const uint16_t* end = std::end(kCompositions);
    const uint16_t* it = std::lower_bound(std::begin(kCompositions), end, key,
                                          [&](uint16_t i, uint64_t k) { return pair_of(i) < k; });
    return it != end && pair_of(*it) == key ? uint32_t(kDecompositions[*it] >> 43) : kNone;
}

void order_marks(std::vector<Char>& chars) {
    for (size_t i = 0; i < chars.size();) {
        size_t end = i + 1;
        if (chars[i].ccc != 0) {
            while (end < chars.size() && chars[end].ccc != 0) end++;
            std::stable_sort(chars.begin() + ptrdiff_t(i), chars.begin() + ptrdiff_t(end),
                             [](const Char& a, const Char& b) { return a.ccc < b.ccc; });
        }
        i = end;
    }
}

void compose_all(const std::vector<Char>& chars, std::string& out) {
    std::vector<Char> done;
    done.reserve(chars.size());
    size_t starter = SIZE_MAX;
    for (const Char& c : chars) {
        // Not blocked: nothing between, or the last one between has a smaller class.
        if (starter != SIZE_MAX) {
            const bool adjacent = starter + 1 == done.size();
            const uint32_t last = done.back().ccc;
            if (adjacent || (last != 0 && last < c.ccc)) {
                const uint32_t whole = compose(done[starter].cp, c.cp);
                if (whole != kNone) {
                    done[starter].cp = whole;
                    continue;
                }
            }
        }
        if (c.ccc == 0) starter = done.size();
        done.push_back(c);
    }
    for (const Char& c : done) append_utf8(out, c.cp);
}

}  // namespace

std::string to_nfc(std::string_view text) {
    size_t pos = 0, last = 0;  // text before `last` cannot change: it ends before a starter
    while (pos < text.size()) {
        if (char_at(text, pos) >= kFirstCombining) break;
        last = pos;
        pos += char_size(text[pos]);
    }
    if (pos >= text.size()) return std::string(text);
    std::string out(text.substr(0, last));
    std::vector<Char> chars;
    for (pos = last; pos < text.size(); pos += char_size(text[pos]))
        decompose(char_at(text, pos), chars);
    order_marks(chars);
    compose_all(chars, out);
    return out;
}

}  // namespace gosset::unicode
