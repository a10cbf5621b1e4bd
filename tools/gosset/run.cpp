#include <cstdio>
#include <sstream>

#include "tools/gosset/common.hpp"

namespace gosset::cli {
namespace {

struct Options {
    ModelOptions model;
    SamplerOptions sampler;
    std::string prompt, file, prompt_ids;
    uint32_t max_new = 128;
    bool ids = false;
};

/// "1 2 3" or "1,2,3".
api::Tokens parse_ids(const std::string& text, uint32_t vocab) {
    api::Tokens ids;
    std::string word, spaced = text;
    for (char& c : spaced)
        if (c == ',' || c == '\n') c = ' ';
    std::istringstream words(spaced);
    while (words >> word) {
        uint64_t id = 0;
        bool good = word.size() < 11;
        for (const char c : word) good = good && c >= '0' && c <= '9';
        if (good) id = std::stoull(word);
        if (!good || id >= vocab)
            throw Failure("--prompt-ids: '" + word + "' is no id of this model (0 to " +
                          std::to_string(vocab - 1) + ")");
        ids.push_back(api::Token(id));
    }
    return ids;
}

api::Tokens prompt_of(const Options& o, const api::Model& model) {
    if (!o.prompt_ids.empty()) return parse_ids(o.prompt_ids, model.info().vocab);
    const std::string text = o.file.empty() ? o.prompt : read_text(o.file);
    check_utf8(text, "the prompt");
    if (!model.info().has_tokenizer)
        throw Failure("the model has no tokenizer: give ids by --prompt-ids \"1 2 3\"");
    api::Tokens ids;
    must(model.tokenize(text, GOSSET_ADD_SPECIAL | GOSSET_PARSE_SPECIAL, ids));
    return ids;
}

/// Where the callback of gosset_generate writes.
struct Output {
    bool ids;
    bool first = true;
};

int print_token(gosset_token token, const char* text, size_t size, void* user) {
    Output& out = *static_cast<Output*>(user);
    if (out.ids) {
        std::printf(out.first ? "%u" : " %u", token);
    } else if (size > 0) {
        std::fwrite(text, 1, size, stdout);
    }
    out.first = false;
    std::fflush(stdout);
    return !interrupted() && !std::ferror(stdout);
}

void print_timing(double load, const gosset_generated& g) {
    // The first token comes from the prompt's logits, so one less is decoded.
    const uint32_t steps = g.new_tokens > 0 ? g.new_tokens - 1 : 0;
    std::fprintf(stderr,
                 "\nload %.1f ms | prompt %u tokens, %.2f t/s | decode %u tokens, %.2f t/s\n",
                 load * 1e3, g.prompt_tokens, per_second(g.prompt_tokens, g.prompt_seconds),
                 g.new_tokens, per_second(steps, g.decode_seconds));
}

int generate(const Options& o) {
    const double start = now();
    const api::Model model = open_model(o.model.model, o.model);
    const api::Session session = open_session(model, o.model, o.model.context);
    const api::Sampler sampler = open_sampler(model, o.sampler);
    const double load = now() - start;

    const api::Tokens prompt = prompt_of(o, model);
    if (prompt.empty()) throw Failure("the prompt is empty, and this model begins with no token");
    if (prompt.size() > session.context())
        throw Failure("the prompt has " + std::to_string(prompt.size()) +
                      " tokens, the context only " + std::to_string(session.context()) +
                      " positions: raise -c or shorten it");
    watch_interrupt();
    Output out{o.ids};
    gosset_generated result = {};
    result.struct_size = sizeof result;
    const gosset_status status =
        gosset_generate(session.get(), sampler.get(), 0, prompt.data(), prompt.size(), o.max_new,
                        print_token, &out, &result);
    if (o.ids || !out.first) std::printf("\n");
    std::fflush(stdout);
    if (std::ferror(stdout)) throw Failure("cannot write to stdout");
    if (status == GOSSET_LIMIT && session.length() >= session.context())
        std::fprintf(stderr, "\ngosset run: the context is full (%u positions)\n",
                     session.context());
    else if (status != GOSSET_ABORTED || !interrupted())
        must(status);
    print_timing(load, result);
    return kGood;
}

}  // namespace

int cmd_run(int argc, char** argv) {
    Options o;
    CLI::App app("Continues a text: the new text on stdout, timings on stderr");
    add_model_options(app, o.model);
    auto* prompt = app.add_option_group("prompt", "One of");
    prompt->add_option("-p,--prompt", o.prompt, "The prompt");
    prompt->add_option("-f,--file", o.file, "A file with the prompt, or - for stdin");
    prompt->add_option("--prompt-ids", o.prompt_ids, "Token ids instead, such as \"1 2 3\"");
    prompt->require_option(1);
    app.add_option("-n,--new", o.max_new, "Most new tokens")->capture_default_str();
    app.add_flag("--ids", o.ids, "Print the ids of the new tokens instead of text");
    add_sampler_options(app, o.sampler);
    app.footer("Example: gosset run -m model.gosset -p \"Once upon a time\" -n 64 --greedy");
    if (const auto done = parse(app, argc, argv)) return *done;
    return generate(o);
}

}  // namespace gosset::cli
