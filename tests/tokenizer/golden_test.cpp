// Ids and texts of published tokenizers, computed by the Hugging Face library.
#include <nlohmann/json.hpp>

#include "tests/tokenizer/load.hpp"

using namespace gosset;
using namespace gosset::test;
using nlohmann::json;

namespace {

std::vector<uint32_t> ids_of(const json& list) {
    return list.get<std::vector<uint32_t>>();
}

void check_golden(const std::string& name) {
    const auto t = load_packed(name);
    if (!t) return;
    const json golden = json::parse(read_file(data("tokenizers/" + name + "/golden.json")));
    REQUIRE(golden["encode_no_special"].size() > 100);
    for (const json& entry : golden["encode_no_special"]) {
        const auto text = entry["text"].get<std::string>();
        CAPTURE(text);
        const auto ids = t->tokenizer.encode(text, {});
        REQUIRE_OK(ids);
        CHECK_MESSAGE(*ids == ids_of(entry["ids"]), show(*ids));
        CHECK(t->tokenizer.decode(ids->data(), ids->size(), true) ==
              entry["decoded"].get<std::string>());
    }
}

void check_prompts(const std::string& model, const char* text_key, bool add_special) {
    const auto t = load_json("models/" + model + "/tokenizer.json");
    if (!t) return;
    const json reference = json::parse(read_file(data("models/" + model + "/reference.json")));
    REQUIRE(!reference["prompts"].empty());
    for (const json& prompt : reference["prompts"]) {
        const auto text = prompt[text_key].get<std::string>();
        CAPTURE(text);
        const auto ids = t->tokenizer.encode(text, {add_special, true});
        REQUIRE_OK(ids);
        CHECK_MESSAGE(*ids == ids_of(prompt["ids"]), show(*ids));
        CHECK(t->tokenizer.decode(ids->data(), ids->size()) == text);
    }
}

}  // namespace

TEST_CASE("golden ids: llama2") {
    check_golden("llama2");
}
TEST_CASE("golden ids: llama3") {
    check_golden("llama3");
}
TEST_CASE("golden ids: qwen3") {
    check_golden("qwen3");
}
TEST_CASE("golden ids: gemma3") {
    check_golden("gemma3");
}

TEST_CASE("prompt ids of the models' references") {
    check_prompts("gosset-tales-29m", "text", false);
    check_prompts("tinystories-656k", "prompt", true);
}
