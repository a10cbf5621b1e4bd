/// A session: one KV cache of one or more sequences, its buffers and its threads. Used by one
/// thread at a time; many sessions may share one ModelWeights.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "runtime/base/status.hpp"
#include "runtime/model/forward.hpp"
#include "runtime/model/weights.hpp"
#include "runtime/model/workspace.hpp"
#include "runtime/threads/pool.hpp"

namespace gosset {

/// Where a session's one piece of memory comes from; both null: the C library.
struct SessionAllocator {
    void* (*alloc)(size_t size, size_t alignment, void* user) = nullptr;
    void (*free)(void* memory, size_t size, void* user) = nullptr;
    void* user = nullptr;
};

enum class Want : uint8_t { none, last, all };

class Session {
  public:
    /// Bytes that create() will ask the allocator for.
    static Result<uint64_t> memory(const ModelWeights& model, const SessionShape& shape);
    static Result<std::unique_ptr<Session>> create(const ModelWeights& model,
                                                   const SessionShape& shape,
                                                   const SessionAllocator& allocator);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    const SessionShape& shape() const { return shape_; }
    const ModelWeights& model() const { return model_; }
    void set_abort(bool (*ask)(void*), void* user) { ask_ = ask, ask_user_ = user; }

    /// For calibration; null: nobody watches.
    void set_observer(InputObserver* observer) { observer_ = observer; }

    /// Computes tokens at positions [position, position + n) of a sequence; see gosset_feed.
    /// Allocates nothing. On failure the sequence keeps what it held before `position`.
    Status feed(std::span<const uint32_t> tokens, uint32_t position, uint32_t sequence, Want want,
                const uint8_t* want_mask);
    uint32_t logits_count() const { return logits_count_; }
    const float* logits(uint32_t row) const {
        return workspace_.logits + row * workspace_.vocab_stride;
    }

    uint32_t length(uint32_t sequence) const { return lengths_[sequence]; }
    Status trim(uint32_t sequence, uint32_t length);
    Status copy(uint32_t from, uint32_t to, uint32_t length);

    /// Positions [0, length) of a sequence as bytes (runtime/session/state.hpp): their number, and
    /// into a buffer that holds that many.
    Result<uint64_t> saved_size(uint32_t sequence, uint32_t length) const;
    Status save(uint32_t sequence, uint32_t length, std::span<uint8_t> state) const;
    /// What save() wrote replaces all of a sequence. On failure nothing changes.
    Status restore(uint32_t sequence, std::span<const uint8_t> state);

  private:
    Session(const ModelWeights& model, const SessionShape& shape,
            const SessionAllocator& allocator);
    Status check_feed(std::span<const uint32_t> tokens, uint32_t position, uint32_t sequence,
                      uint32_t wanted) const;
    Status run(const Batch& batch);
    Status check_held(uint32_t sequence, uint32_t length) const;

    const ModelWeights& model_;
    SessionShape shape_;
    SessionAllocator allocator_;
    void* memory_ = nullptr;
    Workspace workspace_{};
    std::unique_ptr<Pool> pool_;
    std::vector<uint32_t> lengths_;
    std::vector<uint8_t> want_;  // [batch]
    uint32_t logits_count_ = 0;
    bool (*ask_)(void*) = nullptr;
    void* ask_user_ = nullptr;
    InputObserver* observer_ = nullptr;
};

}  // namespace gosset
