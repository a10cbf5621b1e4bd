#include "runtime/session/pretokenizer.hpp"

#include "runtime/session/unicode.hpp"

namespace gosset {

namespace {
using unicode::CharClass;

struct Name {
    std::string_view name;
    PreTokenizer kind;
};
constexpr Name kNames[] = {
    {"none", PreTokenizer::none},
    {"metaspace", PreTokenizer::metaspace},
    {"metaspace_first", PreTokenizer::metaspace_first},
    {"gpt2", PreTokenizer::gpt2},
    {"smollm", PreTokenizer::smollm},
    {"llama3", PreTokenizer::llama3},
    {"qwen2", PreTokenizer::qwen2},
};

/// Text with the questions that the patterns ask. Positions are starts of characters or the end.
struct Text {
    std::string_view s;

    bool at_end(size_t pos) const { return pos >= s.size(); }
    CharClass char_class(size_t pos) const { return unicode::char_class(unicode::char_at(s, pos)); }
    bool is(size_t pos, CharClass c) const { return !at_end(pos) && char_class(pos) == c; }
    bool is_newline(size_t pos) const { return !at_end(pos) && (s[pos] == '\r' || s[pos] == '\n'); }
    bool is_numeric(size_t pos) const { return unicode::is_numeric(unicode::char_at(s, pos)); }
    size_t after(size_t pos) const { return pos + unicode::char_size(s[pos]); }
    size_t skip(size_t pos, CharClass c) const {
        while (is(pos, c)) pos = after(pos);
        return pos;
    }
    size_t skip_newlines(size_t pos) const {
        while (is_newline(pos)) pos++;
        return pos;
    }
};

/// End of 's 't 're 've 'm 'll 'd at pos, or pos. Without case, U+017F (long s) is an s too.
size_t contraction(const Text& t, size_t pos, bool any_case) {
    if (t.s[pos] != '\'') return pos;
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
    while (t.is(end, CharClass::space)) last = end, end = t.after(end);
    return t.at_end(end) || last == pos ? end : last;
}

size_t gpt2_end(const Text& t, size_t pos) {
    if (const size_t end = contraction(t, pos, false); end != pos) return end;
    const size_t word = t.s[pos] == ' ' ? pos + 1 : pos;
    if (!t.at_end(word)) {
        const CharClass c = t.char_class(word);
        if (c != CharClass::space) return t.skip(word, c);
    }
    return spaces(t, pos);
}

/// \s*[\r\n]+ : up to the last newline of the run of spaces at pos, or pos.
size_t last_newline(const Text& t, size_t pos) {
    size_t end = pos;
    for (size_t p = pos; t.is(p, CharClass::space); p = t.after(p))
        if (t.is_newline(p)) end = p + 1;
    return end;
}

size_t llama3_end(const Text& t, size_t pos, size_t most_digits) {
    if (const size_t end = contraction(t, pos, true); end != pos) return end;
    const CharClass c = t.char_class(pos);
    if (c == CharClass::letter) return t.skip(pos, c);
    const size_t second = t.after(pos);
    if (c == CharClass::number) {
        size_t end = second;
        for (size_t i = 1; i < most_digits && t.is(end, c); i++) end = t.after(end);
        return end;
    }
    if (!t.is_newline(pos) && t.is(second, CharClass::letter))
        return t.skip(second, CharClass::letter);
    const size_t mark = t.s[pos] == ' ' ? pos + 1 : pos;
    if (t.is(mark, CharClass::other)) return t.skip_newlines(t.skip(mark, CharClass::other));
    if (const size_t end = last_newline(t, pos); end != pos) return end;
    return spaces(t, pos);
}
}  // namespace

std::optional<PreTokenizer> find_pre_tokenizer(std::string_view name) {
    for (const Name& n : kNames)
        if (n.name == name) return n.kind;
    return std::nullopt;
}

std::string_view PreTokenWalk::next() {
    if (pos_ >= text_.size()) return {};
    const size_t begin = pos_;
    Text t{text_};
    switch (kind_) {
        case PreTokenizer::gpt2:
            pos_ = gpt2_end(t, pos_);
            break;
        case PreTokenizer::llama3:
            pos_ = llama3_end(t, pos_, 3);
            break;
        case PreTokenizer::qwen2:
            pos_ = llama3_end(t, pos_, 1);
            break;
        case PreTokenizer::smollm:
            if (t.is_numeric(pos_)) {
                pos_ = t.after(pos_);
                break;
            }
            if (pos_ >= part_end_)
                for (part_end_ = pos_; !t.at_end(part_end_); part_end_ = t.after(part_end_))
                    if (t.is_numeric(part_end_)) break;
            t.s = text_.substr(0, part_end_);
            pos_ = gpt2_end(t, pos_);
            break;
        default:
            pos_ = text_.size();
    }
    return text_.substr(begin, pos_ - begin);
}

}  // namespace gosset
