#include "runtime/session/jinja/lexer.hpp"

#include <utility>

#include "runtime/session/jinja/lexer_literals.hpp"
#include "runtime/session/jinja/text.hpp"
#include "runtime/session/unicode.hpp"

namespace gosset::jinja {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_word(char c) {
    return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// One kind of line break, and none at the very end.
std::string with_plain_line_breaks(std::string_view source) {
    std::string out;
    out.reserve(source.size());
    for (size_t i = 0; i < source.size(); i++) {
        if (source[i] == '\r' && i + 1 < source.size() && source[i + 1] == '\n') continue;
        out += source[i] == '\r' ? '\n' : source[i];
    }
    if (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
}

class Lexer {
  public:
    Lexer(std::string source, const Limits& limits) : source_(std::move(source)), limits_(limits) {}

    Result<std::vector<Token>> run() {
        while (at_ < source_.size()) {
            const size_t tag = find_tag(at_);
            const char* missing = nullptr;
            if (tag == source_.size()) {
                GOSSET_TRY(add(TokenKind::data, source_.substr(at_)));
                at_ = tag;
                break;
            }
            const char kind = source_[tag + 1];
            if (kind == '#') {
                GOSSET_TRY(add_data(tag, tag + 2, true));
                if (!skip_comment()) missing = "a comment {# without its #}";
            } else if (kind == '{') {
                GOSSET_TRY(add_data(tag, tag + 2, false));
                GOSSET_TRY(code(TokenKind::print_begin, TokenKind::print_end, '}'));
            } else if (const size_t raw = match_word(tag + 2, "raw", false); raw != 0) {
                GOSSET_TRY(add_data(tag, tag + 2, true));
                GOSSET_TRY(raw_text(raw));
            } else {
                GOSSET_TRY(add_data(tag, tag + 2, true));
                GOSSET_TRY(code(TokenKind::block_begin, TokenKind::block_end, '%'));
            }
            if (missing) return template_error(line_, missing);
        }
        GOSSET_TRY(add(TokenKind::end, ""));
        return std::move(tokens_);
    }

  private:
    size_t find_tag(size_t from) const {
        for (size_t i = from; i + 1 < source_.size(); i++) {
            const char next = source_[i + 1];
            if (source_[i] == '{' && (next == '{' || next == '%' || next == '#')) return i;
        }
        return source_.size();
    }

    char peek(size_t offset = 0) const {
        return at_ + offset < source_.size() ? source_[at_ + offset] : '\0';
    }
    std::string_view rest() const { return std::string_view(source_).substr(at_); }

    void move_to(size_t to) {
        for (; at_ < to; at_++) line_ += source_[at_] == '\n';
        line_starting_ = to > 0 && source_[to - 1] == '\n';
    }

    Status add(TokenKind kind, std::string text) {
        if (tokens_.size() >= limits_.tokens)
            return limit_reached("chat template: more than " + std::to_string(limits_.tokens) +
                                 " tokens");
        tokens_.push_back({kind, line_, std::move(text)});
        return {};
    }

    /// The text before a tag, whose delimiter ends at `open`; moves past it and its sign.
    Status add_data(size_t tag, size_t open, bool is_block) {
        std::string_view text = std::string_view(source_).substr(at_, tag - at_);
        const char sign = open < source_.size() ? source_[open] : '\0';
        if (sign == '-') {
            text = text.substr(0, spaces_begin(text));
        } else if (sign != '+' && is_block) {
            const size_t line = text.rfind('\n') + 1;  // 0 where there is none
            if (line > 0 || line_starting_)
                if (skip_spaces(text, line) == text.size()) text = text.substr(0, line);
        }
        if (!text.empty()) GOSSET_TRY(add(TokenKind::data, std::string(text)));
        move_to(sign == '-' || sign == '+' ? open + 1 : open);
        return {};
    }

    /// Past what a delimiter of two characters that ends at `end` takes with it.
    void move_past(size_t end, char sign, bool trims_line) {
        if (sign == '-')
            end = skip_spaces(source_, end);
        else if (sign != '+' && trims_line && end < source_.size() && source_[end] == '\n')
            end++;
        move_to(end);
    }

    bool skip_comment() {
        const size_t end = source_.find("#}", at_);
        if (end == source_.npos) return false;
        const char sign = end > at_ ? source_[end - 1] : '\0';
        move_past(end + 2, sign, true);
        return true;
    }

    /// Where "WORD %}" ends that begins (after a sign and white space) at `from`; 0: nowhere.
    size_t match_word(size_t from, std::string_view word, bool plus) const {
        if (from < source_.size() && (source_[from] == '-' || source_[from] == '+')) from++;
        from = skip_spaces(source_, from);
        if (std::string_view(source_).substr(from, word.size()) != word) return 0;
        from = skip_spaces(source_, from + word.size());
        const char sign = from < source_.size() ? source_[from] : '\0';
        if (sign == '-' || (sign == '+' && plus)) from++;
        return std::string_view(source_).substr(from, 2) == "%}" ? from + 2 : 0;
    }

    /// {% raw %} up to {% endraw %}; `begin` is the end of the first.
    Status raw_text(size_t begin) {
        const uint32_t line = line_;
        move_past(begin, source_[begin - 3], false);
        for (size_t tag = at_; (tag = source_.find("{%", tag)) != source_.npos; tag++) {
            const size_t end = match_word(tag + 2, "endraw", true);
            if (end == 0) continue;
            GOSSET_TRY(add_data(tag, tag + 2, true));
            move_past(end, source_[end - 3], true);
            return {};
        }
        return template_error(line, "{% raw %} without its {% endraw %}");
    }

    Status code(TokenKind begin, TokenKind end, char close) {
        const uint32_t line = line_;
        GOSSET_TRY(add(begin, ""));
        std::string open;  // brackets that wait for their partner
        while (at_ < source_.size()) {
            if (open.empty()) {
                const char sign = peek();
                const bool plus = sign == '+' && close == '%';
                const size_t skip = sign == '-' || plus ? 1 : 0;
                if (peek(skip) == close && peek(skip + 1) == '}') {
                    GOSSET_TRY(add(end, ""));
                    move_past(at_ + skip + 2, sign, close == '%');
                    return {};
                }
            }
            const size_t code = skip_spaces(source_, at_);
            if (code != at_) {
                move_to(code);
                continue;
            }
            GOSSET_TRY(one_token(open));
        }
        return template_error(line, close == '%' ? "{% without its %}" : "{{ without its }}");
    }

    Status one_token(std::string& open) {
        const char c = peek();
        if (is_digit(c)) return number();
        if (is_word(c)) {
            size_t end = at_;
            while (end < source_.size() && is_word(source_[end])) end++;
            GOSSET_TRY(add(TokenKind::name, source_.substr(at_, end - at_)));
            move_to(end);
            return {};
        }
        if (c == '\'' || c == '"') return string(c);
        return sign(open);
    }

    Status number() {
        const bool after_dot = at_ > 0 && source_[at_ - 1] == '.';
        Number n;
        const Status status = read_number(rest(), !after_dot, &n);
        if (!status.ok()) return template_error(line_, status.message());
        GOSSET_TRY(add(n.is_real ? TokenKind::real : TokenKind::integer, ""));
        tokens_.back().integer = n.integer, tokens_.back().real = n.real;
        move_to(at_ + n.size);
        return {};
    }

    Status string(char quote) {
        size_t end = at_ + 1;
        while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
        if (end >= source_.size()) return template_error(line_, "a string without its end");
        std::string text;
        const Status status =
            resolve_escapes(std::string_view(source_).substr(at_ + 1, end - at_ - 1), &text);
        if (!status.ok()) return template_error(line_, status.message());
        GOSSET_TRY(add(TokenKind::string, std::move(text)));
        move_to(end + 1);
        return {};
    }

    Status sign(std::string& open) {
        static constexpr std::string_view kLong[] = {"//", "**", "==", "!=", ">=", "<="};
        static constexpr std::string_view kShort = "+-/*%~[](){}><=.:|,;";
        std::string_view text = rest().substr(0, 1);
        for (const std::string_view sign : kLong)
            if (rest().substr(0, 2) == sign) text = sign;
        if (kShort.find(text[0]) == kShort.npos && text.size() == 1)
            return template_error(line_,
                                  "a character that means nothing here: " +
                                      std::string(rest().substr(0, unicode::char_size(text[0]))));
        const char c = text[0];
        if (c == '(' || c == '[' || c == '{') open += c == '(' ? ')' : c == '[' ? ']' : '}';
        if (c == ')' || c == ']' || c == '}') {
            if (open.empty() || open.back() != c)
                return template_error(line_, std::string("a '") + c + "' that closes nothing");
            open.pop_back();
        }
        GOSSET_TRY(add(TokenKind::sign, std::string(text)));
        move_to(at_ + text.size());
        return {};
    }

    const std::string source_;
    const Limits& limits_;
    std::vector<Token> tokens_;
    size_t at_ = 0;
    uint32_t line_ = 1;
    bool line_starting_ = true;  // what was read last ended a line
};

}  // namespace

Status template_error(uint32_t line, const std::string& what) {
    return unsupported("chat template, line " + std::to_string(line) + ": " + what);
}

Result<std::vector<Token>> tokenize(std::string_view source, const Limits& limits) {
    if (source.size() > limits.source_bytes)
        return limit_reached("chat template: longer than " + std::to_string(limits.source_bytes) +
                             " bytes");
    const size_t bad = unicode::find_invalid_utf8(source);
    if (bad != source.npos)
        return corrupt("chat template: byte " + std::to_string(bad) + " is not UTF-8");
    return Lexer(with_plain_line_breaks(source), limits).run();
}

}  // namespace gosset::jinja
