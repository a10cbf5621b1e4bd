// Methods of strings that cut them apart, and format(), which puts them together.
#include <algorithm>

#include "runtime/session/jinja/methods.hpp"
#include "runtime/session/unicode.hpp"

namespace gosset::jinja {

namespace {

Status add_part(Heap& heap, const Text& text, size_t begin, size_t end, Items* out) {
    GOSSET_ASSIGN(Value part, heap.text(text.slice(begin, end)));
    out->push_back(std::move(part));
    return {};
}

/// At runs of white space, none at the ends; what lies behind the last cut keeps its own.
Result<Items> split_at_spaces(Heap& heap, const Text& text, int64_t most) {
    const std::string& bytes = text.bytes();
    Items out;
    for (size_t at = skip_spaces(bytes); at < bytes.size();) {
        if (most-- == 0) {
            GOSSET_TRY(add_part(heap, text, at, bytes.size(), &out));
            break;
        }
        size_t end = at;
        while (end < bytes.size() && !is_space(unicode::char_at(bytes, end)))
            end += unicode::char_size(bytes[end]);
        GOSSET_TRY(add_part(heap, text, at, end, &out));
        at = skip_spaces(bytes, end);
    }
    return out;
}

Result<Items> split_at(Heap& heap, const Text& text, const std::string& separator, int64_t most) {
    const std::string& bytes = text.bytes();
    Items out;
    size_t begin = 0;
    for (; most != 0; most--) {
        const size_t at = bytes.find(separator, begin);
        if (at == bytes.npos) break;
        GOSSET_TRY(add_part(heap, text, begin, at, &out));
        begin = at + separator.size();
    }
    GOSSET_TRY(add_part(heap, text, begin, bytes.size(), &out));
    return out;
}

Result<Items> split_from_end(Heap& heap, const Text& text, const std::string& separator,
                             int64_t most) {
    const std::string& bytes = text.bytes();
    Items out;
    size_t end = bytes.size();
    for (; most != 0 && end >= separator.size(); most--) {
        const size_t at = bytes.rfind(separator, end - separator.size());
        if (at == bytes.npos) break;
        GOSSET_TRY(add_part(heap, text, at + separator.size(), end, &out));
        end = at;
    }
    GOSSET_TRY(add_part(heap, text, 0, end, &out));
    std::reverse(out.begin(), out.end());
    return out;
}

Result<Value> split_by(Heap& heap, const Value& self, Arguments& a, bool from_end) {
    GOSSET_TRY(heap.spend_bytes(self.text().size()));
    GOSSET_ASSIGN(const int64_t most, to_integer(a.at(1), -1));
    if (a.at(0).is(Kind::absent) || a.at(0).is(Kind::none)) {
        if (from_end && most >= 0) return unsupported("white space from the end");
        GOSSET_ASSIGN(Items parts, split_at_spaces(heap, self.text(), most));
        return heap.list(std::move(parts));
    }
    GOSSET_ASSIGN(const Text separator, need_text(a.at(0), "the separator"));
    if (separator.empty()) return invalid_argument("the separator is empty");
    const auto f = from_end ? split_from_end : split_at;
    GOSSET_ASSIGN(Items parts, f(heap, self.text(), separator.bytes(), most));
    return heap.list(std::move(parts));
}
Result<Value> split(Heap& heap, const Value& self, Arguments& a) {
    return split_by(heap, self, a, false);
}
Result<Value> rsplit(Heap& heap, const Value& self, Arguments& a) {
    return split_by(heap, self, a, true);
}

Result<Value> lines(Heap& heap, const Value& self, Arguments& a) {
    if (!a.at(0).is(Kind::absent) && truth(a.at(0)))
        return unsupported("lines that keep their ends");
    GOSSET_TRY(heap.spend_bytes(self.text().size()));
    GOSSET_ASSIGN(Items parts, split_lines(heap, self.text()));
    return heap.list(std::move(parts));
}

Result<Value> partition_at(Heap& heap, const Value& self, Arguments& a, bool last) {
    GOSSET_ASSIGN(const Text separator, need_text(a.at(0), "the separator"));
    if (separator.empty()) return invalid_argument("the separator is empty");
    const Text& text = self.text();
    GOSSET_TRY(heap.spend_bytes(text.size()));
    const size_t at =
        last ? text.bytes().rfind(separator.bytes()) : text.bytes().find(separator.bytes());
    const bool found = at != std::string::npos;
    const size_t begin = found ? at : last ? 0 : text.size();
    const size_t end = found ? at + separator.size() : begin;
    Items parts;
    GOSSET_TRY(add_part(heap, text, 0, begin, &parts));
    GOSSET_TRY(add_part(heap, text, begin, end, &parts));
    GOSSET_TRY(add_part(heap, text, end, text.size(), &parts));
    return heap.sequence(Kind::tuple, std::move(parts));
}
Result<Value> partition(Heap& heap, const Value& self, Arguments& a) {
    return partition_at(heap, self, a, false);
}
Result<Value> rpartition(Heap& heap, const Value& self, Arguments& a) {
    return partition_at(heap, self, a, true);
}

/// "{} {0} {name}": fields without attributes, conversions and widths. A field keeps
/// the origin of what fills it.
Result<Value> format(Heap& heap, const Value& self, Arguments& a) {
    const Text& text = self.text();
    const std::string& bytes = text.bytes();
    Text out;
    size_t next = 0;
    for (size_t at = 0; at < bytes.size();) {
        const char c = bytes[at];
        const bool doubled = at + 1 < bytes.size() && bytes[at + 1] == c;
        if ((c != '{' && c != '}') || doubled) {
            out.append(text, at, at + 1);
            at += c == '{' || c == '}' ? 2 : 1;
            continue;
        }
        const size_t end = bytes.find('}', at);
        if (c == '}' || end == bytes.npos) return invalid_argument("a brace without its partner");
        const std::string field = bytes.substr(at + 1, end - at - 1);
        const bool number = field.find_first_not_of("0123456789") == field.npos;
        if (field.find_first_of(".[!:{") != field.npos || (number && field.size() > 6))
            return unsupported("the field {" + field + "} is not supported");
        const Value* v = nullptr;
        const size_t index = !number ? 0 : field.empty() ? next++ : size_t(std::stoi(field));
        if (number && index < a.size()) v = &a.at(index);
        for (const auto& [name, value] : a.named)
            if (name == field) v = &value;
        if (!v) return invalid_argument("nothing for the field {" + field + "}");
        GOSSET_TRY(heap.admit(2 * out.size()));
        GOSSET_TRY(append_str(heap, *v, &out));
        at = end + 1;
    }
    return heap.text(std::move(out));
}

constexpr MethodEntry kMethods[] = {
    {"split", "sep? maxsplit?", split}, {"rsplit", "sep? maxsplit?", rsplit},
    {"splitlines", "keepends?", lines}, {"partition", "sep", partition},
    {"rpartition", "sep", rpartition},  {"format", nullptr, format},
};

}  // namespace

std::span<const MethodEntry> splitting_methods() {
    return kMethods;
}

}  // namespace gosset::jinja
