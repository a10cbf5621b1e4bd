// json.dumps(). The quotes are the template's, the characters between them keep their origin.
#include <algorithm>
#include <cstdio>

#include "runtime/session/jinja/operations.hpp"
#include "runtime/session/unicode.hpp"

namespace gosset::jinja {

namespace {

std::string escape(uint32_t cp, bool ensure_ascii) {
    switch (cp) {
        case '"':
            return "\\\"";
        case '\\':
            return "\\\\";
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        case '\b':
            return "\\b";
        case '\f':
            return "\\f";
        default:
            break;
    }
    if (cp >= 0x20 && (cp < 0x7f || !ensure_ascii)) return "";
    if (cp == 0x7f) return "";
    char text[16];
    if (cp < 0x10000)
        std::snprintf(text, sizeof text, "\\u%04x", unsigned(cp));
    else
        std::snprintf(text, sizeof text, "\\u%04x\\u%04x", 0xd800 + unsigned((cp - 0x10000) >> 10),
                      0xdc00 + unsigned((cp - 0x10000) & 0x3ff));
    return text;
}

class Writer {
  public:
    Writer(Heap& heap, const JsonStyle& style, Text* out) : heap_(heap), style_(style), out_(out) {}

    Status write(const Value& v, size_t depth) {
        GOSSET_TRY(heap_.spend(1));
        GOSSET_TRY(heap_.admit(2 * out_->size()));
        switch (v.kind()) {
            case Kind::none:
                return put("null");
            case Kind::boolean:
                return put(v.integer() ? "true" : "false");
            case Kind::integer:
                return put(std::to_string(v.integer()));
            case Kind::real:
                return put(real(v.real()));
            case Kind::text:
                return quoted(v.text());
            case Kind::list:
            case Kind::tuple:
                return items(v.items(), depth);
            case Kind::dict:
                return pairs(v.pairs(), depth);
            default:
                return invalid_argument(std::string("a value of type ") + type_name(v) +
                                        " cannot become JSON");
        }
    }

  private:
    Status put(std::string_view text) {
        out_->append(text, Origin::model);
        return {};
    }

    static std::string real(double d) {
        if (d != d) return "NaN";
        const std::string text = print_real(d);
        return text == "inf" ? "Infinity" : text == "-inf" ? "-Infinity" : text;
    }

    Status quoted(const Text& text) {
        GOSSET_TRY(heap_.spend_bytes(text.size()));
        GOSSET_TRY(put("\""));
        const std::string& bytes = text.bytes();
        for (size_t at = 0; at < bytes.size();) {
            const size_t size = unicode::char_size(bytes[at]);
            const std::string escaped = escape(unicode::char_at(bytes, at), style_.ensure_ascii);
            if (escaped.empty())
                out_->append(text, at, at + size);
            else
                out_->append(escaped, text.origin_at(at));
            at += size;
        }
        return put("\"");
    }

    Status new_line(size_t depth) {
        if (!style_.indented) return {};
        GOSSET_TRY(put("\n"));
        GOSSET_TRY(heap_.admit(2 * (out_->size() + depth * style_.indent.size())));
        for (size_t i = 0; i < depth; i++) GOSSET_TRY(put(style_.indent));
        return {};
    }

    Status items(const Items& list, size_t depth) {
        if (list.empty()) return put("[]");
        GOSSET_TRY(put("["));
        for (size_t i = 0; i < list.size(); i++) {
            if (i > 0) GOSSET_TRY(put(style_.item_separator));
            GOSSET_TRY(new_line(depth + 1));
            GOSSET_TRY(write(list[i], depth + 1));
        }
        GOSSET_TRY(new_line(depth));
        return put("]");
    }

    Status key(const Value& v) {
        if (v.is(Kind::text)) return quoted(v.text());
        const bool plain = v.is_number() || v.is(Kind::none);
        if (!plain)
            return invalid_argument(std::string("a key of type ") + type_name(v) +
                                    " cannot become JSON");
        GOSSET_TRY(put("\""));
        GOSSET_TRY(write(v, 0));
        return put("\"");
    }

    Status pairs(const Pairs& dict, size_t depth) {
        if (dict.empty()) return put("{}");
        Pairs sorted;
        if (style_.sort_keys) {
            GOSSET_TRY(sort(dict, &sorted));
        }
        const Pairs& list = style_.sort_keys ? sorted : dict;
        GOSSET_TRY(put("{"));
        for (size_t i = 0; i < list.size(); i++) {
            if (i > 0) GOSSET_TRY(put(style_.item_separator));
            GOSSET_TRY(new_line(depth + 1));
            GOSSET_TRY(key(list[i].first));
            GOSSET_TRY(put(style_.key_separator));
            GOSSET_TRY(write(list[i].second, depth + 1));
        }
        GOSSET_TRY(new_line(depth));
        return put("}");
    }

    Status sort(const Pairs& dict, Pairs* sorted) {
        for (const auto& [name, value] : dict)
            if (!name.is(Kind::text)) return unsupported("sort_keys with keys that are no strings");
        GOSSET_TRY(heap_.admit(dict.size() * 2 * sizeof(Value)));
        *sorted = dict;
        std::stable_sort(sorted->begin(), sorted->end(), [](const auto& a, const auto& b) {
            return a.first.text().bytes() < b.first.text().bytes();
        });
        return {};
    }

    Heap& heap_;
    const JsonStyle& style_;
    Text* out_;
};

}  // namespace

Status append_json(Heap& heap, const Value& v, const JsonStyle& style, Text* out) {
    return Writer(heap, style, out).write(v, 0);
}

}  // namespace gosset::jinja
