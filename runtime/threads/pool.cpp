#include "runtime/threads/pool.hpp"

#include "platforms/cpu.hpp"
#include "platforms/fp_env.hpp"
#include "platforms/spin.hpp"

namespace gosset {

namespace {

// Changes before a notify are seq_cst. libstdc++ skips the wake-up when its count of sleepers reads
// 0, and that load may overtake a weaker store: a waiter that raises the count and then still finds
// the old value would sleep for ever.
constexpr std::memory_order kBeforeNotify = std::memory_order_seq_cst;

// Waits until `value` is no longer `old`: spins, then sleeps in the kernel.
void await_change(const std::atomic<uint32_t>& value, uint32_t old, uint32_t spins) {
    for (uint32_t i = 0; i < spins; i++) {
        if (value.load(std::memory_order_acquire) != old) return;
        spin_pause();
    }
    while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

// A pause is 40 to 140 cycles: about 50 microseconds, many times a barrier among running threads
// and short against a time slice. With more threads than cores a spinning member keeps the one it
// waits for off the core, so it sleeps at once.
constexpr uint32_t kSpins = 1500;

}  // namespace

void Barrier::wait() {
    const uint32_t generation = generation_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == count_) {
        arrived_.store(0, std::memory_order_relaxed);
        tickets_.store(0, std::memory_order_relaxed);
        generation_.store(generation + 1, kBeforeNotify);
        generation_.notify_all();
        return;
    }
    await_change(generation_, generation, spins_);
}

Result<std::unique_ptr<Pool>> Pool::create(uint32_t threads) {
    if (threads == 0) return invalid_argument("a pool needs at least one thread");
    std::unique_ptr<Pool> pool(new Pool());
    const uint32_t cores = usable_cores();
    pool->count_ = threads;
    pool->spins_ = threads <= cores ? kSpins : 0;
    pool->barrier_.reset(threads, pool->spins_);
    Pool* p = pool.get();
    pool->workers_.reserve(threads - 1);
    for (uint32_t i = 1; i < threads; i++) {
        Thread worker;
        const Status status = worker.start([p, i] { p->work(i); });
        if (!status.ok())  // ~Pool joins those that did start
            return out_of_memory("the system started only " + std::to_string(i) + " of " +
                                 std::to_string(threads) + " threads: " + status.message());
        pool->workers_.push_back(std::move(worker));
    }
    return pool;
}

Pool::~Pool() {
    stop_.store(true, std::memory_order_relaxed);
    started_.fetch_add(1, kBeforeNotify);
    started_.notify_all();
    for (Thread& t : workers_) t.join();
}

void Pool::work(uint32_t index) {
    const FpEnv fp_env;  // this thread is ours: set once, for all runs
    uint32_t seen = 0;
    for (;;) {
        await_change(started_, seen, spins_);
        seen++;
        if (stop_.load(std::memory_order_relaxed)) return;
        function_(context_, Member{index, count_, &barrier_});
        if (finished_.fetch_add(1, kBeforeNotify) + 1 == count_ - 1) finished_.notify_one();
    }
}

void Pool::run(Function fn, void* context) {
    const FpEnv fp_env;
    if (count_ == 1) return fn(context, Member{0, 1, &barrier_});
    function_ = fn, context_ = context;
    finished_.store(0, std::memory_order_relaxed);
    barrier_.tickets_.store(0, std::memory_order_relaxed);
    started_.fetch_add(1, kBeforeNotify);
    started_.notify_all();
    fn(context, Member{0, count_, &barrier_});
    for (uint32_t done; (done = finished_.load(std::memory_order_acquire)) != count_ - 1;)
        await_change(finished_, done, spins_);
}

}  // namespace gosset
