#include "runtime/session/jinja/text.hpp"

#include <algorithm>
#include <iterator>

#include "runtime/session/unicode.hpp"

namespace gosset::jinja {

namespace {

struct CaseRun {
    uint32_t first, last;  ///< every `stride`-th code point of it
    int32_t delta;         ///< to the other case
    uint32_t stride;
};
struct CaseSpecial {
    uint32_t from, to[3];  ///< 0: no more
};
#include "runtime/session/jinja/case_tables.inc"

template <size_t kRuns, size_t kSpecials>
void append_changed(std::string& out, uint32_t cp, const CaseRun (&runs)[kRuns],
                    const CaseSpecial (&specials)[kSpecials]) {
    const auto special =
        std::find_if(std::begin(specials), std::end(specials),
                     [&](const CaseSpecial& s) { return cp >= 0x80 && s.from == cp; });
    if (special != std::end(specials)) {
        for (const uint32_t to : special->to)
            if (to != 0) unicode::append_utf8(out, to);
        return;
    }
    const auto run = std::lower_bound(std::begin(runs), std::end(runs), cp,
                                      [](const CaseRun& r, uint32_t c) { return r.last < c; });
    const bool changes =
        run != std::end(runs) && cp >= run->first && (cp - run->first) % run->stride == 0;
    unicode::append_utf8(out, changes ? uint32_t(int32_t(cp) + run->delta) : cp);
}

constexpr uint32_t kSigma = 0x3a3, kFinalSigma = 0x3c2;

bool letter_at(std::string_view text, size_t at) {
    return at < text.size() &&
           unicode::char_class(unicode::char_at(text, at)) == unicode::CharClass::letter;
}

}  // namespace

bool is_space(uint32_t cp) {
    if (cp < 0x80) return (cp >= 0x09 && cp <= 0x0d) || (cp >= 0x1c && cp <= 0x20);
    return cp == 0x85 || cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) ||
           cp == 0x2028 || cp == 0x2029 || cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

size_t skip_spaces(std::string_view text, size_t from) {
    while (from < text.size() && is_space(unicode::char_at(text, from)))
        from += unicode::char_size(text[from]);
    return from;
}

size_t spaces_begin(std::string_view text) {
    size_t end = text.size();
    while (end > 0) {
        size_t begin = end - 1;
        while (begin > 0 && (uint8_t(text[begin]) & 0xc0) == 0x80) begin--;
        if (!is_space(unicode::char_at(text, begin))) break;
        end = begin;
    }
    return end;
}

size_t count_characters(std::string_view text) {
    return size_t(std::count_if(text.begin(), text.end(),
                                [](char c) { return (uint8_t(c) & 0xc0) != 0x80; }));
}

std::vector<size_t> character_offsets(std::string_view text) {
    std::vector<size_t> out;
    out.reserve(text.size() + 1);
    for (size_t at = 0; at < text.size(); at += unicode::char_size(text[at])) out.push_back(at);
    out.push_back(text.size());
    return out;
}

Text change_case(const Text& text, Case to) {
    Text out;
    const std::string& bytes = text.bytes();
    bool in_word = false;
    for (size_t at = 0; at < bytes.size();) {
        const size_t size = unicode::char_size(bytes[at]);
        std::string changed;
        const uint32_t cp = unicode::char_at(bytes, at);
        if (to == Case::upper)
            append_changed(changed, cp, kToUpper, kUpperSpecial);
        else if (cp == kSigma && in_word && !letter_at(bytes, at + size))
            unicode::append_utf8(changed, kFinalSigma);
        else
            append_changed(changed, cp, kToLower, kLowerSpecial);
        out.append(changed, text.origin_at(at));
        in_word = letter_at(bytes, at);
        at += size;
    }
    return out;
}

}  // namespace gosset::jinja
