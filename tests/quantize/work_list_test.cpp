#include "tools/quantize/work_list.hpp"

#include <atomic>
#include <new>
#include <set>

#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::quantize;

TEST_CASE("every fit precedes its chunks and every row is in one chunk") {
    const std::vector<TaskShape> shapes = {{1, 1, false},  {33, 16, true}, {1, 1, false},
                                           {16, 16, true}, {47, 32, true}, {5, 16, false}};
    const std::vector<Task> tasks = schedule(shapes);
    std::set<size_t> fitted;
    std::vector<uint64_t> next_row(shapes.size()), chunks(shapes.size());
    for (const Task& t : tasks) {
        if (t.fit) {
            CHECK(shapes[t.tensor].needs_fit);
            CHECK(fitted.insert(t.tensor).second);
            continue;
        }
        CHECK((!shapes[t.tensor].needs_fit || fitted.count(t.tensor)));
        CHECK(t.begin == next_row[t.tensor]);
        CHECK(t.chunk == chunks[t.tensor]++);
        next_row[t.tensor] += t.count;
    }
    for (size_t i = 0; i < shapes.size(); i++) CHECK(next_row[i] == shapes[i].rows);
    CHECK(fitted.size() == 3);
}

TEST_CASE("tasks run once each, and stop at the first failure") {
    const std::vector<Task> tasks = schedule({{1000, 1, false}});
    for (int threads : {1, 2, 5}) {
        std::atomic<int> runs{0};
        Gate gate(1);
        CHECK_OK(run_tasks(tasks, threads, gate,
                           [&] { return [&](const Task&) { return runs++, Status(); }; }));
        CHECK(runs == 1000);

        runs = 0;
        Gate failing(1);
        const Status s = run_tasks(tasks, threads, failing, [&] {
            return [&](const Task& t) {
                runs++;
                return t.begin == 100 ? corrupt("row 100") : Status();
            };
        });
        CHECK(s.message() == "row 100");
        CHECK(runs >= 101);
        if (threads == 1) CHECK(runs == 101);

        Gate throwing(1);
        const Status oom = run_tasks(tasks, threads, throwing, [&] {
            return [&](const Task&) -> Status { throw std::bad_alloc(); };
        });
        CHECK(oom.code() == StatusCode::out_of_memory);
    }
}

TEST_CASE("a failure releases those who wait") {
    // Task 0 fails while task 1 waits for a gate that only task 0 would open.
    const std::vector<Task> tasks = {{0, true, 0, 0, 0}, {0, false, 0, 1, 0}};
    Gate gate(1);
    const Status s = run_tasks(tasks, 2, gate, [&] {
        return [&](const Task& t) {
            if (t.fit) return corrupt("no fit");
            return gate.wait(0) ? Status() : gate.status();
        };
    });
    CHECK(s.message() == "no fit");
}
