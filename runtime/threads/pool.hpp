/// A fixed team of threads that runs one function together (SPMD): the calling thread is member 0,
/// members meet at barriers, and who does what follows from the member's index alone. Results never
/// depend on the number of threads: each output is computed whole by one member.
/// Relies on platforms/fp_env (every member computes with the same rounding) and platforms/thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "platforms/thread.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

/// Half-open range [begin, end) of `n` items that member `index` of `count` owns. Contiguous, in
/// order, sizes differ by at most one.
inline std::pair<size_t, size_t> static_share(size_t n, uint32_t index, uint32_t count) {
    return {n * index / count, n * (index + 1) / count};
}

/// Meeting point of a fixed number of threads: spins briefly, then sleeps, so that a short wait
/// costs well under a microsecond and a long one burns no core.
class Barrier {
  public:
    void reset(uint32_t count, uint32_t spins) { count_ = count, spins_ = spins; }
    void wait();
    /// 0, 1, 2, ... : each number once between two meetings, to whoever asks first.
    uint32_t next_ticket() { return tickets_.fetch_add(1, std::memory_order_relaxed); }

  private:
    friend class Pool;
    uint32_t count_ = 1, spins_ = 0;
    alignas(64) std::atomic<uint32_t> tickets_{0};
    alignas(64) std::atomic<uint32_t> arrived_{0};
    alignas(64) std::atomic<uint32_t> generation_{0};
};

class Pool {
  public:
    /// One member of a running team.
    struct Member {
        uint32_t index, count;
        Barrier* barrier;
        void wait() const {
            if (count > 1) barrier->wait();
        }
        std::pair<size_t, size_t> share(size_t n) const { return static_share(n, index, count); }
        /// Calls work(begin, end) on ranges that cover n items once over all members: first a large
        /// part of its own, then small pieces by who comes first, so that a core that is slower
        /// or taken away for a while holds nobody up. Once between two meetings.
        template <class Work>
        void deal(size_t n, Work&& work) const;
        /// The same with work(i) for single items, all by who comes first, in order: for few
        /// items of different sizes, the largest ones first.
        template <class Work>
        void deal_one_by_one(size_t n, Work&& work) const;
    };
    using Function = void (*)(void* context, const Member&);

    /// Starts threads - 1 workers (threads >= 1). Fails when the system gives no thread.
    static Result<std::unique_ptr<Pool>> create(uint32_t threads);
    ~Pool();

    uint32_t threads() const { return uint32_t(workers_.size()) + 1; }
    /// Runs fn(context, member) on every member and returns when all are done. One run at a time.
    void run(Function fn, void* context);

  private:
    Pool() = default;
    void work(uint32_t index);

    std::vector<Thread> workers_;
    Barrier barrier_;
    uint32_t count_ = 1, spins_ = 0;
    Function function_ = nullptr;
    void* context_ = nullptr;
    std::atomic<bool> stop_{false};
    alignas(64) std::atomic<uint32_t> started_{0};   // generation of runs
    alignas(64) std::atomic<uint32_t> finished_{0};  // workers done with this run
};

template <class Work>
void Pool::Member::deal(size_t n, Work&& work) const {
    if (count == 1) return work(size_t(0), n);
    const size_t own = n * 3 / 4 / count, rest = own * count;
    const size_t piece = std::max<size_t>((n - rest) / (size_t(4) * count), 1);
    if (own) work(own * index, own * (index + 1));
    for (size_t at; (at = rest + piece * barrier->next_ticket()) < n;)
        work(at, std::min(at + piece, n));
}

template <class Work>
void Pool::Member::deal_one_by_one(size_t n, Work&& work) const {
    if (count == 1) {
        for (size_t i = 0; i < n; i++) work(i);
        return;
    }
    for (size_t i; (i = barrier->next_ticket()) < n;) work(i);
}

}  // namespace gosset
