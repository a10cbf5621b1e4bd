/// gosset quantize: a GGUF or safetensors model into a .gosset file.
#include <cstdio>
#include <filesystem>
#include <string>

#include "tools/gosset/common.hpp"
#include "tools/import/source.hpp"
#include "tools/quantize/checkpoint.hpp"
#include "tools/quantize/console.hpp"
#include "tools/quantize/moment_store.hpp"
#include "tools/quantize/pipeline.hpp"
#include "tools/quantize/report.hpp"
#include "tools/quantize/source_hash.hpp"

namespace gosset::cli {

namespace {

struct Arguments {
    std::string in, out, rotate = "auto", threads = "auto", calib;
    double bpw = 0;
    quantize::PlanOptions plan;
    quantize::CalibrationOptions calibration;
    bool json = false, resume = false;
};

constexpr const char* kExample =
    "example:\n"
    "  gosset quantize model.gguf -o model.gosset --codec e8c4 --calib book.txt\n"
    "An output head gets the codec of --head-codec, an embedding that of --embed-codec: q8, but "
    "with\n"
    "--calib e8c4.5 for heads, and the codec itself where that is a float codec.\n"
    "A tied pair is stored once. bpw counts every stored bit of weights.";

void declare(CLI::App& app, Arguments& a) {
    app.add_option("in", a.in,
                   "A .gguf, a .safetensors (config.json and tokenizer.json beside it) "
                   "or a Hugging Face folder")
        ->required();
    app.add_option("-o", a.out, "The .gosset file to write; replaced when all is done")->required();
    auto* codec = app.add_option("--codec", a.plan.codec, "Codec of the weights (gosset codecs)")
                      ->capture_default_str();
    app.add_option("--bpw", a.bpw, "Not in this version")->excludes(codec)->group("");
    app.add_option("--embed-codec", a.plan.embed_codec, "Codec of the embedding");
    app.add_option("--head-codec", a.plan.head_codec, "Codec of the output head");
    app.add_option("--value-codec", a.plan.value_codec,
                   "Codec of the attention's values (default: q8 where they are few)");
    app.add_option("--rotate", a.rotate, "auto: what the codec wants rotated; none")
        ->check(CLI::IsMember({"auto", "none"}))
        ->capture_default_str();
    app.add_option("--calib", a.calib,
                   "A text to calibrate with: the errors of the weights are then arranged so that "
                   "they matter least on it (LDLQ). Any prose does; a minute for a small model");
    app.add_option("--refine", a.calibration.refine,
                   "Times that each block of weights is encoded again, given the errors of all "
                   "others; with --calib")
        ->check(CLI::Range(0, 16))
        ->capture_default_str();
    app.add_option("--calib-tokens", a.calibration.tokens, "Tokens read of it")
        ->check(CLI::Range(64u, 1u << 24))
        ->capture_default_str();
    app.add_option("--gradient-tokens", a.calibration.gradient_tokens,
                   "Tokens of it whose gradients tell which output errors matter; 0: none")
        ->check(CLI::Range(uint64_t(0), uint64_t(1) << 24))
        ->capture_default_str();
    app.add_flag("--resume", a.resume,
                 "Keep what is done when the work is interrupted, in OUT.partial, and go on from "
                 "there when the same command is given again");
    app.add_option("-t", a.threads, "Threads: a number or auto")->capture_default_str();
    app.add_flag("--json", a.json, "Print the report as one JSON object");
    app.footer(kExample);
}

/// What the file says of its making: the same for the same work, wherever and on however many
/// threads it was done.
Provenance provenance(const Arguments& a, std::string hash) {
    Provenance p;
    std::filesystem::path in = std::filesystem::path(a.in).lexically_normal();
    if (in.filename().empty()) in = in.parent_path();  // "folder/"
    p.source_name = in.filename().string();
    p.source_hash = std::move(hash);
    p.tool_version = quantize::tool_version();
    p.command_line = "quantize --codec " + a.plan.codec;
    if (!a.plan.embed_codec.empty()) p.command_line += " --embed-codec " + a.plan.embed_codec;
    if (!a.plan.head_codec.empty()) p.command_line += " --head-codec " + a.plan.head_codec;
    if (!a.plan.value_codec.empty()) p.command_line += " --value-codec " + a.plan.value_codec;
    p.command_line += " --rotate " + a.rotate;
    if (!a.calib.empty())
        p.command_line += " --calib " + std::filesystem::path(a.calib).filename().string() +
                          " --calib-tokens " + std::to_string(a.calibration.tokens) + " --refine " +
                          std::to_string(a.calibration.refine) + " --gradient-tokens " +
                          std::to_string(a.calibration.gradient_tokens);
    return p;
}

/// A run without --resume neither uses nor touches what one with it has left.
void mention_leftover(const std::string& out) {
    std::error_code error;
    for (const std::string& left : {quantize::partial_path(out), quantize::moments_path(out)})
        if (std::filesystem::exists(left, error))
            std::fprintf(stderr,
                         "gosset quantize: %s is left from an interrupted run; --resume with the "
                         "same options goes on with it\n",
                         left.c_str());
}

Result<quantize::Report> quantize_file(const Arguments& a) {
    quantize::Options options;
    options.plan = a.plan;
    options.plan.rotate = a.rotate == "auto";
    options.calibration = a.calibration;
    if (!a.calib.empty()) {
        options.calibration.text = read_text(a.calib);
        check_utf8(options.calibration.text, a.calib);
        if (options.calibration.text.empty())
            return invalid_argument("--calib " + a.calib + ": the text is empty");
    }
    GOSSET_ASSIGN(options.threads, quantize::parse_threads(a.threads));
    GOSSET_TRY(quantize::require_codec(a.plan.codec).status());  // before anything slow

    const quantize::InterruptGuard guard;
    quantize::ProgressLine line("quantize");
    options.progress = [&](const quantize::Progress& p) {
        line.show(p);
        return !quantize::InterruptGuard::requested();
    };
    options.resume = a.resume;
    options.note = [&](const std::string& text) {
        line.clear();
        std::fprintf(stderr, "gosset quantize: %s\n", text.c_str());
    };
    if (!a.resume) mention_leftover(a.out);
    GOSSET_ASSIGN(const std::unique_ptr<ModelSource> source, open_source(a.in));
    std::fprintf(stderr, "gosset quantize: %s: %s\n", a.in.c_str(), source->description().c_str());
    GOSSET_ASSIGN(std::string hash,
                  quantize::hash_source(a.in, quantize::InterruptGuard::requested));
    options.provenance = provenance(a, std::move(hash));
    return quantize::quantize_model(*source, a.out, options);
}

}  // namespace

int cmd_quantize(int argc, char** argv) {
    Arguments a;
    CLI::App app("Quantizes a model into a .gosset file.", "gosset quantize");
    declare(app, a);
    if (const auto done = parse(app, argc, argv)) return *done;
    if (app.count("--bpw")) {
        std::fprintf(stderr,
                     "gosset quantize: --bpw is not in this version; use --codec with one of:%s\n",
                     quantize::codec_names().c_str());
        return kUsage;
    }
    const Result<quantize::Report> report = quantize_file(a);
    if (!report.ok()) {
        std::fprintf(stderr, "gosset quantize: %s\n", report.status().message().c_str());
        return kFailure;
    }
    if (a.json)
        std::printf("%s\n", quantize::report_json(*report).c_str());
    else
        std::printf("%s", quantize::report_text(*report, a.out).c_str());
    return kGood;
}

}  // namespace gosset::cli
