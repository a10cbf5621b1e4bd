// What a build with GOSSET_CHAT_TEMPLATES=OFF answers.
#include "runtime/session/chat_template.hpp"
#include "tests/support/support.hpp"

using namespace gosset;

TEST_CASE("without the interpreter, conversations are unsupported") {
    const TokenizerView view;
    const Tokenizer tokenizer(&view);
    const auto prompt = render_chat(tokenizer, {}, {});
    CHECK(prompt.status().code() == StatusCode::unsupported);
    CHECK(prompt.status().message().find("GOSSET_CHAT_TEMPLATES") != std::string::npos);
}
