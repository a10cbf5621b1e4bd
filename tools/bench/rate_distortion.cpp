#include "tools/bench/rate_distortion.hpp"

#include <atomic>
#include <cmath>
#include <vector>

#include "platforms/fp_env.hpp"
#include "runtime/base/rng.hpp"
#include "simd/encoder.hpp"
#include "tools/bench/parallel.hpp"

namespace gosset::bench {

double stored_bits_per_weight(const Codec& c) {
    const double weights = double(kRdRows) * kRdCols;
    const double scales =
        c.scale == ScaleKind::none ? 0 : 16.0 * kRdRows + 32.0 * kScaleTable + 8.0 * c.params_bytes;
    return (8 * double(codes_size(c, kRdRows, kRdCols)) + scales) / weights;
}

double gaussian_mse(const Codec& codec, uint64_t seed, unsigned threads) {
    constexpr uint32_t blocks = kRdCols / kPanelCols, row_blocks = kRdRows / kPanelRows;
    constexpr uint32_t sample_rows = 64;
    const FpEnv env;
    const Encoder& encoder = *find_encoder(codec);

    std::vector<float> rows(size_t(kRdRows) * kRdCols), sample(size_t(sample_rows) * kRdCols);
    Rng rng(seed);
    rng.normals(rows.data(), rows.size());
    rng.normals(sample.data(), sample.size());

    Tables tables;
    if (encoder.fit) encoder.fit(codec, sample.data(), sample_rows, kRdCols, tables);
    std::vector<uint8_t> panels(codes_size(codec, kRdRows, kRdCols));
    std::vector<uint16_t> scales(kRdRows);
    const Weights weights = {panels.data(), scales.data(), tables.scale,
                             tables.params, row_blocks,    blocks};

    double errors[row_blocks] = {};
    std::atomic<uint32_t> next{0};
    run_parallel(threads, [&](unsigned) {
        const FpEnv worker_env;
        std::vector<float> decoded(kRdCols);
        for (uint32_t rb; (rb = next++) < row_blocks;) {
            const float* x = rows.data() + size_t(rb) * kPanelRows * kRdCols;
            encoder.encode_rows(codec, x, kRdCols, nullptr, tables,
                                panels.data() + size_t(rb) * blocks * codec.panel_bytes,
                                scales.data() + size_t(rb) * kPanelRows);
            for (uint32_t r = 0; r < kPanelRows; r++, x += kRdCols) {
                codec.reference->decode_row(weights, rb * kPanelRows + r, decoded.data());
                for (uint32_t i = 0; i < kRdCols; i++) {
                    const double d = double(decoded[i]) - double(x[i]);
                    errors[rb] += d * d;
                }
            }
        }
    });
    double total = 0;  // in order, whoever encoded what
    for (double e : errors) total += e;
    return total / (double(kRdRows) * kRdCols);
}

double gap_to_shannon_db(double bits_per_weight, double mse) {
    return 10 * std::log10(mse / std::exp2(-2 * bits_per_weight));
}

}  // namespace gosset::bench
