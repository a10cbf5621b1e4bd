// gosset codecs: what this build can store weights in, and how well.
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "platforms/cpu.hpp"
#include "tools/bench/published.hpp"
#include "tools/bench/rate_distortion.hpp"
#include "tools/gosset/codec_names.hpp"
#include "tools/gosset/codecs_svg.hpp"
#include "tools/gosset/figures.hpp"
#include "tools/gosset/parse.hpp"

namespace gosset::cli {

namespace {

using bench::ReferencePoint;

Json figure(const ReferencePoint& p) {
    return {{"bpw", p.bpw},
            {"mse", p.mse},
            {"gap_db", bench::gap_to_shannon_db(p.bpw, p.mse)},
            {"source", p.source}};
}

void print_json(const std::vector<CodecFigures>& rows) {
    Json list = Json::array(), references = Json::array();
    for (const CodecFigures& r : rows) {
        const ReferencePoint* published = bench::published_figure(r.codec->name);
        list.push_back({{"name", r.codec->name},
                        {"family", r.codec->family},
                        {"bits", r.codec->nominal_bits},
                        {"bpw", r.bpw},
                        {"mse", number(r.mse)},
                        {"gap_db", number(r.gap_db)},
                        {"published", published ? figure(*published) : Json(nullptr)}});
    }
    for (const ReferencePoint& p : bench::lloyd_max_points()) {
        Json reference = {{"name", p.name}};
        reference.update(figure(p));
        references.push_back(reference);
    }
    std::printf("%s\n", Json{{"codecs", list}, {"references", references}}.dump().c_str());
}

void print_list(const std::vector<CodecFigures>& rows) {
    std::printf("| codec     |  bits/w | what\n");
    std::printf("|-----------|--------:|-----\n");
    for (const CodecFigures& r : rows)
        std::printf("| %-9s | %7.4f | %s\n", r.codec->name, r.bpw, r.codec->summary);
}

void print_measured(const std::vector<CodecFigures>& rows) {
    std::printf("| codec     |  bits/w |        MSE | gap dB | held against\n");
    std::printf("|-----------|--------:|-----------:|-------:|-------------\n");
    for (const CodecFigures& r : rows) {
        std::printf("| %-9s | %7.4f | %10s | %6s |", r.codec->name, r.bpw,
                    cell("%.4g", r.mse).c_str(), cell("%.2f", r.gap_db).c_str());
        if (const ReferencePoint* p = bench::published_figure(r.codec->name))
            std::printf(" %.4g at %.3f (%.2f dB), %s\n", p->mse, p->bpw,
                        bench::gap_to_shannon_db(p->bpw, p->mse), p->source);
        else
            std::printf(" -\n");
    }
    std::printf("\nFor comparison, no codecs:\n\n");
    std::printf("| quantizer            |  bits/w |        MSE | gap dB | source\n");
    std::printf("|----------------------|--------:|-----------:|-------:|-------\n");
    for (const ReferencePoint& p : bench::lloyd_max_points())
        std::printf("| %-20s | %7.4f | %10.4g | %6.2f | %s\n", p.name, p.bpw, p.mse,
                    bench::gap_to_shannon_db(p.bpw, p.mse), p.source);
}

}  // namespace

int cmd_codecs(int argc, char** argv) {
    CLI::App app("The codecs of this build; --rd measures rate and distortion on N(0,1)",
                 "gosset codecs");
    bool rd = false;
    uint64_t seed = 1;
    std::string format = "md";
    std::vector<std::string> names;
    app.add_flag("--rd", rd, "Encode and decode 256 x 4096 normal numbers with each codec");
    app.add_option("--codec", names, "Only these, such as q4,e8c4")->delimiter(',');
    app.add_option("-s,--seed", seed, "Seed of the numbers")->capture_default_str();
    app.add_option("-o,--output", format, "md, json, or svg: a plot of what --rd measures")
        ->check(CLI::IsMember({"md", "json", "svg"}))
        ->capture_default_str();
    app.footer(
        "bits/w counts every stored bit; gap is above Shannon's 2^(-2 bits).\n"
        "Example: gosset codecs --rd -o json");
    if (const auto done = parse(app, argc, argv)) return *done;
    if (format == "svg") rd = true;

    std::vector<CodecFigures> rows;
    for (const Codec* c : codecs_named(names)) {
        CodecFigures r = {c, bench::stored_bits_per_weight(*c), NAN, NAN};
        if (rd) r.mse = bench::gaussian_mse(*c, seed, usable_cores());
        if (r.mse > 0) r.gap_db = bench::gap_to_shannon_db(r.bpw, r.mse);
        rows.push_back(r);
    }
    if (format == "json")
        print_json(rows);
    else if (format == "svg")
        std::fputs(codecs_svg(rows, bench::lloyd_max_points()).c_str(), stdout);
    else
        rd ? print_measured(rows) : print_list(rows);
    return kGood;
}

}  // namespace gosset::cli
