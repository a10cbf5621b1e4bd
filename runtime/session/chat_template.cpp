#include "runtime/session/chat_template.hpp"

#include <algorithm>

#include "runtime/session/tokenizer_lookup.hpp"

namespace gosset {

namespace {

constexpr std::string_view kStart = "<|im_start|>", kEnd = "<|im_end|>", kBos = "bos_token";
constexpr EncodeOptions kPlain{false, false};

/// What a ChatML template leaves open.
struct ChatMl {
    uint32_t start = kNoToken, end = kNoToken, bos = kNoToken;
    std::string default_system;  ///< said when the first message is not the system's; "": nothing
    bool trim = false;           ///< white space around contents goes
};

/// Template text inside a string literal: \n, \' and the like become what they stand for.
std::string unescape(std::string_view s) {
    std::string out;
    for (size_t i = 0; i < s.size(); i++) {
        if (s[i] != '\\' || i + 1 == s.size()) {
            out += s[i];
            continue;
        }
        const char c = s[++i];
        out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
    }
    return out;
}

/// The message in "<|im_start|>system\nMESSAGE<|im_end|>" where it is all one literal. Expressions
/// between the two tokens mean that the literal is the frame of a given message, not a default.
std::string find_default_system(std::string_view text) {
    for (size_t at = text.find(kStart); at != text.npos; at = text.find(kStart, at + 1)) {
        std::string_view rest = text.substr(at + kStart.size());
        const size_t end = rest.find(kEnd);
        if (end == rest.npos) break;
        rest = rest.substr(0, end);
        if (rest.find("{{") != rest.npos || rest.find("' +") != rest.npos) continue;
        if (rest.find("\" +") != rest.npos || rest.find("}}") != rest.npos) continue;
        const std::string frame = unescape(rest);
        const std::string_view role = "system\n";
        if (frame.compare(0, role.size(), role) == 0) return frame.substr(role.size());
    }
    return "";
}

std::string without_spaces(std::string_view text) {
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out),
                 [](char c) { return c != ' ' && c != '\n' && c != '\t'; });
    return out;
}

Result<ChatMl> recognise(const TokenizerView& view) {
    const std::string_view text = view.chat_template;
    if (text.empty()) return unsupported("the model has no chat template: use plain text");
    if (text.find(kStart) == text.npos || text.find(kEnd) == text.npos)
        return unsupported("the model's chat template is not ChatML, the only kind known so far");
    ChatMl ml;
    ml.start = find_token(view, kStart), ml.end = find_token(view, kEnd);
    const auto usable = [&](uint32_t id) {
        return id != kNoToken &&
               (type_of(view, id) == kTokenControl || type_of(view, id) == kTokenUserDefined);
    };
    if (!usable(ml.start) || !usable(ml.end))
        return unsupported("the chat template is ChatML, but the vocabulary lacks its tokens");
    ml.default_system = find_default_system(text);
    const std::string dense = without_spaces(text);
    ml.trim =
        dense.find("content|trim") != dense.npos || dense.find("content']|trim") != dense.npos;
    if (text.find(kBos) != text.npos && view.traits.bos < view.size()) ml.bos = view.traits.bos;
    return ml;
}

class Renderer {
  public:
    Renderer(const Tokenizer& tokenizer, const ChatMl& ml) : tokenizer_(tokenizer), ml_(ml) {
        if (ml.bos != kNoToken) control(ml.bos);
    }
    void control(uint32_t id) {
        prompt_.ids.push_back(id);
        prompt_.text += tokenizer_.view().bytes(id);
    }
    Status plain(std::string_view text) {
        GOSSET_ASSIGN(const auto ids, tokenizer_.encode(text, kPlain));
        prompt_.ids.insert(prompt_.ids.end(), ids.begin(), ids.end());
        prompt_.text += text;
        return {};
    }
    Status message(std::string_view role, std::string_view content) {
        control(ml_.start);
        GOSSET_TRY(plain(std::string(role) + "\n" + std::string(content)));
        control(ml_.end);
        return plain("\n");
    }
    ChatPrompt take() { return std::move(prompt_); }

  private:
    const Tokenizer& tokenizer_;
    const ChatMl& ml_;
    ChatPrompt prompt_;
};

std::string_view trimmed(std::string_view s) {
    const char* blanks = " \t\n\r\f\v";
    const size_t begin = s.find_first_not_of(blanks);
    return begin == s.npos ? "" : s.substr(begin, s.find_last_not_of(blanks) - begin + 1);
}

}  // namespace

Result<ChatPrompt> render_chat(const Tokenizer& tokenizer, std::span<const ChatMessage> messages,
                               bool open_answer) {
    GOSSET_ASSIGN(const ChatMl ml, recognise(tokenizer.view()));
    Renderer out(tokenizer, ml);
    const bool own_system = !messages.empty() && messages[0].role == "system";
    if (!messages.empty() && !own_system && !ml.default_system.empty())
        GOSSET_TRY(out.message("system", ml.default_system));
    for (size_t i = 0; i < messages.size(); i++) {
        const ChatMessage& m = messages[i];
        const Status status = out.message(m.role, ml.trim ? trimmed(m.content) : m.content);
        if (!status.ok()) return status.in("message " + std::to_string(i));
    }
    if (open_answer) {
        out.control(ml.start);
        GOSSET_TRY(out.plain("assistant\n"));
    }
    return out.take();
}

}  // namespace gosset
