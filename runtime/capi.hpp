/// What the files of the C API share: the objects behind the handles, the last error of a thread,
/// option structs of any size, and the guard that no exception passes. C API only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>

#include "format/reader.hpp"
#include "gosset/gosset.h"
#include "platforms/fp_env.hpp"
#include "runtime/base/status.hpp"
#include "runtime/model/bind.hpp"
#include "runtime/session/sampler.hpp"
#include "runtime/session/session.hpp"
#include "runtime/session/tokenizer.hpp"

struct gosset_model {
    gosset::ModelFile file;
    std::unique_ptr<gosset::ModelWeights> weights;
    gosset::Tokenizer tokenizer;
    bool has_tokenizer = false;
    std::string chat_template;  ///< the caller's; "": the file's
    gosset_log_fn log = nullptr;
    void* log_user = nullptr;

    /// For sessions that leave it open; measured once, when the first of them is planned.
    uint32_t best_threads() const;

  private:
    mutable std::once_flag measured_;
    mutable uint32_t best_threads_ = 1;
};

struct gosset_session {
    const gosset_model* model = nullptr;
    std::unique_ptr<gosset::Session> session;
    gosset_abort_fn abort = nullptr;
    void* abort_user = nullptr;
};

struct gosset_sampler {
    gosset::Sampler sampler;
};

struct gosset_stream {
    explicit gosset_stream(const gosset::Tokenizer* t) : decoder(t) {}
    gosset::StreamDecoder decoder;
    std::string text;
};

namespace gosset::capi {

/// Keeps the message for gosset_last_error (cut at 1 KiB; never allocates).
gosset_status fail(const Status& status);
void clear_error();

/// Runs f() -> Status with our floating-point environment.
template <class F>
gosset_status answer(F&& f) {
    const FpEnv fp_env;
    const Status status = f();
    return status.ok() ? GOSSET_OK : fail(status);
}

/// The same; no exception leaves. (Built without them, as for WebAssembly, the C++ library ends the
/// program when memory runs out.)
template <class F>
gosset_status guard(F&& f) noexcept {
    clear_error();
#if defined(__cpp_exceptions)
    try {
        return answer(f);
    } catch (const std::bad_alloc&) {
        return fail({StatusCode::out_of_memory, {}});
    } catch (...) {
        return fail({StatusCode::internal, {}});
    }
#else
    return answer(f);
#endif
}

/// The caller's options over the defaults, for callers built against an older or newer header.
template <class T>
Result<T> read_options(const T* given, void (*set_default)(T*)) {
    T options;
    set_default(&options);
    if (!given) return options;
    if (given->struct_size < sizeof(uint32_t))
        return invalid_argument("struct_size is not set: fill options by their _default function");
    std::memcpy(&options, given, std::min<size_t>(given->struct_size, sizeof(T)));
    options.struct_size = sizeof(T);
    return options;
}

/// Fills a caller's info struct as far as its struct_size reaches.
template <class T>
Status write_info(const T& info, T* out) {
    if (!out || out->struct_size < sizeof(uint32_t))
        return invalid_argument("set struct_size before asking for information");
    const uint32_t size = std::min<uint32_t>(out->struct_size, sizeof(T));
    std::memcpy(reinterpret_cast<char*>(out) + sizeof(uint32_t),
                reinterpret_cast<const char*>(&info) + sizeof(uint32_t), size - sizeof(uint32_t));
    return {};
}

inline Status need(bool given, const char* what) {
    return given ? Status() : invalid_argument(std::string(what) + " is NULL");
}

}  // namespace gosset::capi
