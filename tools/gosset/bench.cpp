#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>

#include "runtime/base/rng.hpp"
#include "tools/bench/kernels.hpp"
#include "tools/gosset/bench_kernels.hpp"
#include "tools/gosset/common.hpp"

namespace gosset::cli {
namespace {

using Threads = std::vector<std::string>;

struct Options {
    ModelOptions model;
    Threads threads = {"auto"};
    std::vector<uint32_t> depths = {0};
    uint32_t prompt = 512, decode = 128, repetitions = 5, batch = 0;
    std::string format = "md";
};

/// One line of the result. Decoding reads bytes_per_token once a token; prefill shares them.
struct Row {
    std::string test;
    uint32_t threads, depth;
    double tps, tps_sd;
    uint64_t bytes_per_token;
    bool decode;
    double read_gbs = 0, barrier_us = 0;  // of all tests with these threads

    double gbs() const { return tps * double(bytes_per_token) / 1e9; }
    double share() const { return read_gbs > 0 ? gbs() / read_gbs : 0; }
};

gosset_cpu_info cpu() {
    gosset_cpu_info info = {};
    info.struct_size = sizeof info;
    must(gosset_cpu(&info));
    return info;
}

/// Weights, and the keys and values before a token halfway through the test.
uint64_t bytes_per_token(const gosset_model_info& info, const Options& o, uint32_t depth) {
    const uint64_t size = o.model.kv == "f32" ? 4 : 2;
    const uint64_t position = uint64_t(info.layers) * info.kv_heads * info.head_dim * 2 * size;
    return info.bytes_per_token + position * (depth + o.decode / 2);
}

/// One session; tests at one depth after another, the shallowest first.
class Bench {
  public:
    Bench(const Options& o, const api::Model& model, const std::string& threads)
        : o_(o), info_(model.info()) {
        const uint32_t deepest = *std::max_element(o.depths.begin(), o.depths.end());
        const uint32_t context = deepest + std::max({o.prompt, o.decode, 1u});
        ModelOptions options = o.model;
        options.threads = threads;
        session_ = open_session(model, options, context, o.batch);
        Rng rng(1);
        for (uint32_t i = 0; i < context; i++) tokens_.push_back(rng.below(info_.vocab));
    }

    uint32_t threads() const { return session_.threads(); }
    /// Fills the cache; depths may only grow.
    void go_to(uint32_t depth) {
        if (depth > depth_)
            must(session_.feed(&tokens_[depth_], depth - depth_, depth_, GOSSET_WANT_NONE));
        depth_ = depth;
    }
    Row prefill(bench::ReadMeter& meter) {
        return measure("pp", o_.prompt, false, meter, [&](uint32_t n) {
            must(session_.feed(&tokens_[depth_], n, depth_, GOSSET_WANT_LAST));
        });
    }
    Row decode(bench::ReadMeter& meter) {
        return measure("tg", o_.decode, true, meter, [&](uint32_t n) {
            for (uint32_t i = depth_; i < depth_ + n; i++)
                must(session_.feed(&tokens_[i], 1, i, GOSSET_WANT_LAST));
        });
    }

  private:
    /// Times test(n) again and again, with the meter before each repetition.
    Row measure(const char* name, uint32_t n, bool decode, bench::ReadMeter& meter,
                const std::function<void(uint32_t)>& test) {
        test(decode ? std::min(n, 8u) : n);  // warm-up
        double sum = 0, squares = 0;
        for (uint32_t r = 0; r < o_.repetitions; r++) {
            meter.measure();
            const double start = now();
            test(n);
            const double tps = per_second(n, now() - start);
            sum += tps, squares += tps * tps;
        }
        meter.measure();
        const double count = o_.repetitions, mean = sum / count;
        const double variance = std::max(0.0, squares / count - mean * mean);
        return {name + std::to_string(n),
                threads(),
                depth_,
                mean,
                count > 1 ? std::sqrt(variance * count / (count - 1)) : 0,
                bytes_per_token(info_, o_, depth_),
                decode};
    }

    const Options& o_;
    gosset_model_info info_;
    api::Session session_;
    api::Tokens tokens_;
    uint32_t depth_ = 0;
};

/// All tests with one number of threads.
std::vector<Row> bench_threads(const Options& o, const api::Model& model,
                               const std::string& threads) {
    Bench bench(o, model, threads);
    bench::ReadMeter meter(bench.threads());
    std::vector<Row> rows;
    for (uint32_t depth : o.depths) {
        bench.go_to(depth);
        if (o.prompt > 0) rows.push_back(bench.prefill(meter));
        if (o.decode > 0) rows.push_back(bench.decode(meter));
    }
    const double barrier_us = bench::barrier_seconds(bench.threads()) * 1e6;
    for (Row& r : rows) r.read_gbs = meter.best_gbs(), r.barrier_us = barrier_us;
    return rows;
}

void print_row(const Row& r) {
    std::printf("| %-7s | %7u | %5u | %9.2f +/- %-7.2f | %8.1f |", r.test.c_str(), r.threads,
                r.depth, r.tps, r.tps_sd, double(r.bytes_per_token) / 1e6);
    if (r.decode)
        std::printf(" %6.2f | %6.2f | %5.1f%% |\n", r.gbs(), r.read_gbs, 100 * r.share());
    else
        std::printf("      - | %6.2f |      - |\n", r.read_gbs);
    std::fflush(stdout);
}

nlohmann::ordered_json row_json(const Row& r) {
    nlohmann::ordered_json j = {{"test", r.test},         {"threads", r.threads},
                                {"depth", r.depth},       {"tps", r.tps},
                                {"tps_sd", r.tps_sd},     {"gbs", nullptr},
                                {"share", nullptr},       {"bytes_per_token", r.bytes_per_token},
                                {"read_gbs", r.read_gbs}, {"barrier_us", r.barrier_us}};
    if (r.decode) j["gbs"] = r.gbs(), j["share"] = r.share();
    return j;
}

int bench_model(const Options& o) {
    for (const std::string& t : o.threads) thread_count(t);
    const api::Model model = open_model(o.model.model, o.model);
    const gosset_model_info info = model.info();
    const bool table = o.format == "md";
    if (table)
        std::printf(
            "%s, %s, %.1f MB of weights\n\n"
            "| test    | threads | depth |         t/s           | MB/token |   GB/s |   "
            "read |  share |\n"
            "|---------|--------:|------:|----------------------:|---------:|-------:|----"
            "---:|-------:|\n",
            cpu().name, info.isa, double(info.weight_bytes) / 1e6);
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    double read_gbs = 0;
    std::string meetings;
    for (const std::string& t : o.threads) {
        const std::vector<Row> made = bench_threads(o, model, t);
        for (const Row& r : made) {
            rows.push_back(row_json(r));
            if (table) print_row(r);
        }
        if (made.empty()) continue;
        read_gbs = std::max(read_gbs, made[0].read_gbs);
        char text[64];
        std::snprintf(text, sizeof text, "%s%u: %.2f us", meetings.empty() ? "" : ", ",
                      made[0].threads, made[0].barrier_us);
        meetings += text;
    }
    if (table) std::printf("\nOne meeting of the threads: %s\n", meetings.c_str());
    if (!table) {
        const nlohmann::ordered_json j = {
            {"cpu", cpu().name}, {"isa", info.isa}, {"read_gbs", read_gbs}, {"rows", rows}};
        std::printf("%s\n", j.dump().c_str());
    }
    return kGood;
}

}  // namespace

int cmd_bench(int argc, char** argv) {
    Options o;
    CodecBenchOptions codecs;
    bool of_kernels = false, of_encoders = false;
    CLI::App app(
        "Tokens per second and share of the read bandwidth; or speed of kernels or encoders");
    add_model_options(app, o.model);
    app.get_option("--model")->required(false);
    app.remove_option(app.get_option("--context"));
    app.remove_option(app.get_option("--threads"));
    app.add_option("-t,--threads", o.threads, "Thread counts, such as 1,2; auto: the fastest")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("-p,--prompt", o.prompt, "Tokens of the prefill test; 0: none")
        ->capture_default_str();
    app.add_option("-n,--new", o.decode, "Tokens of the decoding test; 0: none")
        ->capture_default_str();
    app.add_option("-b,--batch", o.batch, "Most tokens computed at once; 0: the library's choice")
        ->capture_default_str();
    app.add_option("-d,--depth", o.depths, "Tokens in the cache before each test, such as 0,4096")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("-r,--repetitions", o.repetitions, "Timed runs of each test")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("-o,--output", o.format, "md or json")
        ->check(CLI::IsMember({"md", "json"}))
        ->capture_default_str();
    auto* const kernels = app.add_flag("--kernels", of_kernels, "Kernels, without a model");
    app.add_flag("--encode", of_encoders, "Encoders, without a model")->excludes(kernels);
    app.add_option("--codec", codecs.codecs, "With --kernels, --encode: only these codecs")
        ->delimiter(',');
    app.add_option("--isa", codecs.isa, "With --kernels: only this tier");
    app.footer(
        "Example: gosset bench -m model.gosset -t 1,2 -r 5 -o json\n"
        "         gosset bench --kernels --codec e8c4\n"
        "         gosset bench --encode -t auto");
    if (const auto done = parse(app, argc, argv)) return *done;
    if (of_kernels || of_encoders) {
        codecs.threads.clear();
        for (const std::string& t : app.count("--threads") ? o.threads : Threads{"1"})
            codecs.threads.push_back(thread_count(t) ? thread_count(t) : cpu().logical_cores);
        codecs.json = o.format == "json";
        return of_kernels ? bench_kernels(codecs) : bench_encoders(codecs);
    }
    std::sort(o.depths.begin(), o.depths.end());
    if (o.model.model.empty()) {
        std::fprintf(stderr, "gosset bench: give a model by -m, or --kernels or --encode\n");
        return kUsage;
    }
    return bench_model(o);
}

}  // namespace gosset::cli
