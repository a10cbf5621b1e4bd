#include <atomic>
#include <vector>

#include "runtime/threads/pool.hpp"
#include "tests/support/support.hpp"

using namespace gosset;

TEST_CASE("static shares cover every item once, in order") {
    for (size_t n : {0, 1, 2, 3, 7, 16, 1000, 49152})
        for (uint32_t count : {1u, 2u, 3u, 5u, 16u, 64u}) {
            size_t next = 0;
            for (uint32_t i = 0; i < count; i++) {
                const auto [begin, end] = static_share(n, i, count);
                CHECK(begin == next);
                CHECK(end >= begin);
                CHECK(end - begin <= n / count + 1);
                next = end;
            }
            CHECK(next == n);
        }
}

namespace {

struct Rounds {
    std::vector<int> stage;  // of each member
    std::atomic<int> late{0};
};

// After each barrier every member must see that all others have reached the same stage.
void step_together(void* context, const Pool::Member& me) {
    Rounds& r = *static_cast<Rounds*>(context);
    for (int s = 1; s <= 200; s++) {
        r.stage[me.index] = s;
        me.wait();
        for (int other : r.stage) r.late += other != s;
        me.wait();
    }
}

}  // namespace

namespace {

struct Deal {
    size_t n;
    std::vector<std::atomic<int>> dealt;
    explicit Deal(size_t items) : n(items), dealt(items) {}
};

void deal_twice(void* context, const Pool::Member& me) {
    Deal& d = *static_cast<Deal*>(context);
    for (int round = 0; round < 2; round++) {
        me.deal(d.n, [&](size_t begin, size_t end) {
            for (size_t i = begin; i < end; i++) d.dealt[i]++;
        });
        me.wait();
        me.deal_one_by_one(d.n, [&](size_t i) { d.dealt[i]++; });
        me.wait();
    }
}

}  // namespace

TEST_CASE("dealt ranges and items cover everything once, round after round and run after run") {
    for (uint32_t threads : {1u, 2u, 3u, 7u}) {
        auto pool = Pool::create(threads);
        REQUIRE_OK(pool);
        for (size_t n : {0, 1, 2, 3, 4, 7, 16, 63, 1000}) {
            CAPTURE(threads);
            CAPTURE(n);
            Deal d(n);
            for (int run = 0; run < 3; run++) (*pool)->run(deal_twice, &d);
            for (const auto& times : d.dealt) CHECK(times == 12);
        }
    }
}

TEST_CASE("members of a pool meet at barriers, run after run") {
    for (uint32_t threads : {1u, 2u, 3u, 5u}) {  // also more than there are cores
        auto pool = Pool::create(threads);
        REQUIRE_OK(pool);
        CHECK((*pool)->threads() == threads);
        for (int run = 0; run < 5; run++) {
            Rounds r;
            r.stage.assign(threads, 0);
            (*pool)->run(step_together, &r);
            CHECK(r.late == 0);
        }
    }
    CHECK_FALSE(Pool::create(0).ok());
}
