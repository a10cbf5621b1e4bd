// The hand-written splitters against PCRE2 running the models' own expressions.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "runtime/session/pretokenizer.hpp"
#include "runtime/session/unicode.hpp"
#include "tests/tokenizer/load.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

#define CASED_UPPER "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define CASED_LOWER "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"
#define PREFIX "[^\\r\\n\\p{L}\\p{N}]?"
#define ENDING "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define SPACES "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define CASED(ending)                                                                    \
    PREFIX CASED_UPPER "*" CASED_LOWER "+" ending "|" PREFIX CASED_UPPER "+" CASED_LOWER \
                       "*" ending "|"
constexpr const char* kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

/// The cuts of each kind, one inside the other.
struct Known {
    PreTokenizer kind;
    std::vector<const char*> cuts;
};
const Known kKnown[] = {
    {PreTokenizer::gpt2, {kGpt2}},
    {PreTokenizer::smollm, {R"(\p{N})", kGpt2}},
    {PreTokenizer::llama3,
     {ENDING "|" PREFIX R"(\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)" SPACES}},
    {PreTokenizer::qwen2, {ENDING "|" PREFIX R"(\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*)" SPACES}},
    {PreTokenizer::qwen35,
     {ENDING "|" PREFIX R"([\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*)" SPACES}},
    {PreTokenizer::tekken, {CASED("") R"(\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*)" SPACES}},
    {PreTokenizer::o200k, {CASED(ENDING "?") R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*)" SPACES}},
    {PreTokenizer::deepseek3,
     {R"(\p{N}{1,3})", R"([\x{4e00}-\x{9fa5}\x{3040}-\x{309f}\x{30a0}-\x{30ff}]+)",
      R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
      R"(| ?[\p{P}\p{S}]+[\r\n]*)" SPACES}},
    {PreTokenizer::metaspace_split, {R"(\x{2581}?[^\x{2581}]*)"}},
};

class Regex {
  public:
    explicit Regex(const char* pattern) {
        int error = 0;
        PCRE2_SIZE where = 0;
        code_ = pcre2_compile(PCRE2_SPTR(pattern), PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP,
                              &error, &where, nullptr);
        REQUIRE(code_ != nullptr);
        pcre2_jit_compile(code_, PCRE2_JIT_COMPLETE);
        match_ = pcre2_match_data_create_from_pattern(code_, nullptr);
    }
    ~Regex() {
        pcre2_match_data_free(match_);
        pcre2_code_free(code_);
    }
    Regex(const Regex&) = delete;
    Regex& operator=(const Regex&) = delete;

    bool matches(std::string_view text) const {
        return pcre2_match(code_, PCRE2_SPTR(text.data()), text.size(), 0, PCRE2_NO_UTF_CHECK,
                           match_, nullptr) >= 0;
    }

    /// Matches and the gaps between them, in order.
    void split(std::string_view text, std::vector<std::string>* out) const {
        size_t pos = 0;
        while (pos < text.size()) {
            const int rc = pcre2_match(code_, PCRE2_SPTR(text.data()), text.size(), pos,
                                       PCRE2_NO_UTF_CHECK, match_, nullptr);
            const PCRE2_SIZE* at = pcre2_get_ovector_pointer(match_);
            const size_t begin = rc < 0 ? text.size() : at[0], end = rc < 0 ? begin : at[1];
            if (begin > pos) out->emplace_back(text.substr(pos, begin - pos));
            if (end > begin) out->emplace_back(text.substr(begin, end - begin));
            pos = end;
        }
    }

  private:
    pcre2_code* code_;
    pcre2_match_data* match_;
};

std::vector<std::string> walk(PreTokenizer kind, std::string_view text) {
    std::vector<std::string> out;
    PreTokenWalk walk(kind, text);
    for (auto piece = walk.next(); !piece.empty(); piece = walk.next()) out.emplace_back(piece);
    return out;
}

size_t strings_wanted() {
    const char* env = std::getenv("GOSSET_TEST_PRETOKENIZER_STRINGS");
    return env ? std::strtoull(env, nullptr, 0) : 100000;
}

std::vector<std::string> cut(const std::vector<std::unique_ptr<Regex>>& cuts,
                             const std::string& text) {
    std::vector<std::string> parts = {text};
    for (const auto& regex : cuts) {
        std::vector<std::string> finer;
        for (const std::string& part : parts) regex->split(part, &finer);
        parts = std::move(finer);
    }
    return parts;
}

/// Characters that PCRE2's Unicode and ours see differently, by the classes that the patterns ask
/// for. Sorted.
std::vector<uint32_t> younger_characters() {
    using unicode::Category;
    const struct {
        const char* regex;
        std::vector<Category> categories;
    } classes[] = {
        {R"([\p{Lu}\p{Lt}])", {Category::upper}},
        {R"(\p{Ll})", {Category::lower}},
        {R"([\p{Lm}\p{Lo}])", {Category::caseless}},
        {R"(\p{M})", {Category::mark}},
        {R"(\p{N})", {Category::digit, Category::letter_number, Category::other_number}},
        {R"([\p{P}\p{S}])",
         {Category::connector, Category::punctuation, Category::symbol,
          Category::alphabetic_symbol}},
        {R"(\s)", {Category::space}},
    };
    std::vector<uint32_t> out;
    for (const auto& c : classes) {
        const Regex regex(c.regex);
        for (uint32_t cp = 0; cp < 0x110000; cp++) {
            if (cp >= 0xd800 && cp < 0xe000) continue;
            std::string text;
            unicode::append_utf8(text, cp);
            const auto category = unicode::category(cp);
            const bool ours =
                std::find(c.categories.begin(), c.categories.end(), category) != c.categories.end();
            if (regex.matches(text) != ours || category == Category::number_17) out.push_back(cp);
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace

TEST_CASE("classes of characters agree with PCRE2 but for the versions of Unicode") {
    char version[32] = {};
    REQUIRE(pcre2_config(PCRE2_CONFIG_UNICODE_VERSION, nullptr) <= int(sizeof version));
    REQUIRE(pcre2_config(PCRE2_CONFIG_UNICODE_VERSION, version) > 0);
    MESSAGE("PCRE2's Unicode is " << version << ", ours is 16.0");
    const Regex unassigned(R"(\p{Cn})");
    for (const uint32_t cp : younger_characters()) {
        std::string text;
        unicode::append_utf8(text, cp);
        CAPTURE(cp);
        // PCRE2 alone still counts U+180E as \s; Unicode has not since 6.3. What else differs is
        // not assigned yet on one of the two sides.
        const bool ours_unassigned = unicode::category(cp) == unicode::Category::other;
        CHECK((cp == 0x180e || unassigned.matches(text) || ours_unassigned));
    }
}

TEST_CASE("splitters agree with PCRE2 on random text") {
    const std::vector<uint32_t> younger = younger_characters();
    const auto is_shared = [&](const std::string& text) {
        for (size_t i = 0; i < text.size(); i += unicode::char_size(text[i]))
            if (std::binary_search(younger.begin(), younger.end(), unicode::char_at(text, i)))
                return false;
        return true;
    };
    std::vector<std::vector<std::unique_ptr<Regex>>> cuts;
    for (const Known& known : kKnown) {
        cuts.emplace_back();
        for (const char* regex : known.cuts) cuts.back().push_back(std::make_unique<Regex>(regex));
    }
    Rng rng(seed() + 1);
    const size_t wanted = strings_wanted();
    size_t differ = 0, compared = 0;
    for (size_t i = 0; i < wanted && differ < 10; i++) {
        const std::string text = random_text(rng, 24);
        if (!is_shared(text)) continue;
        for (size_t k = 0; k < std::size(kKnown); k++) {
            CAPTURE(text);
            CAPTURE(k);
            const bool same = walk(kKnown[k].kind, text) == cut(cuts[k], text);
            CHECK(same);
            differ += !same;
        }
        compared++;
    }
    CHECK(compared > wanted * 8 / 10);
}
