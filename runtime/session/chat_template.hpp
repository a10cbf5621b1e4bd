/// Conversations as the model was trained to see them: its chat template, a Jinja program, is run
/// as Hugging Face's apply_chat_template runs it (jinja/template.hpp), and the text is tokenized as
/// a whole. Control tokens are cut out only where every byte is the template's own. Built without
/// GOSSET_CHAT_TEMPLATES, every call is unsupported. Relies on tokenizer.hpp and jinja/moment.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/status.hpp"
#include "runtime/session/jinja/moment.hpp"
#include "runtime/session/tokenizer.hpp"

namespace gosset {

struct ChatMessage {
    std::string_view role;  ///< "system", "user", "assistant", ...
    std::string_view content;
};

struct ChatOptions {
    bool open_answer = true;             ///< add_generation_prompt: the answer's beginning follows
    std::string_view chat_template;      ///< instead of the model's; "": the model's
    const jinja::Moment* now = nullptr;  ///< what strftime_now() tells; null: the local time
};

struct ChatPrompt {
    std::string text;           ///< for people: the rendered template
    std::vector<uint32_t> ids;  ///< of the whole text; nothing is put in front or behind it
};

/// Renders `messages`. A role that is a plain name (letters, digits, - and _) counts as the
/// template's text, since templates make tokens such as <|user|> of it; other roles and all
/// contents count as plain text, whatever they spell. Errors: no template, one that this build
/// cannot run (with the line), a conversation that the template refuses (in its own words), a
/// limit.
Result<ChatPrompt> render_chat(const Tokenizer& tokenizer, std::span<const ChatMessage> messages,
                               const ChatOptions& options = {});

}  // namespace gosset
