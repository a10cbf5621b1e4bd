// gosset tokenize: text to ids and back, by the tokenizer of any file that has one.
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runtime/session/chat_template.hpp"
#include "runtime/session/tokenizer.hpp"
#include "tools/gosset/chat_templates.hpp"
#include "tools/gosset/parse.hpp"
#include "tools/import/source.hpp"

namespace gosset::cli {

namespace {
using nlohmann::ordered_json;

struct Request {
    std::string model, prompt, chat_template;
    bool jsonl = false, chat = false, json = false;
    bool add_special = false, no_parse_special = false;
    EncodeOptions encode() const { return {add_special, !no_parse_special}; }
};

int fail(const std::string& message) {
    std::fprintf(stderr, "gosset tokenize: %s\n", message.c_str());
    return kFailure;
}

void print_json(const std::vector<uint32_t>& ids, const std::string& text) {
    const ordered_json line = {{"ids", ids}, {"text", text}};
    std::printf("%s\n", line.dump(-1, ' ', true).c_str());
}

Status print_prompt(const Tokenizer& tokenizer, const Request& request) {
    GOSSET_ASSIGN(const auto ids, tokenizer.encode(request.prompt, request.encode()));
    if (request.json) {
        print_json(ids, tokenizer.decode(ids.data(), ids.size(), true));
        return {};
    }
    for (size_t i = 0; i < ids.size(); i++) std::printf(i ? " %u" : "%u", ids[i]);
    std::printf("\n");
    return {};
}

Status print_text_line(const Tokenizer& tokenizer, const Request& request,
                       const ordered_json& line) {
    const auto* text = line.get_ptr<const ordered_json::string_t*>();
    if (!text) return invalid_argument("not a JSON string");
    GOSSET_ASSIGN(const auto ids, tokenizer.encode(*text, request.encode()));
    print_json(ids, tokenizer.decode(ids.data(), ids.size(), true));
    return {};
}

Status print_chat_line(const Tokenizer& tokenizer, const Request& request,
                       const ordered_json& line) {
    if (!line.is_array()) return invalid_argument("not a JSON list of messages");
    std::vector<ChatMessage> messages;
    for (const ordered_json& m : line) {
        const bool whole = m.is_object() && m.contains("role") && m.contains("content") &&
                           m.at("role").is_string() && m.at("content").is_string();
        if (!whole) return invalid_argument("a message needs the strings role and content");
        messages.push_back({m.at("role").get_ref<const std::string&>(),
                            m.at("content").get_ref<const std::string&>()});
    }
    ChatOptions options;
    options.chat_template = request.chat_template;
    GOSSET_ASSIGN(const ChatPrompt prompt, render_chat(tokenizer, messages, options));
    print_json(prompt.ids, prompt.text);
    return {};
}

Status print_lines(const Tokenizer& tokenizer, const Request& request) {
    std::string text;
    for (size_t number = 1; std::getline(std::cin, text); number++) {
        const ordered_json line = ordered_json::parse(text, nullptr, false);
        const Status status = line.is_discarded() ? invalid_argument("malformed JSON")
                              : request.chat      ? print_chat_line(tokenizer, request, line)
                                                  : print_text_line(tokenizer, request, line);
        if (!status.ok()) return status.in("line " + std::to_string(number) + " of stdin");
    }
    return {};
}

}  // namespace

int cmd_tokenize(int argc, char** argv) {
    Request r;
    CLI::App app("Text to token ids and back", "gosset tokenize");
    app.add_option("-m,--model", r.model,
                   "A .gosset, .gguf or tokenizer.json file, or an HF directory")
        ->required();
    auto* prompt = app.add_option("-p,--prompt", r.prompt, "Print the ids of this text");
    auto* jsonl = app.add_flag("--jsonl", r.jsonl,
                               "Read a JSON string a line, print {\"ids\",\"text\"} a line");
    auto* chat = app.add_flag("--chat", r.chat,
                              "With --jsonl: a list of {\"role\",\"content\"} a line, rendered");
    auto* named = app.add_option("--chat-template", r.chat_template,
                                 std::string("With --chat: a Jinja file instead of the model's "
                                             "template, or one of ") +
                                     kChatTemplateNames);
    app.add_flag("--add-special", r.add_special, "Add BOS and EOS as the model wants them");
    app.add_flag("--no-parse-special", r.no_parse_special,
                 "Control tokens that the text spells stay text");
    app.add_flag("--json", r.json, "With -p: print {\"ids\",\"text\"}");
    prompt->excludes(jsonl);
    chat->needs(jsonl);
    named->needs(chat);
    app.footer("Example: gosset tokenize -m model.gosset -p \"Once upon a time\"");
    app.callback([&] {
        if (!*prompt && !*jsonl) throw CLI::RequiredError("-p TEXT or --jsonl");
    });
    if (const auto done = parse(app, argc, argv)) return *done;
    if (!r.chat_template.empty()) r.chat_template = chat_template(r.chat_template);
    const Result<TokenizerData> data = open_tokenizer(r.model);
    if (!data.ok()) return fail(data.status().message());
    const TokenizerView view = data->view();
    const Tokenizer tokenizer(&view);
    const Status status = r.jsonl ? print_lines(tokenizer, r) : print_prompt(tokenizer, r);
    if (!status.ok()) return fail(status.message());
    if (std::fflush(stdout) != 0) return fail("stdout cannot be written");
    return kGood;
}

}  // namespace gosset::cli
