#include "runtime/session/unicode.hpp"

#include "tests/tokenizer/load.hpp"

using namespace gosset;
using namespace gosset::test;
using unicode::CharClass;
using unicode::Utf8Step;

namespace {
struct Fnv {
    uint64_t h = 0xcbf29ce484222325u;
    void add(std::string_view s) {
        for (const char c : s) h = (h ^ uint8_t(c)) * 0x100000001b3u;
    }
};

std::string utf8(std::initializer_list<uint32_t> cps) {
    std::string s;
    for (const uint32_t cp : cps) unicode::append_utf8(s, cp);
    return s;
}
}  // namespace

TEST_CASE("normal form C of every code point") {
    // FNV-1a over normalizers.NFC().normalize_str() of the Hugging Face library 0.23, that is of
    // Unicode 9: the character alone; followed by U+0327 U+0301 U+0345; the other way round.
    Fnv alone, marked, after;
    for (uint32_t cp = 0; cp < 0x110000; cp++) {
        if (cp >= 0xd800 && cp < 0xe000) continue;
        alone.add(unicode::to_nfc(utf8({cp})));
        marked.add(unicode::to_nfc(utf8({cp, 0x327, 0x301, 0x345})));
        after.add(unicode::to_nfc(utf8({'o', 0x345, cp, 0x308})));
    }
    CHECK(alone.h == 0x23fc43766d7c2eb9u);
    CHECK(marked.h == 0xe25e9879b48df307u);
    CHECK(after.h == 0xf7ac1dd27088a62bu);
}

TEST_CASE("normal form C of known sequences") {
    CHECK(unicode::to_nfc("") == "");
    CHECK(unicode::to_nfc("plain") == "plain");
    CHECK(unicode::to_nfc(utf8({'e', 0x301})) == utf8({0xe9}));
    CHECK(unicode::to_nfc(utf8({0x212b})) == utf8({0xc5}));
    CHECK(unicode::to_nfc(utf8({'a', 0x302, 0x301})) == utf8({0x1ea5}));
    CHECK(unicode::to_nfc(utf8({'a', 0x301, 0x323})) == utf8({0x1ea1, 0x301}));
    CHECK(unicode::to_nfc(utf8({0x1100, 0x1161, 0x11a8})) == utf8({0xac01}));
    CHECK(unicode::to_nfc(utf8({0xac00, 0x11a7})) == utf8({0xac00, 0x11a7}));
    CHECK(unicode::to_nfc(utf8({0x958})) == utf8({0x915, 0x93c}));
    CHECK(unicode::to_nfc(utf8({0x344})) == utf8({0x308, 0x301}));
    Rng rng(seed() + 2);
    for (int i = 0; i < 20000; i++) {
        const std::string once = unicode::to_nfc(random_text(rng, 12));
        CHECK(unicode::to_nfc(once) == once);
    }
}

TEST_CASE("character classes") {
    const struct {
        uint32_t cp;
        CharClass c;
    } cases[] = {
        {'a', CharClass::letter},     {'Z', CharClass::letter},    {'0', CharClass::number},
        {' ', CharClass::space},      {'\n', CharClass::space},    {0x1c, CharClass::other},
        {0x85, CharClass::space},     {0xa0, CharClass::space},    {0xaa, CharClass::letter},
        {0xb2, CharClass::number},    {0x180e, CharClass::other},  {0x200b, CharClass::other},
        {0x2167, CharClass::number},  {0x3000, CharClass::space},  {0x4e00, CharClass::letter},
        {0x301, CharClass::other},    {0x1f642, CharClass::other}, {0x3134a, CharClass::letter},
        {0x10ffff, CharClass::other}, {'_', CharClass::other}};
    for (const auto& c : cases) {
        CAPTURE(c.cp);
        CHECK(unicode::char_class(c.cp) == c.c);
    }
}

TEST_CASE("numbers of the step Digits, and \\w") {
    const struct {
        uint32_t cp;
        bool numeric, word;
    } cases[] = {{'a', false, true},     {'7', true, true},      {'_', false, true},
                 {0xbd, true, false},    {0x2168, true, true},   {0x301, false, true},
                 {0x200d, false, true},  {0x200b, false, false}, {0x24b6, false, true},
                 {0x2460, true, false},  {' ', false, false},    {0x11de3, true, false},
                 {0x16ff4, true, false}, {0x203f, false, true},  {0x4e00, false, true}};
    for (const auto& c : cases) {
        CAPTURE(c.cp);
        CHECK(unicode::is_numeric(c.cp) == c.numeric);
        CHECK(unicode::is_word(c.cp) == c.word);
    }
    CHECK(unicode::char_class(0x11de3) == CharClass::other);
}

TEST_CASE("UTF-8 at every boundary") {
    for (uint32_t cp = 0; cp < 0x110000; cp += cp < 0x3000 ? 1 : 37) {
        if (cp >= 0xd800 && cp < 0xe000) continue;
        const std::string s = utf8({cp});
        CHECK(unicode::find_invalid_utf8(s) == std::string::npos);
        CHECK(unicode::char_at(s, 0) == cp);
        CHECK(unicode::char_size(s[0]) == s.size());
        for (size_t cut = 1; cut < s.size(); cut++)
            CHECK(unicode::utf8_step(s.substr(0, cut), 0).kind == Utf8Step::partial);
    }
    const struct {
        const char* bytes;
        const char* clean;  // '?' stands for U+FFFD
    } broken[] = {{"\x80", "?"},
                  {"a\xff", "a?"},
                  {"\xc0\x80", "??"},
                  {"\xc1\xbf", "??"},
                  {"\xe0\x80\x80", "???"},
                  {"\xed\xa0\x80", "???"},
                  {"\xf0\x80\x80\x80", "????"},
                  {"\xf4\x90\x80\x80", "????"},
                  {"\xf5", "?"},
                  {"\xe2\x82z", "?z"},
                  {"\xf0\x9f\x99", "?"},
                  {"\xf0\x9fz\x99", "?z?"}};
    for (const auto& b : broken) {
        std::string expected;
        for (const char* c = b.clean; *c; c++)
            expected += *c == '?' ? "\xef\xbf\xbd" : std::string(1, *c);
        CHECK(unicode::sanitize_utf8(b.bytes) == expected);
        CHECK(unicode::find_invalid_utf8(b.bytes) == std::string(b.clean).find('?'));
    }
}
