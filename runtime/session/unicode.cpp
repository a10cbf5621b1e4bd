#include "runtime/session/unicode.hpp"

namespace gosset::unicode {

namespace {
#include "runtime/session/unicode_classes.inc"

constexpr char kReplacement[] = "\xef\xbf\xbd";

// The second byte decides about overlong forms, surrogates and the end of the code space
// (Unicode 15, table 3-7); later ones are always 80..BF.
bool second_byte_fits(uint8_t lead, uint8_t b) {
    switch (lead) {
        case 0xe0:
            return b >= 0xa0 && b <= 0xbf;
        case 0xed:
            return b >= 0x80 && b <= 0x9f;
        case 0xf0:
            return b >= 0x90 && b <= 0xbf;
        case 0xf4:
            return b >= 0x80 && b <= 0x8f;
        default:
            return b >= 0x80 && b <= 0xbf;
    }
}
}  // namespace

Category category(uint32_t cp) {
    if (cp >= kClassEnd) return Category::other;
    const uint64_t word = kClassWords[kClassIndex[cp >> 8] * 16u + ((cp & 255) >> 4)];
    return Category((word >> (4 * (cp & 15))) & 15);
}

CharClass char_class(uint32_t cp) {
    constexpr auto o = CharClass::other, l = CharClass::letter, n = CharClass::number;
    constexpr CharClass classes[16] = {o, l, l, l, o, n, n, n, CharClass::space};  // the rest: o
    return classes[size_t(category(cp))];
}

bool is_numeric(uint32_t cp) {
    const Category c = category(cp);
    return (c >= Category::digit && c <= Category::other_number) || c == Category::number_17;
}

bool is_word(uint32_t cp) {
    const Category c = category(cp);
    return (c >= Category::upper && c <= Category::letter_number) || c == Category::connector ||
           c == Category::alphabetic_symbol || c == Category::joiner;
}

Utf8Step utf8_step(std::string_view text, size_t pos) {
    const auto lead = uint8_t(text[pos]);
    if (lead < 0x80) return {Utf8Step::valid, 1};
    if (lead < 0xc2 || lead > 0xf4) return {Utf8Step::broken, 1};
    const size_t size = char_size(text[pos]);
    for (size_t i = 1; i < size; i++) {
        if (pos + i == text.size()) return {Utf8Step::partial, uint8_t(i)};
        const auto b = uint8_t(text[pos + i]);
        if (i == 1 ? !second_byte_fits(lead, b) : (b & 0xc0) != 0x80)
            return {Utf8Step::broken, uint8_t(i)};
    }
    return {Utf8Step::valid, uint8_t(size)};
}

size_t find_invalid_utf8(std::string_view text) {
    for (size_t pos = 0; pos < text.size();) {
        const Utf8Step step = utf8_step(text, pos);
        if (step.kind != Utf8Step::valid) return pos;
        pos += step.size;
    }
    return std::string_view::npos;
}

std::string sanitize_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (size_t pos = 0; pos < text.size();) {
        const Utf8Step step = utf8_step(text, pos);
        if (step.kind == Utf8Step::valid)
            out.append(text, pos, step.size);
        else
            out += kReplacement;
        pos += step.size;
    }
    return out;
}

uint32_t char_at(std::string_view text, size_t pos) {
    const auto at = [&](size_t i) { return uint32_t(uint8_t(text[pos + i])); };
    const uint32_t lead = at(0);
    if (lead < 0x80) return lead;
    if (lead < 0xe0) return (lead & 0x1f) << 6 | (at(1) & 0x3f);
    if (lead < 0xf0) return (lead & 0x0f) << 12 | (at(1) & 0x3f) << 6 | (at(2) & 0x3f);
    return (lead & 0x07) << 18 | (at(1) & 0x3f) << 12 | (at(2) & 0x3f) << 6 | (at(3) & 0x3f);
}

void append_utf8(std::string& out, uint32_t cp) {
    if (cp < 0x80) {
        out += char(cp);
    } else if (cp < 0x800) {
        out += {char(0xc0 | cp >> 6), char(0x80 | (cp & 0x3f))};
    } else if (cp < 0x10000) {
        out += {char(0xe0 | cp >> 12), char(0x80 | (cp >> 6 & 0x3f)), char(0x80 | (cp & 0x3f))};
    } else {
        out += {char(0xf0 | cp >> 18), char(0x80 | (cp >> 12 & 0x3f)),
                char(0x80 | (cp >> 6 & 0x3f)), char(0x80 | (cp & 0x3f))};
    }
}

}  // namespace gosset::unicode
