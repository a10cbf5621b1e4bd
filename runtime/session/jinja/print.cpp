// str() and repr().
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "runtime/session/jinja/operations.hpp"
#include "runtime/session/unicode.hpp"

namespace gosset::jinja {

namespace {

#include "runtime/session/jinja/printable.inc"

bool printable(uint32_t cp) {
    if (cp < 0x80) return cp >= 0x20 && cp != 0x7f;
    const auto range = std::lower_bound(std::begin(kNotPrintable), std::end(kNotPrintable), cp,
                                        [](const uint32_t(&r)[2], uint32_t c) { return r[1] < c; });
    return range == std::end(kNotPrintable) || cp < (*range)[0];
}

std::string escape(uint32_t cp) {
    if (cp == '\n') return "\\n";
    if (cp == '\r') return "\\r";
    if (cp == '\t') return "\\t";
    char text[16];
    std::snprintf(text, sizeof text,
                  cp < 0x100     ? "\\x%02x"
                  : cp < 0x10000 ? "\\u%04x"
                                 : "\\U%08x",
                  unsigned(cp));
    return text;
}

void append_quoted(const Text& text, Text* out) {
    const std::string& bytes = text.bytes();
    const bool twofold = bytes.find('\'') != bytes.npos && bytes.find('"') == bytes.npos;
    const std::string quote = twofold ? "\"" : "'";
    out->append(quote, Origin::model);
    for (size_t at = 0; at < bytes.size();) {
        const size_t size = unicode::char_size(bytes[at]);
        const uint32_t cp = unicode::char_at(bytes, at);
        if (cp == '\\' || cp == uint32_t(quote[0])) out->append("\\", Origin::model);
        if (printable(cp))
            out->append(text, at, at + size);
        else
            out->append(escape(cp), text.origin_at(at));
        at += size;
    }
    out->append(quote, Origin::model);
}

Status append_items(Heap& heap, const Items& items, const char* open, const char* close,
                    Text* out) {
    out->append(open, Origin::model);
    for (size_t i = 0; i < items.size(); i++) {
        if (i > 0) out->append(", ", Origin::model);
        GOSSET_TRY(append_repr(heap, items[i], out));
    }
    out->append(close, Origin::model);
    return {};
}

Status append_pairs(Heap& heap, const Pairs& pairs, Text* out) {
    out->append("{", Origin::model);
    for (size_t i = 0; i < pairs.size(); i++) {
        if (i > 0) out->append(", ", Origin::model);
        GOSSET_TRY(append_repr(heap, pairs[i].first, out));
        out->append(": ", Origin::model);
        GOSSET_TRY(append_repr(heap, pairs[i].second, out));
    }
    out->append("}", Origin::model);
    return {};
}

}  // namespace

std::string print_real(double d) {
    if (d != d) return "nan";
    if (d > 1.7976931348623157e308) return "inf";
    if (d < -1.7976931348623157e308) return "-inf";
    // Both functions know the same decimal point, whatever the locale: only digits are taken.
    char text[40];
    for (int precision = 0; precision < 17; precision++) {
        std::snprintf(text, sizeof text, "%.*e", precision, d);
        if (std::strtod(text, nullptr) == d) break;
    }
    std::string sign, digits;
    const char* at = text;
    if (*at == '-') sign = "-", at++;
    for (; *at != 'e'; at++)
        if (*at >= '0' && *at <= '9') digits += *at;
    const int exponent = std::atoi(at + 1);
    if (exponent < -4 || exponent >= 16) {
        char power[16];
        std::snprintf(power, sizeof power, "e%c%02d", exponent < 0 ? '-' : '+', std::abs(exponent));
        return sign + digits[0] + (digits.size() > 1 ? "." + digits.substr(1) : "") + power;
    }
    if (exponent < 0) return sign + "0." + std::string(size_t(-exponent - 1), '0') + digits;
    const auto whole = size_t(exponent) + 1;
    if (digits.size() < whole) digits.append(whole - digits.size(), '0');
    return sign + digits.substr(0, whole) + "." +
           (digits.size() > whole ? digits.substr(whole) : "0");
}

Status append_repr(Heap& heap, const Value& v, Text* out) {
    GOSSET_TRY(heap.spend(1));
    GOSSET_TRY(heap.admit(2 * out->size()));
    if (v.is(Kind::text)) {
        GOSSET_TRY(heap.spend_bytes(v.text().size()));
        append_quoted(v.text(), out);
        return {};
    }
    if (v.is(Kind::undefined)) {
        out->append("Undefined", Origin::model);
        return {};
    }
    return append_str(heap, v, out);
}

Status append_str(Heap& heap, const Value& v, Text* out) {
    switch (v.kind()) {
        case Kind::undefined:
            return {};
        case Kind::none:
            out->append("None", Origin::model);
            return {};
        case Kind::boolean:
            out->append(v.integer() ? "True" : "False", Origin::model);
            return {};
        case Kind::integer:
            out->append(std::to_string(v.integer()), Origin::model);
            return {};
        case Kind::real:
            out->append(print_real(v.real()), Origin::model);
            return {};
        case Kind::text:
            GOSSET_TRY(heap.spend_bytes(v.text().size()));
            GOSSET_TRY(heap.admit(2 * (out->size() + v.text().size())));
            out->append(v.text());
            return {};
        case Kind::list:
            return append_items(heap, v.items(), "[", "]", out);
        case Kind::tuple:
            return append_items(heap, v.items(), "(", v.items().size() == 1 ? ",)" : ")", out);
        case Kind::dict:
            return append_pairs(heap, v.pairs(), out);
        default:
            return unsupported(std::string("a value of type ") + type_name(v) +
                               " is printed, which no prompt can mean");
    }
}

Result<Text> to_str(Heap& heap, const Value& v) {
    Text out;
    GOSSET_TRY(append_str(heap, v, &out));
    return out;
}

}  // namespace gosset::jinja
