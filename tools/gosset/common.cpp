#include "tools/gosset/common.hpp"

#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>

namespace gosset::cli {
namespace {

volatile std::sig_atomic_t g_interrupted = 0;

int is_interrupted(void*) {
    return g_interrupted;
}

void print_log(gosset_log_level level, const char* message, void*) {
    if (level >= GOSSET_LOG_INFO) std::fprintf(stderr, "gosset: %s\n", message);
}

}  // namespace

void must(gosset_status status, const std::string& where) {
    if (status == GOSSET_OK) return;
    const std::string last = gosset_last_error(nullptr);
    const std::string what = last.empty() ? gosset_status_string(status) : last;
    throw Failure(where.empty() ? what : where + ": " + what);
}

void add_model_options(CLI::App& app, ModelOptions& options) {
    app.add_option("-m,--model", options.model, "The .gosset file")->required();
    app.add_option("-t,--threads", options.threads, "Threads, or auto: the fastest, by measurement")
        ->capture_default_str();
    app.add_option("-c,--context", options.context, "Positions (default: min(model, 4096))")
        ->check(CLI::PositiveNumber);
    app.add_option("--kv", options.kv, "Type of the KV cache: f16 or f32")
        ->check(CLI::IsMember({"f16", "f32"}))
        ->capture_default_str();
    app.add_flag("--exact,!--no-exact", options.exact,
                 "The same bits on every machine; if not, prompts in bfloat16 on AMX")
        ->default_str(options.exact ? "true" : "false");
    app.add_flag("--huge", options.huge, "Copy the weights into 2 MiB pages instead of mapping");
}

uint32_t thread_count(const std::string& text) {
    if (text == "auto") return 0;
    uint32_t n = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, n);
    if (error != std::errc() || stopped != end) n = 0;
    if (n == 0 || n > 1024)
        throw Failure("-t " + text + ": give a number of threads from 1 to 1024, or auto");
    return n;
}

api::Model open_model(const std::string& path, const ModelOptions& options) {
    gosset_model_options o = api::model_options();
    o.exact = options.exact;
    o.huge_pages = options.huge;
    o.log = print_log;
    if (!options.chat_template.empty()) o.chat_template = options.chat_template.c_str();
    api::Model model;
    must(model.open(path.c_str(), &o));
    return model;
}

api::Session open_session(const api::Model& model, const ModelOptions& options, uint32_t context,
                          uint32_t batch) {
    gosset_session_options o = api::session_options();
    o.context = context;
    o.batch = batch;
    o.threads = thread_count(options.threads);
    o.kv_type = options.kv == "f32" ? GOSSET_KV_F32 : GOSSET_KV_F16;
    o.abort = is_interrupted;
    api::Session session;
    must(session.create(model, &o));
    const uint32_t trained = model.info().max_context;
    if (gosset_session_context(session.get()) > trained)
        std::fprintf(stderr,
                     "gosset: the model was made for a context of %u; quality falls beyond\n",
                     trained);
    return session;
}

void add_sampler_options(CLI::App& app, SamplerOptions& options) {
    gosset_sampler_options& v = options.values;
    app.add_option("--temp", v.temperature, "Temperature; 0 is greedy")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--top-k", v.top_k, "Keep the k most likely tokens; 0: all")
        ->capture_default_str();
    app.add_option("--top-p", v.top_p, "Keep the most likely tokens of this mass; 1: all")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    app.add_option("--min-p", v.min_p, "Drop tokens below this share of the likeliest; 0: none")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    app.add_option("--repeat-penalty", v.repeat_penalty, "Penalty of recent tokens; 1: none")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("-s,--seed", v.seed, "Seed of the sampler")->capture_default_str();
    app.add_flag("--greedy", options.greedy, "Always the likeliest token");
}

api::Sampler open_sampler(const api::Model& model, const SamplerOptions& options) {
    gosset_sampler_options values = options.values;
    values.greedy = options.greedy;
    api::Sampler sampler;
    must(sampler.create(model, &values));
    return sampler;
}

std::string read_text(const std::string& path) {
    if (path == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        throw Failure("cannot read " + path + ": it is a folder");
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in.is_open() || in.bad()) throw Failure("cannot read " + path);
    return text;
}

size_t utf8_error(std::string_view text) {
    const auto byte = [&](size_t i) { return i < text.size() ? uint8_t(text[i]) : uint8_t(0); };
    for (size_t i = 0; i < text.size();) {
        const uint8_t b = byte(i);
        const size_t length = b < 0x80 ? 1 : b < 0xc2 ? 0 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
        if (length == 0 || b > 0xf4) return i;
        // Of the second byte: no overlong forms, no surrogates, nothing beyond U+10FFFF.
        const uint8_t low = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80;
        const uint8_t high = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf;
        if (length > 1 && (byte(i + 1) < low || byte(i + 1) > high)) return i;
        for (size_t k = 2; k < length; k++)
            if ((byte(i + k) & 0xc0) != 0x80) return i;
        i += length;
    }
    return std::string_view::npos;
}

void check_utf8(std::string_view text, const std::string& what) {
    const size_t at = utf8_error(text);
    if (at != std::string_view::npos)
        throw Failure(what + " is not UTF-8: byte " + std::to_string(at) + " is wrong");
}

void watch_interrupt() {
    struct sigaction action = {};
    action.sa_handler = [](int) { g_interrupted = 1; };
    sigemptyset(&action.sa_mask);  // without SA_RESTART: a read of the terminal ends too
    sigaction(SIGINT, &action, nullptr);
}
bool interrupted() {
    return g_interrupted != 0;
}
void clear_interrupt() {
    g_interrupted = 0;
}

bool stderr_is_terminal() {
    return isatty(STDERR_FILENO) == 1;
}
bool stdin_is_terminal() {
    return isatty(STDIN_FILENO) == 1;
}

double now() {
    using namespace std::chrono;
    return duration<double>(steady_clock::now().time_since_epoch()).count();
}
double per_second(double count, double seconds) {
    return seconds > 0 ? count / seconds : 0;
}

}  // namespace gosset::cli
