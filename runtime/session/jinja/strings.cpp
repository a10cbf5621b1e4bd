// What string methods and filters share.
#include <algorithm>

#include "runtime/session/jinja/filters.hpp"
#include "runtime/session/unicode.hpp"

namespace gosset::jinja {

namespace {

std::string_view character_at(std::string_view text, size_t at) {
    return text.substr(at, unicode::char_size(text[at]));
}
/// Start of the character that ends at `end`.
size_t before(std::string_view text, size_t end) {
    do end--;
    while ((uint8_t(text[end]) & 0xc0) == 0x80);
    return end;
}

}  // namespace

Result<Value> strip(Heap& heap, const Value& v, const Value& characters, bool left, bool right) {
    const std::string_view text = v.text().bytes();
    const bool spaces = characters.is(Kind::absent) || characters.is(Kind::none);
    Text set;
    if (!spaces) {
        GOSSET_ASSIGN(set, need_text(characters, "the characters to strip"));
    }
    GOSSET_TRY(heap.spend_bytes(text.size()));
    // Characters of `set` are looked for as bytes, which UTF-8 allows.
    const auto goes = [&](std::string_view c) {
        return spaces ? is_space(unicode::char_at(c, 0)) : set.bytes().find(c) != std::string::npos;
    };
    size_t begin = 0, end = text.size();
    if (set.size() > 1000) return limit_reached("more than 1000 characters to strip");
    while (left && begin < end && goes(character_at(text, begin)))
        begin += unicode::char_size(text[begin]);
    while (right && end > begin && goes(character_at(text, before(text, end))))
        end = before(text, end);
    if (begin == 0 && end == text.size()) return v;
    GOSSET_ASSIGN(const Value out, heap.text(v.text().slice(begin, end)));
    return out.as_safe(v.safe());
}

Result<Value> replace(Heap& heap, const Text& text, const Text& from, const Text& to,
                      int64_t most) {
    const std::string& bytes = text.bytes();
    GOSSET_TRY(heap.spend_bytes(bytes.size()));
    Text out;
    size_t done = 0;
    const auto put = [&](size_t at) -> Status {
        GOSSET_TRY(heap.admit(2 * (out.size() + to.size() + bytes.size())));
        GOSSET_TRY(heap.spend_bytes(to.size()));
        out.append(text, done, at);
        out.append(to);
        done = at + from.size();
        return {};
    };
    // An empty string is found before every character and at the end.
    for (size_t at = 0; most != 0 && at <= bytes.size(); most--) {
        at = bytes.find(from.bytes(), at);
        if (at == bytes.npos) break;
        GOSSET_TRY(put(at));
        const bool more = at < bytes.size();
        at += !from.empty() ? from.size() : more ? unicode::char_size(bytes[at]) : 1;
    }
    out.append(text, std::min(done, bytes.size()), bytes.size());
    return heap.text(std::move(out));
}

Result<Value> join(Heap& heap, const Text& separator, const Items& items, bool convert) {
    Text out;
    for (size_t i = 0; i < items.size(); i++) {
        GOSSET_TRY(heap.admit(2 * (out.size() + separator.size())));
        GOSSET_TRY(heap.spend_bytes(separator.size()));
        if (i > 0) out.append(separator);
        if (!convert && !items[i].is(Kind::text))
            return invalid_argument(std::string("a ") + type_name(items[i]) +
                                    " among the strings to join");
        GOSSET_TRY(append_str(heap, items[i], &out));
    }
    return heap.text(std::move(out));
}

Result<Items> split_lines(Heap& heap, const Text& text) {
    const std::string& bytes = text.bytes();
    Items lines;
    size_t begin = 0;
    for (size_t at = 0; at < bytes.size();) {
        const uint32_t cp = unicode::char_at(bytes, at);
        size_t next = at + unicode::char_size(bytes[at]);
        const bool breaks = (cp >= 0x0a && cp <= 0x0d) || (cp >= 0x1c && cp <= 0x1e) ||
                            cp == 0x85 || cp == 0x2028 || cp == 0x2029;
        if (breaks) {
            if (cp == '\r' && next < bytes.size() && bytes[next] == '\n') next++;
            GOSSET_ASSIGN(Value line, heap.text(text.slice(begin, at)));
            lines.push_back(std::move(line));
            begin = next;
        }
        at = next;
    }
    if (begin < bytes.size()) {
        GOSSET_ASSIGN(Value line, heap.text(text.slice(begin, bytes.size())));
        lines.push_back(std::move(line));
    }
    return lines;
}

Text capitalized(const Text& text) {
    if (text.empty()) return text;
    const size_t first = unicode::char_size(text.bytes()[0]);
    const Text upper = change_case(text.slice(0, first), Case::upper);
    // A letter that becomes several keeps the first of them large.
    const size_t head = unicode::char_size(upper.bytes()[0]);
    Text out = upper.slice(0, head);
    out.append(change_case(upper.slice(head, upper.size()), Case::lower));
    // The rest as a part of the whole, for the rule of the final sigma.
    const Text lower = change_case(text, Case::lower);
    const size_t lowered = change_case(text.slice(0, first), Case::lower).size();
    out.append(lower, lowered, lower.size());
    return out;
}

/// A capital after what is not a letter (str.title), or after white space and -({[< (the filter).
Text titled(const Text& text, bool as_filter) {
    Text out;
    const std::string& bytes = text.bytes();
    bool begins = true;
    for (size_t at = 0; at < bytes.size();) {
        const size_t size = unicode::char_size(bytes[at]);
        const Text c = text.slice(at, at + size);
        const uint32_t cp = unicode::char_at(bytes, at);
        out.append(change_case(c, begins ? Case::upper : Case::lower));
        if (as_filter)
            begins = is_space(cp) || (cp < 0x80 && std::string_view("-({[<").find(char(cp)) !=
                                                       std::string_view::npos);
        else
            begins = unicode::char_class(cp) != unicode::CharClass::letter;
        at += size;
    }
    return out;
}

}  // namespace gosset::jinja
