/// Conversations as the model was trained to see them. Templates are Jinja programs; we do not run
/// them but recognise ChatML (<|im_start|>role\ncontent<|im_end|>\n) by its two tokens and read its
/// default system message and its trimming from the text. Any other template is refused.
/// Relies on tokenizer.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/status.hpp"
#include "runtime/session/tokenizer.hpp"

namespace gosset {

struct ChatMessage {
    std::string_view role;  ///< "system", "user", "assistant", ...
    std::string_view content;
};

struct ChatPrompt {
    std::string text;           ///< for people: what the ids spell
    std::vector<uint32_t> ids;  ///< the template's tokens by id; what users wrote as plain text
};

/// Renders `messages`, and with `open_answer` the beginning of the assistant's answer. Roles and
/// contents are never parsed for control tokens, whatever they spell.
Result<ChatPrompt> render_chat(const Tokenizer& tokenizer, std::span<const ChatMessage> messages,
                               bool open_answer = true);

}  // namespace gosset
