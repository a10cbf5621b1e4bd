#include "runtime/threads/pool.hpp"
#include "tools/bench/kernels.hpp"
#include "tools/bench/parallel.hpp"

namespace gosset::bench {

namespace {
constexpr int kMeetings = 20000;

void meet(void*, const Pool::Member& me) {
    for (int i = 0; i < kMeetings; i++) me.wait();
}
}  // namespace

double barrier_seconds(unsigned threads) {
    Result<std::unique_ptr<Pool>> pool = Pool::create(threads);
    if (!pool.ok()) throw std::bad_alloc();
    double best = 0;
    for (int round = 0; round < 10; round++) {
        const double start = seconds();
        (*pool)->run(meet, nullptr);
        const double each = (seconds() - start) / kMeetings;
        if (best == 0 || each < best) best = each;
    }
    return best;
}

}  // namespace gosset::bench
