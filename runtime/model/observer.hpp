/// A view into the forward pass for calibration: the input of every group of linears, as floats and
/// before any rotation or quantization. Relies on a member's share of the work.
#pragma once

#include <cstdint>

#include "runtime/threads/pool.hpp"

namespace gosset {

/// The distinct inputs of a layer; and that of the head, which is of the layer behind the last.
enum class InputSite : uint8_t { qkv, o, gate_up, down, head };
inline constexpr uint32_t kInputSites = 4;  ///< of a layer

class InputObserver {
  public:
    virtual ~InputObserver() = default;
    /// The layers [0, layers()) are computed, and then, if they are not all, the pass ends.
    virtual uint32_t layers() const { return UINT32_MAX; }
    /// Input of token t of the batch (of the head: of the t-th token whose logits are wanted).
    /// Called by the member that computed it, for different tokens at the same time.
    virtual void input(uint32_t layer, InputSite site, size_t t, const float* x) = 0;
    /// All `tokens` inputs are there. Called by every member; before the next input() they meet.
    virtual void collected(uint32_t layer, InputSite site, size_t tokens,
                           const Pool::Member& member) = 0;
};

}  // namespace gosset
