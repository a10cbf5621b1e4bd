// Tokens without a row of embedding, and rows without a token.
#include "tools/import/tokenizer_trim.hpp"

#include <functional>

#include "format/validate.hpp"
#include "runtime/session/tokenizer.hpp"
#include "tests/import/tiny_llama.hpp"
#include "tests/support/support.hpp"
#include "tools/import/gguf_source.hpp"
#include "tools/import/tokenizer_builder.hpp"

namespace gosset {
namespace {

/// <unk> <s> </s>, 256 bytes, "ab", and three added tokens: ids 260, 261, 262.
GgufTokenizer small() {
    GgufTokenizer g;
    g.model = "llama";
    const auto add = [&](const std::string& token, int32_t type) {
        g.tokens.push_back(token), g.types.push_back(type);
        g.scores.push_back(-float(g.tokens.size()));
    };
    add("<unk>", 2), add("<s>", 3), add("</s>", 3);
    for (int byte = 0; byte < 256; byte++) {
        char name[8];
        std::snprintf(name, sizeof name, "<0x%02X>", unsigned(byte));
        add(name, 6);
    }
    add("ab", 1), add("<image>", 3), add("<tool>", 4), add("<unused0>", 5);
    return g;
}
TokenizerData built(const std::function<void(GgufTokenizer*)>& change = {}) {
    GgufTokenizer g = small();
    if (change) change(&g);
    Result<TokenizerData> data = tokenizer_from_gguf(std::move(g));
    REQUIRE_OK(data);
    return std::move(*data);
}

TEST_CASE("added tokens beyond the rows are dropped, and their text stays text") {
    for (const uint32_t rows : {260u, 261u, 262u, 263u, 300u}) {
        CAPTURE(rows);
        TokenizerData t = built([](auto* g) { g->pad = 262; });
        CHECK_OK(trim_tokenizer(rows, &t));
        CHECK(t.view().size() == std::min(rows, 263u));
        CHECK(t.traits.pad == (rows > 262 ? 262 : UINT32_MAX));
        CHECK_OK(validate_tokenizer(t.view(), rows));
        const TokenizerView view = t.view();
        const Tokenizer tokenizer(&view);
        const auto ids = tokenizer.encode("ab<image>", {});
        REQUIRE_OK(ids);
        if (rows > 260) CHECK(ids->back() == 260);
        for (const uint32_t id : *ids) CHECK(id < rows);
    }
}

TEST_CASE("tokens that a text needs are missed by name") {
    const struct {
        uint32_t rows;
        const char* message;
        std::function<void(GgufTokenizer*)> change;
    } cases[] = {
        {259, "token 259 'ab' would be missed", {}},
        {258, "would be missed", {}},
        {0, "only 0 rows", {}},
        {260, "EOS is token 260", [](auto* g) { g->eos = 260; }},
        {260, "BOS is token 261", [](auto* g) { g->bos = 261; }},
    };
    for (const auto& c : cases) {
        CAPTURE(c.rows);
        TokenizerData t = built(c.change);
        const Status s = trim_tokenizer(c.rows, &t);
        INFO(s.message());
        CHECK_FALSE(s.ok());
        CHECK(s.message().find(c.message) != std::string::npos);
    }
}

TEST_CASE("a GGUF may have more rows than tokens, and more tokens than rows") {
    for (const uint32_t rows : {261u, 263u, 320u}) {
        CAPTURE(rows);
        test::TinyLlama model;
        model.config.vocab = rows;
        test::GgufWriter w;
        model.write_keys(&w);
        const GgufTokenizer g = small();
        w.string("tokenizer.ggml.model", "llama");
        w.strings("tokenizer.ggml.tokens", g.tokens);
        std::string types, scores;
        for (const int32_t t : g.types) types += test::GgufWriter::raw(t);
        for (const float f : g.scores) scores += test::GgufWriter::raw(f);
        const std::string count = test::GgufWriter::raw<uint64_t>(g.tokens.size());
        w.key("tokenizer.ggml.token_type", 9, test::GgufWriter::raw(5u) + count + types);
        w.key("tokenizer.ggml.scores", 9, test::GgufWriter::raw(6u) + count + scores);
        model.write_tensors(&w);
        const std::string bytes = w.bytes();
        const auto source = open_gguf_source(
            SourceBytes::borrow({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}));
        REQUIRE_OK(source);
        CHECK((*source)->config().vocab == rows);
        CHECK((*source)->tokenizer().view().size() == std::min(rows, 263u));
    }
}

}  // namespace
}  // namespace gosset
