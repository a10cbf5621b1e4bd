// Filters that make strings.
#include "runtime/session/jinja/filters.hpp"

namespace gosset::jinja {

namespace {

Result<Value> string(Machine& m, const Value& in, Arguments&) {
    if (in.is(Kind::text)) return in;
    GOSSET_ASSIGN(Text text, to_str(m.heap(), in));
    return m.heap().text(std::move(text));
}

Result<Value> in_case(Machine& m, const Value& in, Case to) {
    GOSSET_ASSIGN(const Text text, to_str(m.heap(), in));
    return m.heap().text(change_case(text, to));
}
Result<Value> upper(Machine& m, const Value& in, Arguments&) {
    return in_case(m, in, Case::upper);
}
Result<Value> lower(Machine& m, const Value& in, Arguments&) {
    return in_case(m, in, Case::lower);
}
Result<Value> capitalize(Machine& m, const Value& in, Arguments&) {
    GOSSET_ASSIGN(const Text text, to_str(m.heap(), in));
    return m.heap().text(capitalized(text));
}
Result<Value> title(Machine& m, const Value& in, Arguments&) {
    GOSSET_ASSIGN(const Text text, to_str(m.heap(), in));
    return m.heap().text(titled(text, true));
}

Result<Value> trim(Machine& m, const Value& in, Arguments& a) {
    Arguments none;
    GOSSET_ASSIGN(const Value text, string(m, in, none));
    return strip(m.heap(), text, a.at(0), true, true);
}

Result<Value> replaced(Machine& m, const Value& in, Arguments& a) {
    GOSSET_ASSIGN(const Text text, to_str(m.heap(), in));
    GOSSET_ASSIGN(const Text from, to_str(m.heap(), a.at(0)));
    GOSSET_ASSIGN(const Text to, to_str(m.heap(), a.at(1)));
    GOSSET_ASSIGN(const int64_t most, to_integer(a.at(2), -1));
    return replace(m.heap(), text, from, to, most);
}

Result<Value> joined(Machine& m, const Value& in, Arguments& a) {
    Text separator;
    if (!a.at(0).is(Kind::absent)) {
        GOSSET_ASSIGN(separator, to_str(m.heap(), a.at(0)));
    }
    GOSSET_ASSIGN(Items items, iterate(m.heap(), in));
    if (!a.at(1).is(Kind::absent) && !a.at(1).is(Kind::none))
        for (Value& item : items) {
            GOSSET_ASSIGN(item, m.attribute_path(item, a.at(1)));
        }
    return join(m.heap(), separator, items, true);
}

/// Indents all lines but the first (`first`) and empty ones (`blank`).
Result<Value> indent(Machine& m, const Value& in, Arguments& a) {
    Heap& heap = m.heap();
    GOSSET_ASSIGN(Text text, need_text(in, "what is indented"));
    Text margin;
    if (a.at(0).is(Kind::text)) {
        margin = a.at(0).text();
    } else {
        GOSSET_ASSIGN(const int64_t width, to_integer(a.at(0), 4));
        if (width > 1000) return limit_reached("an indent of more than 1000 spaces");
        margin = Text(std::string(size_t(width < 0 ? 0 : width), ' '), Origin::model);
    }
    const bool first = truth(a.at(1)), blank = truth(a.at(2));
    text.append("\n", Origin::model);
    GOSSET_ASSIGN(const Items lines, split_lines(heap, text));
    Text out;
    for (size_t i = 0; i < lines.size(); i++) {
        const Text& line = lines[i].text();
        GOSSET_TRY(heap.admit(2 * (out.size() + margin.size() + line.size())));
        if (i > 0) out.append("\n", Origin::model);
        if (i == 0 ? first : blank || !line.empty()) out.append(margin);
        out.append(line);
    }
    return heap.text(std::move(out));
}

Result<Value> json(Machine& m, const Value& in, Arguments& a) {
    JsonStyle style;
    style.ensure_ascii = truth(a.at(0)), style.sort_keys = truth(a.at(3));
    const Value &indented = a.at(1), &separators = a.at(2);
    if (!indented.is(Kind::absent) && !indented.is(Kind::none)) {
        style.indented = true;
        style.item_separator = ",";
        if (indented.is(Kind::text)) {
            style.indent = indented.text().bytes();
        } else {
            GOSSET_ASSIGN(const int64_t width, to_integer(indented, 0));
            if (width > 100) return limit_reached("an indent of more than 100 spaces");
            style.indent = std::string(size_t(width < 0 ? 0 : width), ' ');
        }
    }
    if (!separators.is(Kind::absent) && !separators.is(Kind::none)) {
        GOSSET_ASSIGN(const Items two, iterate(m.heap(), separators));
        if (two.size() != 2) return invalid_argument("tojson needs two separators");
        GOSSET_ASSIGN(const Text item, need_text(two[0], "a separator"));
        GOSSET_ASSIGN(const Text key, need_text(two[1], "a separator"));
        style.item_separator = item.bytes(), style.key_separator = key.bytes();
    }
    Text out;
    GOSSET_TRY(append_json(m.heap(), in, style, &out));
    return m.heap().text(std::move(out));
}

Result<Value> safe(Machine& m, const Value& in, Arguments& a) {
    GOSSET_ASSIGN(const Value text, string(m, in, a));
    return text.as_safe(true);
}

constexpr Filter kFilters[] = {
    {"string", "", string},
    {"upper", "", upper},
    {"lower", "", lower},
    {"capitalize", "", capitalize},
    {"title", "", title},
    {"trim", "chars?", trim},
    {"replace", "old new count?", replaced},
    {"join", "d? attribute?", joined},
    {"indent", "width? first? blank?", indent},
    {"tojson", "ensure_ascii? indent? separators? sort_keys?", json},
    {"safe", "", safe},
};

}  // namespace

std::span<const Filter> text_filters() {
    return kFilters;
}

}  // namespace gosset::jinja
