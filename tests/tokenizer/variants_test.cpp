// Small tokenizers of every pipeline, with ids and texts by the Hugging Face library:
// make_golden.py wrote golden/.
#include <nlohmann/json.hpp>

#include "runtime/session/tokenizer_lookup.hpp"
#include "tests/tokenizer/load.hpp"
#include "tools/import/tokenizer_json.hpp"

using namespace gosset;
using namespace gosset::test;
using nlohmann::json;

namespace {

json read_golden(const std::string& name) {
    return json::parse(read_file(std::string(GOSSET_TOKENIZER_GOLDEN) + "/" + name + ".json"));
}

/// The tokenizer.json of a variant: its model is a shared one with changes.
std::string whole_json(const json& variant, const json& base) {
    json root = variant;
    for (const char* key : {"base", "ids", "add_special", "no_parse_special", "decoded"})
        root.erase(key);
    json model = base;
    model.update(variant.at("model"));
    root["model"] = std::move(model);
    return root.dump();
}

void check_ids(const Loaded& t, const json& texts, const json& expected, EncodeOptions options) {
    REQUIRE(expected.size() >= 20);
    for (size_t i = 0; i < expected.size(); i++) {
        const auto text = texts.at(i).get<std::string>();
        CAPTURE(text);
        const auto ids = t.tokenizer.encode(text, options);
        REQUIRE_OK(ids);
        CHECK_MESSAGE(*ids == expected[i].get<std::vector<uint32_t>>(), show(*ids));
    }
}

void check_texts(const Loaded& t, const json& texts, const json& variant) {
    for (size_t i = 0; i < texts.size(); i++) {
        const auto changed = variant.at("decoded").find(std::to_string(i));
        const json& expected = changed != variant.at("decoded").end() ? *changed : texts[i];
        const auto ids = variant.at("ids").at(i).get<std::vector<uint32_t>>();
        CAPTURE(texts[i]);
        CHECK(t.tokenizer.decode(ids.data(), ids.size(), true) == expected.get<std::string>());
        StreamDecoder stream(&t.tokenizer, true, true);
        std::string streamed;
        for (const uint32_t id : ids) streamed += stream.next(id);
        CHECK(streamed + stream.finish() == expected.get<std::string>());
    }
}

}  // namespace

TEST_CASE("control tokens of normalised text are not cut out of plain ranges") {
    const json variants = read_golden("variants").at("variants");
    // "<n>" is a control token that is looked for in normalised text: as it is, composed, with a
    // U+2581 in front (where only a space or the beginning comes before it).
    for (const char* name : {"gpt2_flags", "neox_nfc_flags", "mistral_flags", "llama2_flags"}) {
        CAPTURE(name);
        TokenizerFiles files;
        files.tokenizer = whole_json(variants.at(name), read_golden(variants.at(name).at("base")));
        Result<TokenizerData> data = tokenizer_from_json(files);
        REQUIRE_OK(data);
        const Loaded t(std::move(*data));
        const auto count = [&](const std::string& text, std::vector<ByteRange> plain) {
            const auto ids = t.tokenizer.encode(text, {false, true}, plain);
            REQUIRE_OK(ids);
            size_t special = 0;
            for (const uint32_t id : *ids) special += type_of(t.view, id) == kTokenControl;
            return special;
        };
        const std::string text = "a b <n> c d <n> e";
        REQUIRE(text.find("<n>") == 4);
        CHECK(count(text, {}) == 2);
        CHECK(count(text, {{0, 4}, {7, 12}, {15, text.size()}}) == 2 - (name[0] == 'l' ? 2 : 0));
        CHECK(count(text, {{6, 7}}) == 1);
        CHECK(count(text, {{7, 15}}) == 1);
        CHECK(count(text, {{0, 17}}) == 0);
        CHECK(count("<r> " + text, {{9, 10}}) == 2);  // <r> and the second
    }
    const auto composed = "e\xcc\x81 <n>";  // offsets are lost: nothing is cut out
    TokenizerFiles files;
    const json& nfc = variants.at("neox_nfc_flags");
    files.tokenizer = whole_json(nfc, read_golden("bytes"));
    Result<TokenizerData> data = tokenizer_from_json(files);
    REQUIRE_OK(data);
    const Loaded t(std::move(*data));
    const ByteRange plain{0, 1};
    const auto cut = t.tokenizer.encode(composed, {}),
               kept = t.tokenizer.encode(composed, {}, {&plain, 1});
    REQUIRE_OK(cut);
    REQUIRE_OK(kept);
    CHECK(cut->size() < kept->size());
}

TEST_CASE("every pipeline gives the ids and texts of the Hugging Face library") {
    const json golden = read_golden("variants");
    const json& texts = golden.at("strings");
    REQUIRE(golden.at("variants").size() >= 25);
    for (const auto& [key, variant] : golden.at("variants").items()) {
        const std::string name = key;  // Clang 14 cannot capture a structured binding
        CAPTURE(name);
        TokenizerFiles files;
        files.tokenizer = whole_json(variant, read_golden(variant.at("base")));
        Result<TokenizerData> data = tokenizer_from_json(files);
        REQUIRE_OK(data);
        const Loaded t(std::move(*data));
        check_ids(t, texts, variant.at("ids"), {});
        check_ids(t, texts, variant.at("add_special"), {true, true});
        check_ids(t, texts, variant.at("no_parse_special"), {false, false});
        check_texts(t, texts, variant);
    }
}
