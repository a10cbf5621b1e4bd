// Conversations of published models, rendered by their own templates in the Hugging Face library.
#include <nlohmann/json.hpp>

#include "runtime/session/chat_template.hpp"
#include "tests/tokenizer/load.hpp"

using namespace gosset;
using namespace gosset::test;
using nlohmann::json;

namespace {

/// Checks the rendered text, and that the ids are those of the text as a whole: none of these
/// messages spells a control token.
void check_conversations(const std::string& name) {
    const auto t = load_packed(name);
    if (!t) return;
    const json golden = json::parse(read_file(data("tokenizers/" + name + "/golden.json")));
    for (const json& chat : golden["chat"]) {
        std::vector<std::string> kept;
        for (const json& m : chat["messages"])
            kept.push_back(m["role"]), kept.push_back(m["content"]);
        std::vector<ChatMessage> messages;
        for (size_t i = 0; i < kept.size(); i += 2) messages.push_back({kept[i], kept[i + 1]});
        const auto prompt = render_chat(t->tokenizer, messages);
        REQUIRE_OK(prompt);
        CHECK(prompt->text == chat["rendered"].get<std::string>());
        const auto whole = t->tokenizer.encode(prompt->text, {false, true});
        REQUIRE_OK(whole);
        CHECK_MESSAGE(prompt->ids == *whole, show(prompt->ids));
    }
    CHECK(golden["chat"].size() == 3);
}

}  // namespace

TEST_CASE("conversations of llama3, qwen3 and gemma3") {
    for (const char* name : {"llama3", "qwen3", "gemma3"}) {
        CAPTURE(name);
        check_conversations(name);
    }
}
