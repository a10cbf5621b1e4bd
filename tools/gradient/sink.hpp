/// What becomes of gradients on their way through the layers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/model/observer.hpp"
#include "tools/gradient/dense.hpp"
#include "tools/gradient/output_site.hpp"

namespace gosset::gradient {

/// dL/dy of a linear's output y = W x, of all tokens of a window.
struct OutputGradient {
    uint32_t layer;
    OutputSite site;
    size_t rows, tokens;
    Rows dy;  ///< [tokens][rows]
};

class GradientSink {
  public:
    virtual ~GradientSink() = default;
    virtual void output(const OutputGradient& gradient, Team& team) = 0;
    /// Before that, on the way forward: what a layer's linears read, [tokens][width]. On the way
    /// back a layer is computed again, and its inputs are shown again.
    virtual void input(uint32_t, InputSite, Rows, size_t /*width*/, size_t /*tokens*/) {}
};

}  // namespace gosset::gradient
