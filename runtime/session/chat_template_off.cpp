// For builds without GOSSET_CHAT_TEMPLATES.
#include "runtime/session/chat_template.hpp"

namespace gosset {

Result<ChatPrompt> render_chat(const Tokenizer&, std::span<const ChatMessage>, const ChatOptions&) {
    return unsupported(
        "this build runs no chat templates (GOSSET_CHAT_TEMPLATES=OFF): render the conversation "
        "elsewhere and tokenize its text");
}

}  // namespace gosset
