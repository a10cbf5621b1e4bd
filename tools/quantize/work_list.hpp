/// The pipeline's schedule: which piece of which tensor comes next, and the crew of threads that
/// takes pieces from it. Relies on nothing but the plan's shapes and the standard library.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "runtime/base/status.hpp"

namespace gosset::quantize {

/// Either the fit of a tensor or one chunk of its rows.
struct Task {
    size_t tensor;
    bool fit;
    uint64_t begin, count;  ///< rows of the chunk
    size_t chunk;           ///< index of the chunk in its tensor
};

struct TaskShape {
    uint64_t rows, chunk_rows;
    bool needs_fit;
};

/// Tensors in order, but each fit one tensor early, so that one thread fits the next tensor while
/// the others encode this one. A fit always comes before the chunks that need it.
std::vector<Task> schedule(const std::vector<TaskShape>& tensors);

/// Flags that threads set and wait for; a failure releases everybody.
class Gate {
  public:
    explicit Gate(size_t n) : open_(n, false) {}
    void open(size_t i);
    bool wait(size_t i);  ///< false: the work has failed elsewhere
    /// Keeps the first failure.
    void fail(Status status);
    bool failed() const;
    Status status() const;

  private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<bool> open_;
    Status status_;
};

/// Runs work(task) for every task, in order of taking, on `threads` threads (this one is one of
/// them). After a failure (of work, or out of memory) no task is started. make_worker is called
/// once on each thread, so that a worker may own buffers.
Status run_tasks(const std::vector<Task>& tasks, int threads, Gate& gate,
                 const std::function<std::function<Status(const Task&)>()>& make_worker);

}  // namespace gosset::quantize
