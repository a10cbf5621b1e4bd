#include "runtime/session/pretokenizer_patterns.hpp"

#include <algorithm>
#include <cstdint>

#include "runtime/session/unicode.hpp"

namespace gosset {

namespace {
using unicode::Category;

/// Sets of categories.
template <class... Categories>
constexpr uint32_t set(Categories... c) {
    return (0u | ... | (1u << uint32_t(c)));
}
constexpr uint32_t kLetter = set(Category::upper, Category::lower, Category::caseless);
constexpr uint32_t kNumber = set(Category::digit, Category::letter_number, Category::other_number);
constexpr uint32_t kSpace = set(Category::space);
constexpr uint32_t kMark = set(Category::mark);
constexpr uint32_t kUpper = set(Category::upper, Category::caseless, Category::mark);
constexpr uint32_t kLower = set(Category::lower, Category::caseless, Category::mark);
constexpr uint32_t kPunctuation =
    set(Category::connector, Category::punctuation, Category::symbol, Category::alphabetic_symbol);
constexpr uint32_t kEither = kUpper & kLower;

/// Text with the questions that the patterns ask. Positions are starts of characters or the end.
struct Text {
    std::string_view s;

    bool at_end(size_t pos) const { return pos >= s.size(); }
    uint32_t category(size_t pos) const { return set(unicode::category(unicode::char_at(s, pos))); }
    bool is(size_t pos, uint32_t c) const { return !at_end(pos) && (category(pos) & c) != 0; }
    bool is_not(size_t pos, uint32_t c) const { return !at_end(pos) && (category(pos) & c) == 0; }
    bool is_newline(size_t pos) const { return !at_end(pos) && (s[pos] == '\r' || s[pos] == '\n'); }
    size_t after(size_t pos) const { return pos + unicode::char_size(s[pos]); }
    size_t skip(size_t pos, uint32_t c) const {
        while (is(pos, c)) pos = after(pos);
        return pos;
    }
    size_t skip_not(size_t pos, uint32_t c) const {
        while (is_not(pos, c)) pos = after(pos);
        return pos;
    }
    size_t skip_newlines(size_t pos, bool slashes = false) const {
        while (is_newline(pos) || (slashes && !at_end(pos) && s[pos] == '/')) pos++;
        return pos;
    }
    size_t skip_numbers(size_t pos, size_t most) const {
        for (size_t i = 0; i < most && is(pos, kNumber); i++) pos = after(pos);
        return pos;
    }
};

bool is_ascii_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// End of 's 't 're 've 'm 'll 'd at pos, or pos. Without case, U+017F (long s) is an s too.
size_t contraction(const Text& t, size_t pos, bool any_case) {
    if (t.at_end(pos) || t.s[pos] != '\'') return pos;
    const std::string_view rest = t.s.substr(pos + 1, 2);
    const auto letter = [&](size_t i) {
        const char c = i < rest.size() ? rest[i] : '\0';
        return any_case && c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    };
    const char a = letter(0), b = letter(1);
    if (a == 's' || a == 't' || a == 'm' || a == 'd') return pos + 2;
    if ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l')) return pos + 3;
    if (any_case && rest == "\xc5\xbf") return pos + 3;
    return pos;
}

/// \s+(?!\S)|\s+ : a run of spaces leaves its last one to the word that follows it.
size_t spaces(const Text& t, size_t pos) {
    size_t end = pos, last = pos;
    while (t.is(end, kSpace)) last = end, end = t.after(end);
    return t.at_end(end) || last == pos ? end : last;
}

/// \s*[\r\n]+ : up to the last newline of the run of spaces at pos, or else the run as above.
size_t lines(const Text& t, size_t pos) {
    size_t end = pos;
    for (size_t p = pos; t.is(p, kSpace); p = t.after(p))
        if (t.is_newline(p)) end = p + 1;
    return end != pos ? end : spaces(t, pos);
}

/// The place after an optional space.
size_t after_space(const Text& t, size_t pos) {
    return t.s[pos] == ' ' ? pos + 1 : pos;
}

size_t gpt2_end(const Text& t, size_t pos) {
    if (const size_t end = contraction(t, pos, false); end != pos) return end;
    const size_t word = after_space(t, pos);
    if (t.is(word, kLetter)) return t.skip(word, kLetter);
    if (t.is(word, kNumber)) return t.skip(word, kNumber);
    if (t.is_not(word, kSpace)) return t.skip_not(word, kLetter | kNumber | kSpace);
    return spaces(t, pos);
}

/// `letter` is what words are made of: letters, or letters and marks.
size_t llama3_end(const Text& t, size_t pos, size_t most_digits, uint32_t letter) {
    if (const size_t end = contraction(t, pos, true); end != pos) return end;
    if (t.is(pos, letter)) return t.skip(pos, letter);
    if (t.is(pos, kNumber)) return t.skip_numbers(pos, most_digits);
    const size_t second = t.after(pos);
    if (!t.is_newline(pos) && t.is(second, letter)) return t.skip(second, letter);
    const size_t mark = after_space(t, pos);
    const uint32_t known = letter | kNumber | kSpace;
    if (t.is_not(mark, known)) return t.skip_newlines(t.skip_not(mark, known));
    return lines(t, pos);
}

/// U*L+ : as much of U as leaves something to L. Or `start`.
size_t lower_word(const Text& t, size_t start) {
    size_t end = start, last = start;  // last: the end of the last character that is in both
    for (; t.is(end, kUpper); end = t.after(end))
        if (t.is(end, kEither)) last = t.after(end);
    return t.is(end, kLower) ? t.skip(end, kLower) : last;
}

/// U+L* , or `start`.
size_t upper_word(const Text& t, size_t start) {
    const size_t end = t.skip(start, kUpper);
    return end == start ? start : t.skip(end, kLower);
}

/// The first two alternatives of tekken and o200k: with the character in front, then without. Or
/// `pos`.
size_t cased_word(const Text& t, size_t pos) {
    const bool prefix = !t.is_newline(pos) && t.is_not(pos, kLetter | kNumber);
    for (const auto word : {lower_word, upper_word}) {
        if (prefix && !t.at_end(t.after(pos)))
            if (const size_t end = word(t, t.after(pos)); end != t.after(pos)) return end;
        if (const size_t end = word(t, pos); end != pos) return end;
    }
    return pos;
}

size_t cased_end(const Text& t, size_t pos, size_t most_digits, bool contractions) {
    if (const size_t end = cased_word(t, pos); end != pos)
        return contractions ? contraction(t, end, true) : end;
    if (t.is(pos, kNumber)) return t.skip_numbers(pos, most_digits);
    const size_t mark = after_space(t, pos);
    const uint32_t known = kLetter | kNumber | kSpace;
    if (t.is_not(mark, known)) return t.skip_newlines(t.skip_not(mark, known), true);
    return lines(t, pos);
}

size_t deepseek3_end(const Text& t, size_t pos) {
    const bool ascii = uint8_t(t.s[pos]) < 0x80;
    if (ascii && t.is(pos, kPunctuation)) {
        size_t end = pos + 1;
        while (!t.at_end(end) && is_ascii_letter(t.s[end])) end++;
        if (end != pos + 1) return end;
    }
    if (t.is(pos, kLetter | kMark)) return t.skip(pos, kLetter | kMark);
    const size_t second = t.after(pos);
    if (!t.is_newline(pos) && t.is_not(pos, kPunctuation) && t.is(second, kLetter | kMark))
        return t.skip(second, kLetter | kMark);
    const size_t mark = after_space(t, pos);
    if (t.is(mark, kPunctuation)) return t.skip_newlines(t.skip(mark, kPunctuation));
    return lines(t, pos);
}

/// The second cut of deepseek3.
bool is_ideograph_or_kana(uint32_t cp) {
    return (cp >= 0x4e00 && cp <= 0x9fa5) || (cp >= 0x3040 && cp <= 0x30ff);
}

}  // namespace

size_t match_end(PreTokenizer kind, std::string_view s, size_t pos) {
    const Text t{s};
    switch (kind) {
        case PreTokenizer::gpt2:
        case PreTokenizer::smollm:
            return gpt2_end(t, pos);
        case PreTokenizer::llama3:
            return llama3_end(t, pos, 3, kLetter);
        case PreTokenizer::qwen2:
            return llama3_end(t, pos, 1, kLetter);
        case PreTokenizer::qwen35:
            return llama3_end(t, pos, 1, kLetter | kMark);
        case PreTokenizer::tekken:
            return cased_end(t, pos, 1, false);
        case PreTokenizer::o200k:
            return cased_end(t, pos, 3, true);
        case PreTokenizer::deepseek3:
            return deepseek3_end(t, pos);
        case PreTokenizer::metaspace_split:
        case PreTokenizer::metaspace_first_split:
            return std::min(s.find("\xe2\x96\x81", t.after(pos)), s.size());
        default:
            return s.size();
    }
}

size_t part_end(PreTokenizer kind, std::string_view s, size_t pos) {
    const Text t{s};
    const auto at = [&](size_t p) { return unicode::char_at(s, p); };
    if (kind == PreTokenizer::smollm) {
        if (unicode::is_numeric(at(pos))) return t.after(pos);
        while (!t.at_end(pos) && !unicode::is_numeric(at(pos))) pos = t.after(pos);
        return pos;
    }
    if (kind != PreTokenizer::deepseek3) return s.size();
    if (t.is(pos, kNumber)) return t.skip_numbers(pos, 3);
    const bool inside = is_ideograph_or_kana(at(pos));
    while (t.is_not(pos, kNumber) && is_ideograph_or_kana(at(pos)) == inside) pos = t.after(pos);
    return pos;
}

}  // namespace gosset
