// Methods of strings that make one string, a number or a truth.
#include <algorithm>

#include "runtime/session/jinja/methods.hpp"
#include "runtime/session/unicode.hpp"

namespace gosset::jinja {

namespace {

Result<Value> strip_both(Heap& heap, const Value& self, Arguments& a) {
    return strip(heap, self, a.at(0), true, true);
}
Result<Value> strip_left(Heap& heap, const Value& self, Arguments& a) {
    return strip(heap, self, a.at(0), true, false);
}
Result<Value> strip_right(Heap& heap, const Value& self, Arguments& a) {
    return strip(heap, self, a.at(0), false, true);
}

/// startswith and endswith, which take a string or a tuple of them.
Result<Value> meets(const Value& self, const Arguments& a, bool at_end) {
    if (!a.at(1).is(Kind::absent)) return unsupported("a start or an end is not supported");
    const std::string_view text = self.text().bytes();
    const bool one = a.at(0).is(Kind::text);
    if (!one && !a.at(0).is(Kind::tuple))
        return invalid_argument("a string or a tuple of strings is needed");
    const Items list = one ? Items{a.at(0)} : a.at(0).items();
    for (const Value& v : list) {
        GOSSET_ASSIGN(const Text part, need_text(v, "each element"));
        const std::string_view bytes = part.bytes();
        if (bytes.size() > text.size()) continue;
        if (text.substr(at_end ? text.size() - bytes.size() : 0, bytes.size()) == bytes)
            return Value::boolean(true);
    }
    return Value::boolean(false);
}
Result<Value> starts_with(Heap&, const Value& self, Arguments& a) {
    return meets(self, a, false);
}
Result<Value> ends_with(Heap&, const Value& self, Arguments& a) {
    return meets(self, a, true);
}

Result<Value> without_prefix(Heap& heap, const Value& self, Arguments& a) {
    GOSSET_ASSIGN(const Text part, need_text(a.at(0), "a prefix"));
    const Text& text = self.text();
    if (text.bytes().compare(0, part.size(), part.bytes()) != 0) return self;
    return heap.text(text.slice(part.size(), text.size()));
}
Result<Value> without_suffix(Heap& heap, const Value& self, Arguments& a) {
    GOSSET_ASSIGN(const Text part, need_text(a.at(0), "a suffix"));
    const Text& text = self.text();
    if (part.size() > text.size()) return self;
    const size_t begin = text.size() - part.size();
    if (text.bytes().compare(begin, part.size(), part.bytes()) != 0) return self;
    return heap.text(text.slice(0, begin));
}

Result<Value> replaced(Heap& heap, const Value& self, Arguments& a) {
    GOSSET_ASSIGN(const Text from, need_text(a.at(0), "what is replaced"));
    GOSSET_ASSIGN(const Text to, need_text(a.at(1), "the replacement"));
    GOSSET_ASSIGN(const int64_t most, to_integer(a.at(2), -1));
    return replace(heap, self.text(), from, to, most);
}

Result<Value> joined(Heap& heap, const Value& self, Arguments& a) {
    GOSSET_ASSIGN(const Items items, iterate(heap, a.at(0)));
    return join(heap, self.text(), items, false);
}

Result<Value> upper(Heap& heap, const Value& self, Arguments&) {
    return heap.text(change_case(self.text(), Case::upper));
}
Result<Value> lower(Heap& heap, const Value& self, Arguments&) {
    return heap.text(change_case(self.text(), Case::lower));
}
Result<Value> capitalize(Heap& heap, const Value& self, Arguments&) {
    return heap.text(capitalized(self.text()));
}
Result<Value> title(Heap& heap, const Value& self, Arguments&) {
    return heap.text(titled(self.text(), false));
}

Result<Value> count(Heap& heap, const Value& self, Arguments& a) {
    GOSSET_ASSIGN(const Text part, need_text(a.at(0), "what is counted"));
    const std::string& bytes = self.text().bytes();
    GOSSET_TRY(heap.spend_bytes(bytes.size()));
    if (part.empty()) return Value::integer(int64_t(count_characters(bytes)) + 1);
    int64_t n = 0;
    for (size_t at = 0; (at = bytes.find(part.bytes(), at)) != bytes.npos; at += part.size()) n++;
    return Value::integer(n);
}

/// In characters; -1 where it is not found.
Result<int64_t> position(Heap& heap, const Value& self, const Arguments& a, bool last) {
    GOSSET_ASSIGN(const Text part, need_text(a.at(0), "what is searched"));
    const std::string& bytes = self.text().bytes();
    GOSSET_TRY(heap.spend_bytes(bytes.size()));
    const size_t at = last ? bytes.rfind(part.bytes()) : bytes.find(part.bytes());
    if (at == bytes.npos) return int64_t(-1);
    return int64_t(count_characters(std::string_view(bytes).substr(0, at)));
}
Result<Value> find(Heap& heap, const Value& self, Arguments& a) {
    GOSSET_ASSIGN(const int64_t at, position(heap, self, a, false));
    return Value::integer(at);
}
Result<Value> find_last(Heap& heap, const Value& self, Arguments& a) {
    GOSSET_ASSIGN(const int64_t at, position(heap, self, a, true));
    return Value::integer(at);
}
Result<Value> index(Heap& heap, const Value& self, Arguments& a) {
    GOSSET_ASSIGN(const int64_t at, position(heap, self, a, false));
    if (at < 0) return invalid_argument("it finds nothing");
    return Value::integer(at);
}

/// isdigit, isspace, isupper and islower, of ASCII.
template <class Holds>
Result<Value> all_ascii(const Value& self, Holds holds) {
    const std::string& bytes = self.text().bytes();
    if (std::any_of(bytes.begin(), bytes.end(), [](char c) { return uint8_t(c) >= 0x80; }))
        return unsupported("characters that are not ASCII");
    return Value::boolean(!bytes.empty() && holds(bytes));
}
bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
Result<Value> is_digits(Heap&, const Value& self, Arguments&) {
    return all_ascii(
        self, [](const std::string& s) { return s.find_first_not_of("0123456789") == s.npos; });
}
Result<Value> is_spaces(Heap&, const Value& self, Arguments&) {
    const std::string& bytes = self.text().bytes();
    return Value::boolean(!bytes.empty() && skip_spaces(bytes) == bytes.size());
}
Result<Value> is_uppers(Heap&, const Value& self, Arguments&) {
    return all_ascii(self, [](const std::string& s) {
        return std::any_of(s.begin(), s.end(), is_upper) &&
               std::none_of(s.begin(), s.end(), is_lower);
    });
}
Result<Value> is_lowers(Heap&, const Value& self, Arguments&) {
    return all_ascii(self, [](const std::string& s) {
        return std::any_of(s.begin(), s.end(), is_lower) &&
               std::none_of(s.begin(), s.end(), is_upper);
    });
}

constexpr MethodEntry kMethods[] = {
    {"strip", "chars?", strip_both},
    {"lstrip", "chars?", strip_left},
    {"rstrip", "chars?", strip_right},
    {"startswith", "prefix start?", starts_with},
    {"endswith", "suffix start?", ends_with},
    {"removeprefix", "prefix", without_prefix},
    {"removesuffix", "suffix", without_suffix},
    {"replace", "old new count?", replaced},
    {"join", "iterable", joined},
    {"upper", "", upper},
    {"lower", "", lower},
    {"capitalize", "", capitalize},
    {"title", "", title},
    {"count", "sub", count},
    {"find", "sub", find},
    {"rfind", "sub", find_last},
    {"index", "sub", index},
    {"isdigit", "", is_digits},
    {"isspace", "", is_spaces},
    {"isupper", "", is_uppers},
    {"islower", "", is_lowers},
};

}  // namespace

std::span<const MethodEntry> text_methods() {
    return kMethods;
}

}  // namespace gosset::jinja
