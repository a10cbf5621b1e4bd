#include "tests/tokenizer/hostile.hpp"

#include "tests/tokenizer/load.hpp"

using namespace gosset;
using namespace gosset::test;

TEST_CASE("tokenizers that are wrong in every way encode and decode something") {
    Rng rng(seed() + 7);
    for (int i = 0; i < 20000; i++) {
        const TokenizerData data = hostile_tokenizer(rng);
        std::string text = random_text(rng, 12);
        for (const char* bit : {"aab", "<s>", " ab", "<0x41>"})
            if (rng.below(2)) text += bit;
        CAPTURE(i);
        CHECK(survives(data, text));
    }
}

TEST_CASE("all bytes, lone continuations, long runs") {
    Rng rng(seed() + 8);
    std::string all;
    for (int b = 0; b < 256; b++) all += char(b);
    const std::string texts[] = {all,
                                 "\x80",
                                 std::string(100000, 'a'),
                                 std::string(100000, ' '),
                                 std::string(100000, '<'),
                                 std::string(100000, '\'')};
    for (int i = 0; i < 20; i++) {
        const TokenizerData data = hostile_tokenizer(rng);
        for (const std::string& text : texts) CHECK(survives(data, text));
    }
}
