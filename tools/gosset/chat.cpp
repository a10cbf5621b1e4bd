#include <algorithm>
#include <cstdio>
#include <iostream>

#include "tools/gosset/chat_templates.hpp"
#include "tools/gosset/common.hpp"

namespace gosset::cli {
namespace {

const char* const kHelp =
    "/system TEXT  set the system message and start anew\n"
    "/reset        forget the conversation\n"
    "/help         this list\n"
    "/quit         leave (so does Ctrl-D); Ctrl-C stops an answer\n";

/// A conversation and the KV cache that holds a prefix of its rendering.
class Chat {
  public:
    Chat(const ModelOptions& options, const SamplerOptions& sampler)
        : model_(open_model(options.model, options)),
          session_(open_session(model_, options, options.context)),
          sampler_(open_sampler(model_, sampler)) {
        if (!model_.info().has_chat_template)
            throw Failure(
                "the model has no chat template: name one with --chat-template, or continue plain "
                "text with gosset run");
    }

    void reset(const std::string& system) {
        messages_.clear();
        if (!system.empty()) messages_.push_back({"system", system});
        sampler_.reset();
    }
    void answer(const std::string& question, uint32_t max_new);
    const std::string& system() const {
        static const std::string none;
        return !messages_.empty() && messages_[0].role == "system" ? messages_[0].content : none;
    }

  private:
    api::Tokens render(std::vector<api::Message>& messages);
    static int on_token(gosset_token token, const char* text, size_t size, void* user);

    api::Model model_;
    api::Session session_;
    api::Sampler sampler_;
    std::vector<api::Message> messages_;
    api::Tokens cached_;  ///< what the KV cache holds, position by position
    std::string text_;    ///< of the answer in progress
};

/// Ids of the conversation, its oldest turns dropped until a quarter of the context is left for the
/// answer.
api::Tokens Chat::render(std::vector<api::Message>& messages) {
    const size_t room = session_.context() - session_.context() / 4;
    const size_t first = messages[0].role == "system" ? 1 : 0;
    size_t dropped = 0;
    api::Tokens ids;
    for (;;) {
        must(model_.chat_tokenize(messages, true, ids));
        if (ids.size() <= room || messages.size() - first < 3) break;
        const auto oldest = messages.begin() + ptrdiff_t(first);
        messages.erase(oldest, oldest + 2);  // a question and its answer
        dropped++;
    }
    if (ids.empty()) throw Failure("the chat template made no tokens of that");
    if (ids.size() >= session_.context())
        throw Failure("that is " + std::to_string(ids.size()) +
                      " tokens with the chat template, too many for the context of " +
                      std::to_string(session_.context()) + ": raise -c or ask less");
    if (dropped > 0)
        std::fprintf(stderr, "(the context is full: dropped the oldest %zu turns)\n", dropped);
    return ids;
}

int Chat::on_token(gosset_token token, const char* text, size_t size, void* user) {
    Chat& chat = *static_cast<Chat*>(user);
    chat.cached_.push_back(token);
    chat.text_.append(text, size);
    std::fwrite(text, 1, size, stdout);
    std::fflush(stdout);
    return !interrupted();
}

void Chat::answer(const std::string& question, uint32_t max_new) {
    check_utf8(question, "the question");
    std::vector<api::Message> messages = messages_;  // which stay as they are when this fails
    messages.push_back({"user", question});
    const api::Tokens ids = render(messages);
    // Feed only what the cache does not hold yet, but at least one token: it gives the logits.
    const size_t same =
        size_t(std::mismatch(ids.begin(), ids.end() - 1, cached_.begin(), cached_.end()).first -
               ids.begin());
    must(session_.trim(uint32_t(same)));
    cached_ = ids;
    text_.clear();
    gosset_generated result = {};
    result.struct_size = sizeof result;
    const gosset_status status =
        gosset_generate(session_.get(), sampler_.get(), 0, ids.data() + same, ids.size() - same,
                        max_new ? max_new : session_.context(), on_token, this, &result);
    std::printf("\n");
    std::fflush(stdout);
    cached_.resize(std::min<size_t>(cached_.size(), session_.length()));
    if (status == GOSSET_LIMIT)
        std::fprintf(stderr, "(the answer was cut: the context is full)\n");
    else if (status != GOSSET_ABORTED || !interrupted())
        must(status);
    messages.push_back({"assistant", text_});
    messages_ = std::move(messages);
    // The first token comes from the prompt's logits, so one less is decoded.
    const uint32_t steps = result.new_tokens > 0 ? result.new_tokens - 1 : 0;
    std::fprintf(stderr, "[%u tokens, %.1f tokens/s; prompt %u tokens, %.1f tokens/s]\n",
                 result.new_tokens, per_second(steps, result.decode_seconds), result.prompt_tokens,
                 per_second(result.prompt_tokens, result.prompt_seconds));
}

/// Whether the line was a command; sets quit after /quit.
bool command(Chat& chat, const std::string& line, bool& quit) {
    if (line.empty() || line[0] != '/') return false;
    const size_t space = std::min(line.find(' '), line.size());
    const std::string name = line.substr(0, space);
    if (name == "/quit" || name == "/exit") {
        quit = true;
    } else if (name == "/reset") {
        chat.reset(chat.system());
    } else if (name == "/system") {
        chat.reset(line.substr(std::min(space + 1, line.size())));
    } else {
        if (name != "/help") std::fprintf(stderr, "no command %s\n", name.c_str());
        std::fputs(kHelp, stderr);
    }
    return true;
}

void talk(Chat& chat, uint32_t max_new) {
    const bool terminal = stdin_is_terminal();
    if (terminal) std::fprintf(stderr, "/help lists the commands\n");
    std::string line;
    for (bool quit = false; !quit;) {
        if (terminal) std::fprintf(stderr, "\n> ");
        if (!std::getline(std::cin, line) || interrupted()) break;
        if (line.empty() || command(chat, line, quit)) continue;
        try {
            chat.answer(line, max_new);
        } catch (const Failure& e) {
            if (!terminal) throw;
            std::fprintf(stderr, "gosset chat: %s\n", e.what());
        }
        clear_interrupt();
    }
}

}  // namespace

int cmd_chat(int argc, char** argv) {
    ModelOptions model;
    SamplerOptions sampler;
    std::string question, system, template_name;
    uint32_t max_new = 0;
    bool once = false;
    CLI::App app("Talks in the terminal, by the model's chat template");
    add_model_options(app, model);
    app.add_option("-p,--prompt", question, "A first question");
    app.add_option("--system", system, "The system message");
    app.add_option("-n,--new", max_new, "Most tokens of an answer; 0: what the context holds")
        ->capture_default_str();
    app.add_flag("--once", once, "Leave after the answer to -p")->needs("--prompt");
    app.add_option("--chat-template", template_name,
                   std::string("A Jinja file instead of the model's template, or one of ") +
                       kChatTemplateNames);
    add_sampler_options(app, sampler);
    app.footer("Example: gosset chat -m model.gosset --system \"You are brief.\"");
    if (const auto done = parse(app, argc, argv)) return *done;

    check_utf8(system, "the system message");
    if (!template_name.empty()) model.chat_template = chat_template(template_name);
    Chat chat(model, sampler);
    chat.reset(system);
    watch_interrupt();
    if (!question.empty()) {
        chat.answer(question, max_new);
        clear_interrupt();
    }
    if (!once) talk(chat, max_new);
    return kGood;
}

}  // namespace gosset::cli
