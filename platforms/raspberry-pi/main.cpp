// gosset-pi: a conversation with a language model in the terminal of a small board.
#include <algorithm>
#include <cstdio>
#include <string>

#include "board.hpp"
#include "conversation.hpp"
#include "memory.hpp"
#include "options.hpp"
#include "status.hpp"
#include "terminal.hpp"

namespace {

using namespace gosset_pi;
namespace api = gosset::api;

enum Exit { kGood = 0, kFailure = 1, kUsage = 2 };

const char* const kCommands =
    "/help         this list\n"
    "/clear        forget the conversation\n"
    "/system TEXT  forget it, and tell the model who it is to be\n"
    "/more         go on with an answer that was stopped or cut\n"
    "/stats        the board, the model and the speed so far\n"
    "/quit         leave (so does Ctrl-D); Ctrl-C stops an answer\n";
constexpr uint32_t kPlainTokens = 128;

int failure(const std::string& why) {
    std::fprintf(stderr, "gosset-pi: %s\n", why.c_str());
    return kFailure;
}

/// Lines typed, answers shown.
class Chat {
  public:
    Chat(const Options& options, Terminal& terminal, const Board& board, const api::Model& model,
         api::Session& session, api::Sampler& sampler)
        : terminal_(terminal),
          board_(board),
          model_(model),
          session_(session),
          conversation_(model, session, sampler),
          watch_(board),
          most_(options.most) {
        conversation_.start(options.system);
        if (most_ == 0) most_ = conversation_.plain() ? kPlainTokens : session.context();
        if (!conversation_.plain()) return;
        terminal_.tell("This model has no chat template: it continues the text that you begin.\n");
        if (!options.system.empty()) terminal_.tell("It has no use for --system.\n");
    }

    /// The exit status.
    int run() {
        if (terminal_.person()) terminal_.tell("/help lists the commands.\n");
        std::string line;
        while (!quit_) {
            const Terminal::Got got = terminal_.read_line(line);
            if (got != Terminal::Got::line) {
                if (terminal_.person()) terminal_.tell("\n");
                break;
            }
            if (line.find_first_not_of(" \t") == std::string::npos) continue;
            const bool good = line[0] == '/' ? command(line) : say(line);
            if (!good && !terminal_.person()) return kFailure;  // a script is not to go on
        }
        return kGood;
    }

  private:
    bool say(const std::string& line) {
        if (!is_text(line)) return complain("that line is not UTF-8");
        return answer([&](const Sink& sink) { return conversation_.say(line, most_, sink); });
    }

    template <class Ask>
    bool answer(Ask ask) {
        watch_.begin();
        const Turn turn = ask([&](std::string_view text) {
            watch_.look();
            return terminal_.write(text) && !Terminal::interrupted();
        });
        terminal_.end_answer();
        if (!turn.error.empty()) return complain(turn.error);
        totals_.add(turn);
        terminal_.status(status_line(turn, watch_.reading(), session_.threads(),
                                     conversation_.used(), session_.context()));
        return true;
    }

    bool command(const std::string& line) {
        const size_t space = std::min(line.find(' '), line.size());
        const std::string name = line.substr(0, space);
        const std::string rest = line.substr(std::min(space + 1, line.size()));
        if (name == "/quit" || name == "/exit") return quit_ = true;
        if (name == "/more")
            return answer([&](const Sink& sink) { return conversation_.more(most_, sink); });
        if (name == "/clear") {
            conversation_.clear();
            terminal_.status("forgotten");
        } else if (name == "/system") {
            if (conversation_.plain()) return complain("plain text has no system message");
            if (!is_text(rest)) return complain("that line is not UTF-8");
            conversation_.start(rest);
        } else if (name == "/stats") {
            terminal_.tell(stats(totals_, model_.info(), board_, session_));
        } else if (name == "/help") {
            terminal_.tell(kCommands);
        } else {
            return complain("there is no command " + without_controls(name) + "; /help lists them");
        }
        return true;
    }

    bool complain(const std::string& why) {
        failure(why);
        return false;
    }

    Terminal& terminal_;
    const Board& board_;
    const api::Model& model_;
    api::Session& session_;
    Conversation conversation_;
    Watch watch_;
    Totals totals_;
    uint32_t most_;
    bool quit_ = false;
};

/// --need: each context, and whether it fits.
int tell_need(const api::Model& model, gosset_session_options options,
              std::optional<uint64_t> available) {
    for (const uint32_t context : {512u, 1024u, 2048u, 4096u}) {
        options.context = context;
        const Plan made = plan(model, options, available);
        std::printf("-c %u %s%s\n", context, need_line(made, available).c_str(),
                    made.fits ? "" : " (too much)");
    }
    return kGood;
}

int chat(const Options& options) {
    const Board board(options.root);
    api::Model model;
    if (model.open(options.model.c_str()) != GOSSET_OK) return failure(gosset_last_error(nullptr));
    gosset_session_options session_options = api::session_options();
    session_options.context = options.context;
    session_options.threads = options.threads;
    session_options.abort = [](void*) { return int(Terminal::interrupted()); };
    const std::optional<uint64_t> available = board.memory_available();
    if (options.need) return tell_need(model, session_options, available);
    if (!model.info().has_tokenizer)
        return failure(options.model + " has no tokenizer: it knows numbers, no text");

    Terminal terminal(options.quiet);
    const Plan made = plan(model, session_options, available);
    if (!made.fits && !options.anyway) {
        failure(options.model + " " + need_line(made, available));
        terminal.tell(advice(made));
        return kFailure;
    }
    terminal.status(need_line(made, available));
    session_options.context = made.context;
    api::Session session;
    api::Sampler sampler;
    if (session.create(model, &session_options) != GOSSET_OK ||
        sampler.create(model, &options.sampler) != GOSSET_OK)
        return Terminal::interrupted() ? kGood : failure(gosset_last_error(nullptr));
    if (Terminal::interrupted()) return kGood;  // nothing to stop yet
    return Chat(options, terminal, board, model, session, sampler).run();
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    std::string complaint;
    switch (parse(argc, argv, options, complaint)) {
        case Asked::help:
            std::fputs(help(), stdout);
            return kGood;
        case Asked::version:
            std::printf("gosset-pi %s\n", gosset_version());
            return kGood;
        case Asked::wrong:
            std::fprintf(stderr, "gosset-pi: %s\n(gosset-pi --help lists the options)\n",
                         complaint.c_str());
            return kUsage;
        case Asked::chat:
            break;
    }
    return chat(options);
}
