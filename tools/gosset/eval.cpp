#include <xxhash.h>

#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "runtime/base/math.hpp"
#include "simd/dispatch.hpp"
#include "tools/gosset/common.hpp"
#include "tools/gosset/logits_file.hpp"
#include "tools/gosset/scoring.hpp"

namespace gosset::cli {
namespace {

struct Options {
    ModelOptions model;
    std::string file, base, save, logits;
    uint32_t windows = 0;  ///< 0: all
    bool json = false;
};

/// The text as llama-perplexity cuts it: tokenized once, windows of `context` tokens, BOS in place
/// of the first token of each, a short last window dropped.
struct Windows {
    uint32_t context = 0, count = 0;
    api::Tokens tokens;  ///< [count][context]

    /// Logits at positions [first, last] of a window score the tokens one further.
    uint32_t first() const { return context / 2; }
    uint32_t last() const { return context - 2; }
    uint64_t rows() const { return uint64_t(count) * (last() - first() + 1); }
    const api::Token* at(uint32_t window) const { return &tokens[size_t(window) * context]; }
};

Windows cut(const Options& o, const api::Model& model) {
    const gosset_model_info info = model.info();
    if (!info.has_tokenizer) throw Failure("the model has no tokenizer, eval needs one");
    Windows w;
    w.context = o.model.context;
    if (w.context < 4)
        throw Failure("-c " + std::to_string(w.context) + ": give a window of at least 4 tokens");
    const std::string text = read_text(o.file);
    check_utf8(text, o.file);
    must(model.tokenize(text, GOSSET_ADD_SPECIAL, w.tokens));
    const size_t all = w.tokens.size() / w.context;
    if (all == 0)
        throw Failure(o.file + " has " + std::to_string(w.tokens.size()) +
                      " tokens, less than one window of " + std::to_string(w.context) +
                      ": give more text or a smaller -c");
    w.count = uint32_t(o.windows ? std::min<size_t>(o.windows, all) : all);
    w.tokens.resize(size_t(w.count) * w.context);
    if (info.add_bos && info.bos != GOSSET_NO_TOKEN)
        for (uint32_t i = 0; i < w.count; i++) w.tokens[size_t(i) * w.context] = info.bos;
    return w;
}

/// A model with a session whose feeds give a piece of a window each.
struct Runner {
    api::Model model;
    api::Session session;
    std::vector<uint8_t> mask;

    Runner(const std::string& path, const ModelOptions& options, api::Model opened)
        : model(opened ? std::move(opened) : open_model(path, options)),
          session(open_session(model, options, options.context,
                               std::min<uint32_t>(kPiece, options.context))) {}
    static constexpr uint32_t kPiece = 128;

    void feed(const Windows& w, uint32_t window, uint32_t begin, uint32_t end) {
        mask.clear();
        for (uint32_t p = begin; p < end; p++) mask.push_back(p >= w.first() && p <= w.last());
        const gosset_status status =
            session.feed(w.at(window) + begin, end - begin, begin, GOSSET_WANT_NONE, mask.data());
        if (status == GOSSET_ABORTED && interrupted()) throw Failure("interrupted");
        must(status);
    }
};

/// Running perplexity and the time left, rewritten in place; nothing but on a terminal.
void show_progress(const Scorer& scorer, uint32_t done, uint32_t total, double seconds) {
    if (!stderr_is_terminal()) return;
    const double left = seconds / done * (total - done);
    std::fprintf(stderr, "\r%u of %u windows, ppl %.4f, %.0f min %02.0f s left   ", done, total,
                 math::exp(scorer.nll().mean), std::floor(left / 60), std::fmod(left, 60));
    if (done == total) std::fprintf(stderr, "\n");
}

/// Where the base's rows come from, if anywhere: a second model or a file.
struct Base {
    std::unique_ptr<Runner> runner;
    std::unique_ptr<LogitsReader> file;
};

struct Outcome {
    Scorer scorer;
    uint64_t xxh3;
};

Outcome evaluate(const Windows& w, Runner& runner, Base& base, LogitsWriter* save) {
    const size_t vocab = runner.model.info().vocab;
    const Result<const Isa*> isa = select_isa();
    if (!isa.ok()) throw Failure(isa.status().message());
    Scorer scorer(vocab, op_kernels(**isa));
    const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> hash(XXH3_createState(),
                                                                        XXH3_freeState);
    XXH3_64bits_reset(hash.get());
    const double start = now();
    for (uint32_t i = 0; i < w.count; i++) {
        for (uint32_t begin = 0, end; begin <= w.last(); begin = end) {
            end = std::min(begin + Runner::kPiece, w.last() + 1);
            runner.feed(w, i, begin, end);
            if (base.runner) base.runner->feed(w, i, begin, end);
            for (size_t row = 0; row < runner.session.logits_count(); row++) {
                const uint32_t position = std::max(begin, w.first()) + uint32_t(row);
                const float* logits = runner.session.logits(row);
                const float* other = base.runner ? base.runner->session.logits(row)
                                     : base.file ? base.file->next()
                                                 : nullptr;
                scorer.add(logits, w.at(i)[position + 1], other);
                XXH3_64bits_update(hash.get(), logits, vocab * sizeof(float));
                if (save) save->add(logits);
            }
        }
        show_progress(scorer, i + 1, w.count, now() - start);
    }
    return {std::move(scorer), XXH3_64bits_digest(hash.get())};
}

std::string hex(uint64_t x) {
    char text[17];
    std::snprintf(text, sizeof text, "%016" PRIx64, x);
    return text;
}

/// The figures of the contract; null where there is no base.
nlohmann::ordered_json figures(const Outcome& outcome, const Runner& runner, bool based) {
    const Scorer& s = outcome.scorer;
    const double ppl = math::exp(s.nll().mean);
    nlohmann::ordered_json j = {{"ppl", ppl},
                                {"ppl_se", ppl * s.nll().error},
                                {"nll", s.nll().mean},
                                {"tokens", s.tokens()}};
    const char* names[] = {"kld_mean", "kld_se", "kld_median", "kld_p99", "kld_max", "top1_agree"};
    for (const char* name : names) j[name] = nullptr;
    if (based) {
        j["kld_mean"] = s.kld().mean;
        j["kld_se"] = s.kld().error;
        j["kld_median"] = s.kld_quantile(0.5);
        j["kld_p99"] = s.kld_quantile(0.99);
        j["kld_max"] = s.kld_quantile(1);
        j["top1_agree"] = s.top1_agree();
    }
    j["isa"] = runner.model.info().isa;
    j["threads"] = runner.session.threads();
    j["logits_xxh3"] = hex(outcome.xxh3);
    return j;
}

void print_figures(const nlohmann::ordered_json& j) {
    std::printf("perplexity  %.4f +/- %.4f   (nll %.6f, %zu tokens)\n", j["ppl"].get<double>(),
                j["ppl_se"].get<double>(), j["nll"].get<double>(), j["tokens"].get<size_t>());
    if (!j["kld_mean"].is_null())
        std::printf(
            "divergence  %.6f +/- %.6f   (median %.6f, 99%% %.6f, max %.6f)\n"
            "same top-1  %.3f%%\n",
            j["kld_mean"].get<double>(), j["kld_se"].get<double>(), j["kld_median"].get<double>(),
            j["kld_p99"].get<double>(), j["kld_max"].get<double>(),
            100 * j["top1_agree"].get<double>());
    std::printf("logits      xxh3 %s   (%s, %u threads)\n",
                j["logits_xxh3"].get<std::string>().c_str(), j["isa"].get<std::string>().c_str(),
                j["threads"].get<unsigned>());
}

int eval(const Options& o) {
    api::Model model = open_model(o.model.model, o.model);
    const Windows w = cut(o, model);
    Runner runner(o.model.model, o.model, std::move(model));
    const uint32_t vocab = runner.model.info().vocab;

    LogitsHeader header;
    header.vocab = vocab;
    header.context = w.context;
    header.rows = w.rows();
    header.tokens_xxh3 = XXH3_64bits(w.tokens.data(), w.tokens.size() * sizeof(api::Token));
    Base base;
    if (!o.logits.empty()) base.file = std::make_unique<LogitsReader>(o.logits, header);
    if (!o.base.empty()) {
        base.runner = std::make_unique<Runner>(o.base, o.model, api::Model());
        if (base.runner->model.info().vocab != vocab)
            throw Failure(o.base + ": the base has another vocabulary");
    }
    std::unique_ptr<LogitsWriter> save;
    if (!o.save.empty()) save = std::make_unique<LogitsWriter>(o.save, header);

    watch_interrupt();  // an unfinished --save-logits is taken away
    const Outcome outcome = evaluate(w, runner, base, save.get());
    if (save) save->finish();
    const auto j = figures(outcome, runner, base.runner || base.file);
    if (o.json)
        std::printf("%s\n", j.dump().c_str());
    else
        print_figures(j);
    return kGood;
}

}  // namespace

int cmd_eval(int argc, char** argv) {
    Options o;
    o.model.context = 512;
    o.model.exact = true;  // its hash is to be compared between machines
    CLI::App app("Perplexity of a text, and divergence from a base model");
    add_model_options(app, o.model);
    app.add_option("-f,--file", o.file, "The text, or - for stdin")->required();
    app.add_option("--windows", o.windows, "Only the first so many windows of -c tokens (512)")
        ->check(CLI::PositiveNumber);
    auto* base = app.add_option("--base", o.base, "A .gosset file to measure the divergence from");
    app.add_option("--logits", o.logits, "The base's logits, as saved by --save-logits")
        ->excludes(base);
    app.add_option("--save-logits", o.save, "Write the scored logits to this file");
    app.add_flag("--json", o.json, "One JSON object on stdout");
    app.footer("Example: gosset eval -m q.gosset -f wiki.test.raw --base f32.gosset --json");
    if (const auto done = parse(app, argc, argv)) return *done;
    return eval(o);
}

}  // namespace gosset::cli
