#include "tools/quantize/work_list.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

namespace gosset::quantize {

std::vector<Task> schedule(const std::vector<TaskShape>& tensors) {
    std::vector<Task> tasks;
    size_t next_fit = 0;  // tensors before it are fitted, or need none
    auto push_fit = [&] {
        while (next_fit < tensors.size() && !tensors[next_fit].needs_fit) next_fit++;
        if (next_fit < tensors.size()) tasks.push_back({next_fit++, true, 0, 0, 0});
    };
    push_fit();
    for (size_t t = 0; t < tensors.size(); t++) {
        if (tensors[t].needs_fit) push_fit();
        size_t chunk = 0;
        for (uint64_t begin = 0; begin < tensors[t].rows; begin += tensors[t].chunk_rows) {
            const uint64_t count = std::min(tensors[t].chunk_rows, tensors[t].rows - begin);
            tasks.push_back({t, false, begin, count, chunk++});
        }
    }
    return tasks;
}

void Gate::open(size_t i) {
    const std::lock_guard lock(mutex_);
    open_[i] = true;
    changed_.notify_all();
}

bool Gate::wait(size_t i) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return open_[i] || !status_.ok(); });
    return status_.ok();
}

void Gate::fail(Status status) {
    const std::lock_guard lock(mutex_);
    if (status_.ok()) status_ = std::move(status);
    changed_.notify_all();
}

bool Gate::failed() const {
    const std::lock_guard lock(mutex_);
    return !status_.ok();
}

Status Gate::status() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

Status run_tasks(const std::vector<Task>& tasks, int threads, Gate& gate,
                 const std::function<std::function<Status(const Task&)>()>& make_worker) {
    std::atomic<size_t> next{0};
    auto loop = [&] {
        try {
            const auto work = make_worker();
            while (!gate.failed()) {
                const size_t i = next.fetch_add(1);
                if (i >= tasks.size()) return;
                if (Status s = work(tasks[i]); !s.ok()) gate.fail(std::move(s));
            }
        } catch (const std::exception& e) {  // the buffers of a chunk
            gate.fail(out_of_memory(std::string("a thread ran out of memory: ") + e.what()));
        }
    };
    std::vector<std::thread> crew;
    try {
        for (int i = 1; i < threads && size_t(i) < tasks.size(); i++) crew.emplace_back(loop);
    } catch (const std::exception&) {
        // Fewer threads than asked for: the result is the same.
    }
    loop();
    for (std::thread& t : crew) t.join();
    return gate.status();
}

}  // namespace gosset::quantize
