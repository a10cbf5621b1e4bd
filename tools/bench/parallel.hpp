/// Threads that start together, for measurements. Relies on the standard library.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace gosset::bench {

inline double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// Runs work(thread) on `threads` threads, the caller's included; the seconds from the moment when
/// all are ready to the end of the last.
template <class Work>
double run_parallel(unsigned threads, Work work) {
    std::atomic<unsigned> ready{0};
    std::atomic<bool> go{false};
    std::vector<std::thread> others;
    for (unsigned t = 1; t < threads; t++)
        others.emplace_back([&, t] {
            ready++;
            while (!go) std::this_thread::yield();
            work(t);
        });
    while (ready != threads - 1) std::this_thread::yield();
    const double start = seconds();
    go = true;
    work(0);
    for (std::thread& t : others) t.join();
    return seconds() - start;
}

}  // namespace gosset::bench
