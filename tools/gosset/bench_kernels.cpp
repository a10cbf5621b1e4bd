#include "tools/gosset/bench_kernels.hpp"

#include <cstdio>

#include "tools/bench/kernels.hpp"
#include "tools/gosset/codec_names.hpp"
#include "tools/gosset/common.hpp"
#include "tools/gosset/figures.hpp"

namespace gosset::cli {
namespace {

std::vector<const Isa*> isas_named(const std::string& name) {
    const auto all = supported_isas();
    if (name.empty()) return {all.begin(), all.end()};
    const Result<const Isa*> isa = select_isa(name);
    if (!isa.ok()) throw Failure(isa.status().message());
    return {isa.value()};
}

}  // namespace

int bench_kernels(const CodecBenchOptions& o) {
    const auto codecs = codecs_named(o.codecs);
    const auto isas = isas_named(o.isa);
    bench::KernelBench bench;
    Json rows = Json::array();
    if (!o.json)
        std::printf(
            "| codec     | isa          | threads | cache Gw/s | stream Gw/s | w/cycle | vs q4 |\n"
            "|-----------|--------------|--------:|-----------:|------------:|--------:|------:|"
            "\n");
    for (const Codec* codec : codecs) {
        for (const Isa* isa : isas) {
            for (const uint32_t threads : o.threads) {
                const bench::KernelRow r = bench.measure(*codec, *isa, threads);
                rows.push_back({{"codec", r.codec},
                                {"isa", r.isa},
                                {"threads", r.threads},
                                {"cache_gws", r.cache_gws},
                                {"stream_gws", r.stream_gws},
                                {"weights_per_cycle", r.weights_per_cycle},
                                {"vs_q4", number(r.vs_q4)}});
                if (o.json) continue;
                std::printf("| %-9s | %-12s | %7u | %10.2f | %11.2f | %7.2f | %5s |\n", r.codec,
                            r.isa, r.threads, r.cache_gws, r.stream_gws, r.weights_per_cycle,
                            cell("%.2f", r.vs_q4).c_str());
                std::fflush(stdout);
            }
        }
    }
    if (o.json) std::printf("%s\n", Json{{"rows", rows}}.dump().c_str());
    return kGood;
}

}  // namespace gosset::cli
