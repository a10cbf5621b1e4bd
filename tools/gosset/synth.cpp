/// gosset synth: a random model of a given shape, for speed and for golden hashes.
#include <cstdio>
#include <string>

#include "tools/gosset/parse.hpp"
#include "tools/quantize/console.hpp"
#include "tools/quantize/pipeline.hpp"
#include "tools/quantize/report.hpp"
#include "tools/quantize/synth_source.hpp"

namespace gosset::cli {

namespace {

struct Arguments {
    std::string out, threads = "auto";
    quantize::SynthShape shape;
    quantize::PlanOptions plan;
    bool json = false;
};

void declare(CLI::App& app, Arguments& a) {
    app.add_option("-o,-m", a.out, "The .gosset file to write")->required();
    app.add_option("--layers", a.shape.layers)->capture_default_str();
    app.add_option("--dim", a.shape.dim)->capture_default_str();
    app.add_option("--ffn", a.shape.ffn)->capture_default_str();
    app.add_option("--heads", a.shape.heads)->capture_default_str();
    app.add_option("--kv-heads", a.shape.kv_heads)->capture_default_str();
    app.add_option("--vocab", a.shape.vocab)->capture_default_str();
    app.add_option("--codec", a.plan.codec, "Codec of the weights")->capture_default_str();
    app.add_option("--head-codec", a.plan.head_codec, "Codec of the head (default: --codec)");
    app.add_option("-s", a.shape.seed, "Seed")->capture_default_str();
    app.add_option("-t", a.threads, "Threads: a number or auto")->capture_default_str();
    app.add_flag("--json", a.json, "Print the report as one JSON object");
    app.footer(
        "example:\n  gosset synth -o 1b.gosset --codec q4\n"
        "The same bytes on every machine, whatever the threads.");
}

std::string command_line(const Arguments& a) {
    const quantize::SynthShape& s = a.shape;
    return "synth --layers " + std::to_string(s.layers) + " --dim " + std::to_string(s.dim) +
           " --ffn " + std::to_string(s.ffn) + " --heads " + std::to_string(s.heads) +
           " --kv-heads " + std::to_string(s.kv_heads) + " --vocab " + std::to_string(s.vocab) +
           " --codec " + a.plan.codec + " --head-codec " + a.plan.head_codec + " -s " +
           std::to_string(s.seed);
}

Result<quantize::Report> synthesize(const Arguments& a) {
    quantize::Options options;
    options.plan = a.plan;
    GOSSET_ASSIGN(options.threads, quantize::parse_threads(a.threads));
    GOSSET_ASSIGN(const std::unique_ptr<ModelSource> source, quantize::make_synth_source(a.shape));
    options.provenance = {"synthetic", "", quantize::tool_version(), command_line(a)};

    const quantize::InterruptGuard guard;
    quantize::ProgressLine line("synth");
    options.progress = [&](const quantize::Progress& p) {
        line.show(p);
        return !quantize::InterruptGuard::requested();
    };
    return quantize::quantize_model(*source, a.out, options);
}

}  // namespace

int cmd_synth(int argc, char** argv) {
    Arguments a;
    CLI::App app("Writes a random Llama-shaped model (ids only, no tokenizer).", "gosset synth");
    declare(app, a);
    if (const auto done = parse(app, argc, argv)) return *done;
    if (a.plan.head_codec.empty()) a.plan.head_codec = a.plan.codec;
    a.plan.value_codec = a.plan.codec;
    const Result<quantize::Report> report = synthesize(a);
    if (!report.ok()) {
        std::fprintf(stderr, "gosset synth: %s\n", report.status().message().c_str());
        return kFailure;
    }
    if (a.json)
        std::printf("%s\n", quantize::report_json(*report).c_str());
    else
        std::printf("%s", quantize::report_text(*report, a.out).c_str());
    return kGood;
}

}  // namespace gosset::cli
