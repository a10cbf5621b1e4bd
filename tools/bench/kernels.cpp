#include "tools/bench/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>

#include "platforms/fp_env.hpp"
#include "runtime/base/rng.hpp"
#include "simd/encoder.hpp"
#include "tools/bench/parallel.hpp"

namespace gosset::bench {

namespace {

constexpr size_t kCols = 4096, kBlocks = kCols / kPanelCols;
constexpr size_t kCacheBytes = size_t(256) << 10;  ///< of weights per thread: most cores' L2

/// One row block of normal numbers, encoded, and one token; all of what gemv reads but the memory.
struct Problem {
    explicit Problem(const Codec& c)
        : codec(c), rows(kPanelRows * kCols), row_block(kBlocks * c.panel_bytes) {
        Rng rng(1);
        rng.normals(rows.data(), rows.size());
        const Encoder& encoder = *find_encoder(c);
        if (encoder.fit) encoder.fit(c, rows.data(), kPanelRows, kCols, tables);
        encoder.encode_rows(c, rows.data(), kCols, nullptr, tables, row_block.data(), scales);
        for (size_t i = 0; i < kCols; i++) {
            x.f32[i] = rng.normal();
            x.q[i] = int8_t(int(rng.below(255)) - 127);
            x.scale[i / 32] = 0.01f;
            x.sum[i / 32] += x.q[i];
        }
        ext.resize(kBlocks * c.act_ext_bytes);
        if (c.reference->extend) c.reference->extend(x.q, kBlocks, ext.data());
    }

    const Codec& codec;
    std::vector<float> rows;
    std::vector<uint8_t> row_block, ext;
    Tables tables;
    uint16_t scales[kPanelRows] = {};
    struct {
        alignas(64) float f32[kCols];
        alignas(64) int8_t q[kCols];
        alignas(64) float scale[kBlocks];
        alignas(64) int32_t sum[kBlocks] = {};
    } x;
};

/// A tensor made of copies of the row block.
struct Tensor {
    Tensor(const Problem& p, uint8_t* memory, size_t row_blocks)
        : problem(p), row_scales(row_blocks * kPanelRows), y(row_blocks * kPanelRows) {
        for (size_t rb = 0; rb < row_blocks; rb++) {
            std::memcpy(memory + rb * p.row_block.size(), p.row_block.data(), p.row_block.size());
            std::memcpy(&row_scales[rb * kPanelRows], p.scales, sizeof p.scales);
        }
        weights = {memory,          row_scales.data(),    p.tables.scale,
                   p.tables.params, uint32_t(row_blocks), uint32_t(kBlocks)};
    }
    void gemv(const CodecKernels& k, size_t begin, size_t end) {
        const Activations act = {problem.x.f32, problem.x.q, problem.x.scale, problem.x.sum,
                                 problem.ext.empty() ? nullptr : problem.ext.data()};
        k.gemv({weights, act, uint32_t(begin), uint32_t(end), 1, y.data(), y.size()});
    }

    const Problem& problem;
    std::vector<uint16_t> row_scales;
    std::vector<float> y;
    Weights weights;
};

/// Weights/s of all threads, each on its own `per_thread` row blocks, `loops` times.
double rate(Tensor& tensor, const CodecKernels& k, unsigned threads, size_t per_thread, int loops) {
    const double t = run_parallel(threads, [&](unsigned thread) {
        const FpEnv env;
        for (int i = 0; i < loops; i++)
            tensor.gemv(k, thread * per_thread, (thread + 1) * per_thread);
    });
    return double(threads) * double(per_thread) * kPanelRows * kCols * loops / t;
}

/// A tensor in the nearest caches of the threads that multiply by it.
class CachedTensor {
  public:
    CachedTensor(const Problem& p, const CodecKernels& kernels, unsigned threads, uint8_t* memory,
                 size_t most_row_blocks)
        : kernels_(kernels),
          threads_(threads),
          per_thread_(std::clamp<size_t>(kCacheBytes / p.row_block.size(), 1, most_row_blocks)),
          tensor_(p, memory, per_thread_ * threads) {
        const double first = rate(tensor_, kernels_, threads_, per_thread_, 1);
        const double pass = double(threads) * double(per_thread_) * kPanelRows * kCols / first;
        loops_ = int(std::clamp(kBurst / pass, 1.0, 1e6));
    }
    /// Weights/s. Short: of many such bursts the best met no neighbour on the core.
    double burst() { return rate(tensor_, kernels_, threads_, per_thread_, loops_); }

  private:
    static constexpr double kBurst = 0.003;  // seconds
    const CodecKernels& kernels_;
    unsigned threads_;
    size_t per_thread_;
    Tensor tensor_;
    int loops_ = 1;
};

template <class F>
double best_of(int n, F f) {
    double best = 0;
    for (int i = 0; i < n; i++) best = std::max(best, f());
    return best;
}

/// How many times as fast a is as b, which runs right before and right after it.
double interleaved_ratio(CachedTensor& a, CachedTensor& b) {
    constexpr int kPairs = 11, kBursts = 3;
    double ratios[kPairs];
    for (double& ratio : ratios) {
        const double before = best_of(kBursts, [&] { return b.burst(); });
        const double between = best_of(kBursts, [&] { return a.burst(); });
        const double after = best_of(kBursts, [&] { return b.burst(); });
        ratio = 2 * between / (before + after);
    }
    std::nth_element(ratios, ratios + kPairs / 2, ratios + kPairs);
    return ratios[kPairs / 2];
}

}  // namespace

KernelBench::KernelBench(size_t stream_bytes) {
    Result<Memory> memory = Memory::huge_pages(stream_bytes);
    if (!memory.ok()) throw std::bad_alloc();
    memory_ = std::move(memory.value());
}

KernelRow KernelBench::measure(const Codec& codec, const Isa& isa, unsigned threads) {
    threads = std::max(threads, 1u);
    const CodecKernels& k = codec_kernels(isa, codec);
    const Problem problem(codec);
    KernelRow row = {codec.name, isa_name(isa), threads, 0, 0, 0, NAN};
    const size_t fitting = memory_.size() / problem.row_block.size() / threads;
    {
        uint8_t* const half = memory_.data() + memory_.size() / 2 / 4096 * 4096;
        CachedTensor tensor(problem, k, threads, memory_.data(), std::max<size_t>(1, fitting / 2));
        const double hz = core_hz();
        row.cache_gws = best_of(60, [&] { return tensor.burst(); }) / 1e9;
        row.weights_per_cycle = row.cache_gws * 1e9 / threads / std::max(hz, core_hz());
        if (const Codec* q4 = find_codec("q4", 2)) {
            const Problem other(*q4);
            CachedTensor baseline(other, codec_kernels(isa, *q4), threads, half,
                                  std::max<size_t>(1, fitting / 2));
            row.vs_q4 = interleaved_ratio(tensor, baseline);
        }
    }
    {
        // A slow kernel need not read all of it to show its pace: at most half a second a pass.
        const double weights = row.cache_gws * 1e9 / 2 / threads;
        const size_t affordable = size_t(weights / (kPanelRows * kCols));
        const size_t n = std::max<size_t>(1, std::min(fitting, affordable));
        Tensor tensor(problem, memory_.data(), n * threads);
        row.stream_gws = best_of(4, [&] { return rate(tensor, k, threads, n, 1); }) / 1e9;
    }
    return row;
}

}  // namespace gosset::bench
