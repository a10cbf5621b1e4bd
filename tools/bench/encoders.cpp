#include "tools/bench/encoders.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "platforms/fp_env.hpp"
#include "runtime/base/rng.hpp"
#include "simd/encoder.hpp"
#include "tools/bench/parallel.hpp"

namespace gosset::bench {

namespace {

constexpr uint32_t kCols = 4096, kBlocks = kCols / kPanelCols, kSampleRows = 64;
constexpr int kPasses = 7;
constexpr double kPassSeconds = 0.05;

/// One row block that a thread encodes again and again.
class Work {
  public:
    Work(const Codec& codec, const Tables& tables, uint64_t seed)
        : codec_(codec),
          encoder_(*find_encoder(codec)),
          tables_(tables),
          rows_(kPanelRows * kCols),
          panels_(size_t(kBlocks) * codec.panel_bytes) {
        Rng rng(seed);
        rng.normals(rows_.data(), rows_.size());
        // About what the factors of real Hessians have beside their diagonal.
        for (auto& row : feedback_)
            for (float& f : row) f = 0.05f * rng.normal();
        if (encoder_.group) encoder_.choose_row_scales(codec, rows_.data(), kCols, tables, scales_);
    }

    void encode_rows() {
        encoder_.encode_rows(codec_, rows_.data(), kCols, nullptr, tables_, panels_.data(),
                             scales_);
    }
    void encode_panels() {
        for (uint32_t b = 0; b < kBlocks; b++) {
            const float* weights = rows_.data() + size_t(b) * kPanelCols;
            for (uint32_t r = 0; r < kPanelRows; r++)
                std::memcpy(target_[r], weights + size_t(r) * kCols, sizeof target_[r]);
            encoder_.encode_panel(codec_,
                                  {weights, kCols, target_, feedback_, &tables_, scales_,
                                   panels_.data() + size_t(b) * codec_.panel_bytes, error_});
        }
    }

  private:
    const Codec& codec_;
    const Encoder& encoder_;
    const Tables& tables_;
    std::vector<float> rows_;
    std::vector<uint8_t> panels_;
    uint16_t scales_[kPanelRows] = {};
    float target_[kPanelRows][kPanelCols], error_[kPanelRows][kPanelCols];
    float feedback_[kPanelCols][kPanelCols];
};

/// 1e6 weights/s of all threads, each calling encode() of its own row block.
double rate(std::vector<Work>& work, void (Work::*encode)()) {
    const unsigned threads = unsigned(work.size());
    const auto pass = [&](int loops) {
        return run_parallel(threads, [&](unsigned thread) {
            const FpEnv env;
            for (int i = 0; i < loops; i++) (work[thread].*encode)();
        });
    };
    const int loops = int(std::clamp(kPassSeconds / pass(1), 1.0, 1e6));
    double seconds[kPasses];
    for (double& s : seconds) s = pass(loops);
    std::nth_element(seconds, seconds + kPasses / 2, seconds + kPasses);
    return double(threads) * kPanelRows * kCols * loops / seconds[kPasses / 2] / 1e6;
}

}  // namespace

EncoderRow measure_encoder(const Codec& codec, unsigned threads) {
    const FpEnv env;
    const Encoder& encoder = *find_encoder(codec);
    EncoderRow row = {codec.name, std::max(threads, 1u), 0, 0, NAN};
    Tables tables;
    if (encoder.fit) {
        std::vector<float> sample(size_t(kSampleRows) * kCols);
        Rng rng(1);
        rng.normals(sample.data(), sample.size());
        const double start = seconds();
        encoder.fit(codec, sample.data(), kSampleRows, kCols, tables);
        row.fit_seconds = seconds() - start;
    }
    std::vector<Work> work;
    for (unsigned t = 0; t < row.threads; t++) work.emplace_back(codec, tables, 2 + t);
    row.encode_mws = rate(work, &Work::encode_rows);
    if (encoder.group) row.feedback_mws = rate(work, &Work::encode_panels);
    return row;
}

}  // namespace gosset::bench
