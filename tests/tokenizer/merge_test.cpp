// The merge loops against plain ones that look at every pair again after every step.
#include <algorithm>
#include <set>

#include "tests/tokenizer/small_vocab.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

const std::string kMeta = "\xe2\x96\x81";

/// Pieces over "abc" and U+2581 that can be reached by joining two shorter ones.
std::vector<std::string> random_pieces(Rng& rng, size_t n) {
    std::vector<std::string> pieces = {"a", "b", "c", kMeta};
    std::set<std::string> seen(pieces.begin(), pieces.end());
    for (size_t i = 0; i < 8 * n && pieces.size() < n; i++) {
        const std::string both =
            pieces[rng.below(uint32_t(pieces.size()))] + pieces[rng.below(uint32_t(pieces.size()))];
        if (both.size() < 12 && seen.insert(both).second) pieces.push_back(both);
    }
    return pieces;
}

std::string random_word(Rng& rng, uint32_t most) {
    std::string s;
    for (uint32_t n = rng.below(most + 1); n > 0; n--) s += "abc "[rng.below(4)];
    return s;
}

/// Joins, again and again, the pair that `cost` likes best (leftmost of equals; negative: never).
template <class Cost>
void join_all(std::vector<std::string>* parts, Cost cost) {
    for (;;) {
        int64_t best = -1;
        size_t where = 0;
        for (size_t i = 0; i + 1 < parts->size(); i++) {
            const int64_t c = cost((*parts)[i], (*parts)[i + 1]);
            if (c >= 0 && (best < 0 || c < best)) best = c, where = i;
        }
        if (best < 0) return;
        (*parts)[where] += (*parts)[where + 1];
        parts->erase(parts->begin() + ptrdiff_t(where) + 1);
    }
}

std::vector<uint32_t> ids_of(const std::vector<std::string>& parts,
                             const std::vector<std::string>& tokens) {
    std::vector<uint32_t> ids;
    for (const std::string& p : parts)
        ids.push_back(uint32_t(std::find(tokens.begin(), tokens.end(), p) - tokens.begin()));
    return ids;
}

}  // namespace

TEST_CASE("merges by score are the plain algorithm's") {
    Rng rng(seed() + 3);
    for (int round = 0; round < 100; round++) {
        const GgufTokenizer gguf = small_spm(random_pieces(rng, 40));
        const auto t = load(gguf);
        for (int i = 0; i < 50; i++) {
            const std::string text = random_word(rng, 40);
            CAPTURE(text);
            std::vector<std::string> parts;
            if (!text.empty()) parts.push_back(kMeta);
            for (const char c : text) parts.push_back(c == ' ' ? kMeta : std::string(1, c));
            join_all(&parts, [&](const std::string& a, const std::string& b) {
                const auto it = std::find(gguf.tokens.begin(), gguf.tokens.end(), a + b);
                return it == gguf.tokens.end() ? int64_t(-1) : it - gguf.tokens.begin();
            });
            const auto ids = t->tokenizer.encode(text, {});
            REQUIRE_OK(ids);
            CHECK(*ids == ids_of(parts, gguf.tokens));
            CHECK(t->tokenizer.decode(ids->data(), ids->size()) == text);
        }
    }
}

TEST_CASE("merges by rank are the plain algorithm's") {
    Rng rng(seed() + 4);
    for (int round = 0; round < 100; round++) {
        // Letters only: smollm's splitter then leaves each text whole. Every result is made once.
        std::vector<std::string> made = {"a", "b", "c"}, merges;
        for (int i = 0; i < 200 && merges.size() < 30; i++) {
            const std::string l = made[rng.below(uint32_t(made.size()))];
            const std::string r = made[rng.below(uint32_t(made.size()))];
            if (std::find(made.begin(), made.end(), l + r) != made.end() || (l + r).size() > 9)
                continue;
            made.push_back(l + r);
            merges.push_back(l + " " + r);
        }
        const GgufTokenizer gguf = small_byte_level(merges);
        const auto t = load(gguf);
        for (int i = 0; i < 50; i++) {
            std::string text = random_word(rng, 40);
            std::erase(text, ' ');
            CAPTURE(text);
            std::vector<std::string> parts;
            for (const char c : text) parts.emplace_back(1, c);
            join_all(&parts, [&](const std::string& a, const std::string& b) {
                const auto it = std::find(merges.begin(), merges.end(), a + " " + b);
                return it == merges.end() ? int64_t(-1) : it - merges.begin();
            });
            const auto ids = t->tokenizer.encode(text, {});
            REQUIRE_OK(ids);
            CHECK(*ids == ids_of(parts, gguf.tokens));
        }
    }
}

TEST_CASE("a million letters take one merge loop, not a million") {
    const auto bpe = load(small_byte_level({"a a", "aa aa", "aaaa aaaa"}));
    const auto spm = load(small_spm({kMeta, "a", "aa", "aaaa", "aaaaaaaa"}));
    const std::string text(1000000, 'a');
    for (const Loaded* t : {bpe.get(), spm.get()}) {
        const auto ids = t->tokenizer.encode(text, {});
        REQUIRE_OK(ids);
        CHECK(ids->size() <= 125002);
        CHECK(t->tokenizer.decode(ids->data(), ids->size()) == text);
    }
}
