#include <algorithm>
#include <atomic>
#include <new>

#include "tools/bench/kernels.hpp"
#include "tools/bench/parallel.hpp"

namespace gosset::bench {

namespace {

/// The sum of n words, n a multiple of 32: 16 independent sums, which compilers make vectors of.
uint64_t sum_words(const uint64_t* p, size_t n) {
    uint64_t sums[16] = {};
    for (size_t i = 0; i < n; i += 32) {
        const uintptr_t ahead = reinterpret_cast<uintptr_t>(p + i) + 2048;
        for (size_t line = 0; line < 4; line++)
            __builtin_prefetch(reinterpret_cast<const void*>(ahead + 64 * line));
        for (size_t k = 0; k < 16; k++) sums[k] += p[i + k] + p[i + 16 + k];
    }
    uint64_t total = 0;
    for (uint64_t s : sums) total += s;
    return total;
}

}  // namespace

ReadMeter::ReadMeter(unsigned threads, size_t bytes) : threads_(std::max(threads, 1u)) {
    Result<Memory> memory = Memory::huge_pages(bytes);
    if (!memory.ok()) throw std::bad_alloc();
    memory_ = std::move(memory.value());
    // Untouched pages may all be one page of zeros, which sits in the cache.
    uint64_t* words = reinterpret_cast<uint64_t*>(memory_.data());
    for (size_t i = 0; i < memory_.size() / 8; i++) words[i] = i;
}

void ReadMeter::measure() {
    const size_t share = memory_.size() / 8 / threads_ / 32 * 32;
    const uint64_t* words = reinterpret_cast<const uint64_t*>(memory_.data());
    std::atomic<uint64_t> total{0};  // so that the sums are wanted
    const double t = run_parallel(
        threads_, [&](unsigned thread) { total += sum_words(words + thread * share, share); });
    best_ = std::max(best_, double(share * 8 * threads_) / t / 1e9);
}

double core_hz() {
    // A chain of exclusive ors of two registers: one cycle each on every core, never folded.
    constexpr int kSteps = 200000, kUnroll = 10;
    uint64_t x = 1, y = 3;
    double best = 0;
    for (int round = 0; round < 5; round++) {
        const double start = seconds();
        for (int i = 0; i < kSteps; i++)
            for (int k = 0; k < kUnroll; k++) {
                x ^= y;
                __asm__ volatile("" : "+r"(x), "+r"(y));
            }
        best = std::max(best, double(kSteps) * kUnroll / (seconds() - start));
    }
    return best;
}

}  // namespace gosset::bench
