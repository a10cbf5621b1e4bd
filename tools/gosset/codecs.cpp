// gosset codecs: what this build can store weights in, and how well.
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "platforms/cpu.hpp"
#include "tools/bench/rate_distortion.hpp"
#include "tools/gosset/parse.hpp"

namespace gosset::cli {

namespace {

struct Row {
    const Codec* codec;
    double bpw, mse, gap_db;  ///< mse and gap_db are NaN where not measured or without a value
};

nlohmann::ordered_json number(double x) {
    return std::isfinite(x) ? nlohmann::ordered_json(x) : nlohmann::ordered_json(nullptr);
}

void print_json(const std::vector<Row>& rows) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Row& r : rows)
        list.push_back({{"name", r.codec->name},
                        {"bits", r.codec->nominal_bits},
                        {"bpw", r.bpw},
                        {"mse", number(r.mse)},
                        {"gap_db", number(r.gap_db)}});
    std::printf("%s\n", nlohmann::ordered_json{{"codecs", list}}.dump().c_str());
}

std::string cell(const char* format, double x) {
    char text[32];
    std::snprintf(text, sizeof text, format, x);
    return std::isfinite(x) ? text : "-";
}

void print_table(const std::vector<Row>& rows, bool rd) {
    std::printf("| codec    |  bits/w |%s what\n", rd ? "        MSE | gap dB |" : "");
    std::printf("|----------|--------:|%s-----\n", rd ? "-----------:|-------:|" : "");
    for (const Row& r : rows) {
        std::printf("| %-8s | %7.4f |", r.codec->name, r.bpw);
        if (rd)
            std::printf(" %10s | %6s |", cell("%.4g", r.mse).c_str(),
                        cell("%.2f", r.gap_db).c_str());
        std::printf(" %s\n", r.codec->summary);
    }
}

}  // namespace

int cmd_codecs(int argc, char** argv) {
    CLI::App app("The codecs of this build; --rd measures rate and distortion on N(0,1)",
                 "gosset codecs");
    bool rd = false;
    uint64_t seed = 1;
    std::string format = "md";
    app.add_flag("--rd", rd, "Encode and decode 256 x 4096 normal numbers with each codec");
    app.add_option("-s,--seed", seed, "Seed of the numbers")->capture_default_str();
    app.add_option("-o,--output", format, "md or json")
        ->check(CLI::IsMember({"md", "json"}))
        ->capture_default_str();
    app.footer(
        "bits/w counts every stored bit; gap is above Shannon's 2^(-2 bits).\n"
        "Example: gosset codecs --rd -o json");
    if (const auto done = parse(app, argc, argv)) return *done;

    std::vector<Row> rows;
    for (const Codec* c : all_codecs()) {
        Row r = {c, bench::stored_bits_per_weight(*c), NAN, NAN};
        if (rd) r.mse = bench::gaussian_mse(*c, seed, usable_cores());
        if (r.mse > 0) r.gap_db = bench::gap_to_shannon_db(r.bpw, r.mse);
        rows.push_back(r);
    }
    format == "json" ? print_json(rows) : print_table(rows, rd);
    return kGood;
}

}  // namespace gosset::cli
