/// How fast kernels run and how fast memory can be read, for `gosset bench`. Never part of a test:
/// what it measures depends on who else uses the machine. Relies on simd/dispatch.hpp,
/// platforms/memory.hpp, runtime/threads/pool.hpp and simd/encoder.hpp.
#pragma once

#include <cstddef>
#include <vector>

#include "platforms/memory.hpp"
#include "simd/dispatch.hpp"

namespace gosset::bench {

/// The yardstick: GB/s of a prefetched vector sum over huge-page memory, all threads at once.
class ReadMeter {
  public:
    /// Takes `bytes` of memory, larger than any cache. Throws std::bad_alloc.
    explicit ReadMeter(unsigned threads, size_t bytes = size_t(1) << 30);
    /// One pass. Call it between the repetitions of what is compared: machines vary by the second.
    void measure();
    double best_gbs() const { return best_; }  ///< 1e9 bytes/s, of all passes; 0 before the first

  private:
    unsigned threads_;
    Memory memory_;
    double best_ = 0;
};

struct KernelRow {
    const char* codec;
    const char* isa;
    unsigned threads;
    double cache_gws;   ///< gemv on weights in the nearest caches, 1e9 weights/s, all threads
    double stream_gws;  ///< gemv on weights from memory
    double weights_per_cycle;  ///< in cache, of one core, by the clock measured beside it
    /// The rate in cache over that of q4 on this tier, measured right before and after; the median
    /// of several such comparisons. NaN in a build without q4.
    double vs_q4;
};

class KernelBench {
  public:
    /// Takes stream_bytes of huge-page memory for the weights. Throws std::bad_alloc.
    explicit KernelBench(size_t stream_bytes = size_t(512) << 20);
    /// Best of several passes; a second or two. Single-token products with 4096 columns.
    KernelRow measure(const Codec&, const Isa&, unsigned threads);

  private:
    Memory memory_;
};

/// Seconds that a pool of threads needs to meet once; best of several series.
/// Throws std::bad_alloc.
double barrier_seconds(unsigned threads);

/// Cycles per second of the core that this runs on, now.
double core_hz();

}  // namespace gosset::bench
