// Small tokenizers of every pipeline, with ids and texts by the Hugging Face library:
// make_golden.py wrote golden/.
#include <nlohmann/json.hpp>

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

TEST_CASE("every pipeline gives the ids and texts of the Hugging Face library") {
    const json golden = read_golden("variants");
    const json& texts = golden.at("strings");
    REQUIRE(golden.at("variants").size() >= 25);
    for (const auto& [name, variant] : golden.at("variants").items()) {
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
