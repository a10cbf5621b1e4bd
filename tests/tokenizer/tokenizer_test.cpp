#include "runtime/session/unicode.hpp"
#include "tests/tokenizer/small_vocab.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

const std::string kMeta = "\xe2\x96\x81";

std::vector<uint32_t> encode(const Loaded& t, const std::string& text, EncodeOptions options = {}) {
    const auto ids = t.tokenizer.encode(text, options);
    REQUIRE_OK(ids);
    return *ids;
}

std::string stream(const Loaded& t, const std::vector<uint32_t>& ids) {
    StreamDecoder decoder(&t.tokenizer);
    std::string all;
    for (const uint32_t id : ids) {
        const std::string text = decoder.next(id);
        CHECK(unicode::find_invalid_utf8(text) == std::string::npos);
        all += text;
    }
    return all + decoder.finish();
}

}  // namespace

TEST_CASE("texts come back from their ids, at once and token by token") {
    const auto bpe = load(small_byte_level({"t h", "th e", "\xc4\xa0 the"}));
    const auto spm = load(small_spm({kMeta, "t", "h", "e", "th", "the", kMeta + "the"}));
    Rng rng(seed() + 5);
    for (const Loaded* t : {bpe.get(), spm.get()}) {
        for (int i = 0; i < 5000; i++) {
            std::string text = random_text(rng, 20);
            // SentencePiece's own space sign reads as a space.
            if (text.find(kMeta) != text.npos && t == spm.get()) continue;
            CAPTURE(text);
            const auto ids = encode(*t, text, {false, false});
            CHECK(t->tokenizer.decode(ids.data(), ids.size(), true) == text);
            CHECK(stream(*t, ids) == text);
        }
    }
}

TEST_CASE("streams of any ids are valid UTF-8 and decode()'s text") {
    const auto bpe = load(small_byte_level({"t h"}));
    const auto spm = load(small_spm({kMeta, "a", "\xc3\xa9"}));
    Rng rng(seed() + 6);
    for (const Loaded* t : {bpe.get(), spm.get()}) {
        for (int i = 0; i < 5000; i++) {
            std::vector<uint32_t> ids(rng.below(12));
            for (uint32_t& id : ids) id = rng.below(t->view.size() + 3);
            const std::string text = t->tokenizer.decode(ids.data(), ids.size());
            CHECK(unicode::find_invalid_utf8(text) == std::string::npos);
            CHECK(stream(*t, ids) == text);
        }
    }
}

TEST_CASE("the space that SentencePiece puts in front") {
    const auto t = load(small_spm({kMeta, "a"}));
    const uint32_t space = 259, a = 260;
    CHECK(encode(*t, "a") == std::vector<uint32_t>{space, a});
    CHECK(encode(*t, " a") == std::vector<uint32_t>{space, space, a});
    CHECK(encode(*t, "") == std::vector<uint32_t>{});
    CHECK(encode(*t, "a", {true, true}) == std::vector<uint32_t>{1, space, a});
    CHECK(encode(*t, "a</s>a") == std::vector<uint32_t>{space, a, 2, space, a});
    const std::vector<uint32_t> ids = {1, space, a, 2, space, a};
    CHECK(t->tokenizer.decode(ids.data(), ids.size()) == "a a");
    CHECK(t->tokenizer.decode(ids.data(), ids.size(), true) == "<s> a</s> a");
    StreamDecoder middle(&t->tokenizer, false);
    CHECK(middle.next(space) == " ");
}

TEST_CASE("half a character waits, a broken one is replaced") {
    const auto t = load(small_spm({kMeta}));
    const auto byte = [](uint32_t b) { return b + 3; };
    StreamDecoder d(&t->tokenizer);
    CHECK(d.next(byte(0xf0)) == "");
    CHECK(d.next(byte(0x9f)) == "");
    CHECK(d.next(byte(0x99)) == "");
    CHECK(d.next(byte(0x82)) == "\xf0\x9f\x99\x82");
    CHECK(d.next(byte(0xe2)) == "");
    CHECK(d.next(byte('a')) ==
          "\xef\xbf\xbd"
          "a");
    CHECK(d.next(byte(0xc3)) == "");
    CHECK(d.finish() == "\xef\xbf\xbd");
    CHECK(d.finish() == "");
}

TEST_CASE("special tokens: the longest match, and only where they are asked for") {
    GgufTokenizer gguf = small_byte_level({});
    gguf.tokens.push_back("<think>!"), gguf.types.push_back(4);
    const auto t = load(gguf);
    const uint32_t start = 256, think = 258, longer = 259;
    CHECK(encode(*t, "<|im_start|>") == std::vector<uint32_t>{start});
    CHECK(encode(*t, "<|im_start|>", {false, false}).size() == 12);
    CHECK(encode(*t, "<think>", {false, false}) == std::vector<uint32_t>{think});
    CHECK(encode(*t, "<think>!<think>?").size() == 3);
    CHECK(encode(*t, "<think>!")[0] == longer);
    CHECK(encode(*t, "<<think>>").size() == 3);
    CHECK(encode(*t, "<|im_start|").size() == 11);
    CHECK(t->tokenizer.find("<think>") == think);
    CHECK(t->tokenizer.find("no such token") == UINT32_MAX);
    const std::vector<uint32_t> ids = {start, 'H' - '!'};
    CHECK(t->tokenizer.decode(ids.data(), 2, true).substr(0, 12) == "<|im_start|>");
    CHECK(t->tokenizer.decode(ids.data(), 2).size() == 1);
}

TEST_CASE("an added token that is not UTF-8 cuts no character in two") {
    GgufTokenizer gguf = small_byte_level({});
    for (const char* token : {"\xc3", "\xa9", "\xa9!", "\xc3\xa9!"})
        gguf.tokens.push_back(token), gguf.types.push_back(4);
    const auto t = load(gguf);
    const uint32_t first = 259, whole = 262;
    CHECK(t->tokenizer.find("\xa9!") == 261);
    for (const char* text : {"\xc3\xa9", "\xc3\xa9?", "a\xc3\xa9"})
        for (const uint32_t id : encode(*t, text)) CHECK(id < first);
    CHECK(encode(*t, "a\xc3\xa9!") == std::vector<uint32_t>{'a', whole});
}

TEST_CASE("merging never makes a control token out of text") {
    GgufTokenizer spm = small_spm({kMeta, "<", "s", ">", "<s", "/", "</", "</s"});
    const auto t = load(spm);
    for (const char* text : {"<s>", "</s>", "<unk>", "<0x41>"})
        for (const uint32_t id : encode(*t, text, {false, false})) {
            CHECK(id > 2);
            const bool spells =
                t->view.types[id] == kTokenByte && t->tokenizer.decode(&id, 1) == "A";
            CHECK(!spells);
        }
    GgufTokenizer bpe = small_byte_level({"x s", "xs x"});
    bpe.types[256] = 3;  // "xs"
    const auto u = load(bpe);
    CHECK(encode(*u, "xsx", {false, false}) == std::vector<uint32_t>{'x', 's', 'x'});
    CHECK(encode(*u, "xsx") == std::vector<uint32_t>{256, 'x'});
}

TEST_CASE("text that is not UTF-8 is refused with its place") {
    const auto t = load(small_byte_level({}));
    const struct {
        std::string text;
        const char* place;
    } cases[] = {{"\x80", "byte 0"},
                 {"ab\xff", "byte 2"},
                 {"a\xe2\x82", "byte 1"},
                 {"\xed\xa0\x80", "byte 0"},
                 {std::string("\0\xc0\x80", 3), "byte 1"}};
    for (const auto& c : cases) {
        const auto ids = t->tokenizer.encode(c.text, {});
        REQUIRE(!ids.ok());
        CHECK(ids.status().code() == StatusCode::invalid_argument);
        CHECK(ids.status().message().find(c.place) != std::string::npos);
    }
    CHECK(encode(*t, std::string(3, '\0')).size() == 3);
}

TEST_CASE("tokenizers that cannot encode say so") {
    TokenizerData none;
    const Loaded l(none);
    CHECK(l.tokenizer.encode("a", {}).status().code() == StatusCode::unsupported);
    TokenizerData odd = load(small_byte_level({}))->data;
    odd.pre = "klingon";
    const Loaded k(odd);
    CHECK(k.tokenizer.encode("a", {}).status().message().find("klingon") != std::string::npos);
}
