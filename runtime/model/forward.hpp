/// One batch of tokens of one sequence through the network, in execution order. All members of a
/// pool call it together; between barriers each computes its own share.
#pragma once

#include <atomic>
#include <cstdint>

#include "runtime/model/observer.hpp"
#include "runtime/model/weights.hpp"
#include "runtime/model/workspace.hpp"
#include "runtime/threads/pool.hpp"

namespace gosset {

struct Batch {
    const uint32_t* tokens;  // [n], each < vocab
    uint32_t n;              // 1 .. shape.batch
    uint32_t position;       // of the first; position + n <= context
    uint32_t sequence;
    const uint8_t* want;  // [n]: non-zero tokens get logits, in order
    InputObserver* observer = nullptr;
};

/// Asked between layers by member 0; true ends the batch early (its results are then garbage).
struct AbortCheck {
    bool (*ask)(void* user) = nullptr;
    void* user = nullptr;
    std::atomic<bool> aborted{false};
};

/// Writes K and V of the batch's positions and, for wanted tokens, rows of workspace.logits.
void forward(const ModelWeights& model, const SessionShape& shape, const Workspace& workspace,
             const Batch& batch, AbortCheck& abort, const Pool::Member& member);

}  // namespace gosset
