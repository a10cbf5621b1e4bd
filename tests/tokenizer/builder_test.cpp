// What importers refuse, and that they say why.
#include "runtime/session/byte_unicode.hpp"
#include "tests/tokenizer/small_vocab.hpp"
#include "tools/import/tokenizer_json.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

const std::string kVocab = R"("vocab":{"<unk>":0,"a":1,"b":2,"ab":3},"merges":[["a","b"]],)"
                           R"("unk_token":"<unk>","fuse_unk":true)";

Result<TokenizerData> from_json(const std::string& text, const std::string& config = "") {
    TokenizerFiles files;
    files.tokenizer = text;
    files.tokenizer_config = config;
    return tokenizer_from_json(files);
}

void check_refused(const Result<TokenizerData>& result, const std::string& why) {
    CAPTURE(why);
    REQUIRE(!result.ok());
    INFO(result.status().message());
    CHECK(result.status().message().find(why) != std::string::npos);
}

}  // namespace

TEST_CASE("tokenizer.json: a small one") {
    const auto data = from_json(
        R"({"model":{"type":"BPE",)" + kVocab +
            R"(},"added_tokens":[{"id":0,"content":"<unk>","special":true},)"
            R"({"id":4,"content":"<s>","special":true},{"id":5,"content":"ba","special":false}],)"
            R"("decoder":{"type":"Fuse"},"post_processor":{"type":"TemplateProcessing","single":[)"
            R"({"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],)"
            R"("special_tokens":{"<s>":{"id":"<s>","ids":[4],"tokens":["<s>"]}}}})",
        R"({"eos_token":{"content":"<s>"},"chat_template":[{"name":"default","template":"T"}]})");
    REQUIRE_OK(data);
    const Loaded t(*data);
    CHECK(t.view.traits.bos == 4);
    CHECK(t.view.traits.eos == 4);
    CHECK(t.view.traits.add_bos);
    CHECK(t.view.chat_template == "T");
    CHECK(data->end_ids == std::vector<uint32_t>{4});
    CHECK(*t.tokenizer.encode("abxxyab", {true, true}) == std::vector<uint32_t>{4, 3, 0, 3});
    CHECK(*t.tokenizer.encode("aba", {}) == std::vector<uint32_t>{1, 5});
}

TEST_CASE("tokenizer.json: what is not understood is named") {
    const auto with = [](const std::string& rest) {
        return from_json(R"({"model":{"type":"BPE",)" + kVocab + "}" + rest + "}");
    };
    REQUIRE_OK(with(R"(,"decoder":{"type":"Fuse"})"));
    check_refused(with(""), "decoder missing");
    check_refused(from_json("{"), "malformed");
    check_refused(from_json("[]"), "object");
    check_refused(from_json("{}"), "no model");
    check_refused(from_json(std::string(100000, '[')), "deep");
    check_refused(from_json(R"({"model":{"type":"Unigram","vocab":[]}})"), "Unigram");
    check_refused(from_json(R"({"model":{"vocab":{"a":0}}})"), "merges");
    check_refused(from_json(R"({"model":{"vocab":{"a":-1},"merges":[]}})"), "id");
    check_refused(from_json(R"({"model":{"vocab":{"a":4000000000},"merges":[]}})"), "id");
    check_refused(from_json(R"({"model":{"vocab":{"a":0,"b":0},"merges":[]}})"), "share id 0");
    check_refused(from_json(R"({"model":{"vocab":{"a":0},"merges":["a"]}})"), "merge 0");
    check_refused(
        from_json(R"({"model":{"vocab":{"a":0},"merges":["a a"]},"decoder":{"type":"Fuse"}})"),
        "'aa' is not");
    check_refused(from_json(R"({"model":{"vocab":{"a":0},"merges":[],"unk_token":"u"}})"), "'u'");
    check_refused(with(R"(,"normalizer":{"type":"NFKC"})"), "NFKC");
    check_refused(with(R"(,"normalizer":{"type":"Prepend","prepend":"x"})"), "Prepend");
    check_refused(with(R"(,"pre_tokenizer":{"type":"Whitespace"})"), "Whitespace");
    check_refused(with(R"(,"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split",)"
                       R"("pattern":{"Regex":"\\d+"},"behavior":"Isolated","invert":false},)"
                       R"({"type":"ByteLevel","use_regex":false,"add_prefix_space":false}]})"),
                  "d+");
    check_refused(with(R"(,"pre_tokenizer":{"type":"ByteLevel"})"), "decoder");
    check_refused(with(R"(,"decoder":{"type":"WordPiece"})"), "WordPiece");
    check_refused(with(R"(,"decoder":{"type":"Fuse"},"post_processor":{"type":"BertProcessing"})"),
                  "BertProcessing");
    check_refused(with(R"(,"added_tokens":[{"id":9,"content":"<m>"}])"), "has id 9, but");
    check_refused(with(R"(,"added_tokens":[{"id":4,"content":"a"}])"), "has id 4, but");
    check_refused(with(R"(,"added_tokens":[{"id":4,"content":7}])"), "content");
    check_refused(with(R"(,"added_tokens":[{"id":4}])"), "content");
    check_refused(with(R"(,"added_tokens":[{"id":1,"content":"<m>"}])"), "share id 1");
    check_refused(from_json(R"({"model":{)" + kVocab + R"(},"decoder":{"type":"Fuse"}})",
                            R"({"bos_token":"<nope>"})"),
                  "<nope>");
}

TEST_CASE("GGUF: what is not understood is named") {
    const auto change = [](auto edit) {
        GgufTokenizer gguf = small_byte_level({"a b"});
        edit(gguf);
        return tokenizer_from_gguf(std::move(gguf));
    };
    REQUIRE_OK(change([](GgufTokenizer&) {}));
    check_refused(change([](GgufTokenizer& g) { g.model = "bert"; }), "bert");
    check_refused(change([](GgufTokenizer& g) { g.pre = "viking"; }), "viking");
    check_refused(change([](GgufTokenizer& g) { g.pre = ""; }), "tokenizer.ggml.pre");
    check_refused(change([](GgufTokenizer& g) { g.bos = 5000; }), "BOS");
    check_refused(change([](GgufTokenizer& g) { g.eot = 5000; }), "5000");
    check_refused(change([](GgufTokenizer& g) { g.types.pop_back(); }), "token types");
    check_refused(change([](GgufTokenizer& g) { g.types[3] = 9; }), "type 9");
    check_refused(change([](GgufTokenizer& g) { g.merges.push_back("x"); }), "merge 1");
    check_refused(change([](GgufTokenizer& g) { g.merges.push_back("x y"); }), "'xy'");
    check_refused(change([](GgufTokenizer& g) { g.tokens.back().assign(300, 'x'); }), "256");
    check_refused(change([](GgufTokenizer& g) { g.tokens.clear(), g.types.clear(); }), "without");
    check_refused(change([](GgufTokenizer& g) { g.model = "llama"; }), "scores");
}

TEST_CASE("what importers build passes its own checks") {
    for (const bool spm : {false, true}) {
        const auto t = load(spm ? small_spm({"a", "b", "ab"}) : small_byte_level({"a b", "ab a"}));
        CHECK(t->view.index.size() == t->view.size());
        for (size_t i = 1; i < t->view.index.size(); i++)
            CHECK(t->view.bytes(t->view.index[i - 1]) <= t->view.bytes(t->view.index[i]));
        REQUIRE(t->view.self_tests.size() >= 3);
        CHECK_OK(check_self_tests(t->tokenizer));
        TokenizerData wrong = t->data;
        wrong.self_tests[1].ids.push_back(0);
        CHECK(check_self_tests(Loaded(wrong).tokenizer).message().find("self test 1") !=
              std::string::npos);
        CHECK(t->tokenizer.find("a") != UINT32_MAX);
    }
}

TEST_CASE("GPT-2's printable bytes") {
    CHECK(bytes_from_printable("\xc4\xa0the") == " the");
    CHECK(bytes_from_printable("\xc4\x8a") == "\n");
    CHECK(bytes_from_printable("\xc3\xa9") == "\xe9");
    CHECK(bytes_from_printable("\xc5\x83") == "\xad");
    CHECK(bytes_from_printable(" ") == std::nullopt);
    CHECK(bytes_from_printable("\xc5\x84") == std::nullopt);
    CHECK(bytes_from_printable("\xff") == std::nullopt);
}
