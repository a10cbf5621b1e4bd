/// std::thread where there are threads. WebAssembly without them has no such class in its C++
/// library: there none starts. Relies on the C++ runtime.
#pragma once

#if defined(__wasm__) && !defined(_REENTRANT)
#define GOSSET_HAS_THREADS 0
#else
#define GOSSET_HAS_THREADS 1
#include <system_error>
#include <thread>
#endif

#include <string>
#include <utility>

#include "runtime/base/status.hpp"

namespace gosset {

#if GOSSET_HAS_THREADS

/// Cores as the C++ library counts them; 0 when it does not know.
inline unsigned hardware_threads() {
    return std::thread::hardware_concurrency();
}

/// A thread that must be joined.
class Thread {
  public:
    /// Starts f(). Fails when the system gives no thread.
    template <class F>
    Status start(F&& f) {
        try {
            thread_ = std::thread(std::forward<F>(f));
        } catch (const std::system_error& e) {
            return out_of_memory(e.what());
        }
        return {};
    }
    void join() { thread_.join(); }

  private:
    std::thread thread_;
};

#else

inline unsigned hardware_threads() {
    return 1;
}

class Thread {
  public:
    template <class F>
    Status start(F&&) {
        return out_of_memory("this build of the library has no threads");
    }
    void join() {}
};

#endif

}  // namespace gosset
