#include <cstdio>

#include "tools/bench/encoders.hpp"
#include "tools/gosset/bench_kernels.hpp"
#include "tools/gosset/codec_names.hpp"
#include "tools/gosset/common.hpp"
#include "tools/gosset/figures.hpp"

namespace gosset::cli {

int bench_encoders(const CodecBenchOptions& o) {
    const auto codecs = codecs_named(o.codecs);
    Json rows = Json::array();
    if (!o.json)
        std::printf(
            "| codec     | threads |  fit s | Mw/s | with feedback Mw/s |\n"
            "|-----------|--------:|-------:|-----:|-------------------:|\n");
    for (const Codec* codec : codecs) {
        for (const uint32_t threads : o.threads) {
            const bench::EncoderRow r = bench::measure_encoder(*codec, threads);
            rows.push_back({{"codec", r.codec},
                            {"threads", r.threads},
                            {"fit_seconds", r.fit_seconds},
                            {"encode_mws", r.encode_mws},
                            {"feedback_mws", number(r.feedback_mws)}});
            if (o.json) continue;
            std::printf("| %-9s | %7u | %6.3f | %4.3g | %18s |\n", r.codec, r.threads,
                        r.fit_seconds, r.encode_mws, cell("%.3g", r.feedback_mws).c_str());
            std::fflush(stdout);
        }
    }
    if (o.json) std::printf("%s\n", Json{{"rows", rows}}.dump().c_str());
    return kGood;
}

}  // namespace gosset::cli
