/// What becomes of gradients on their way through the layers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tools/gradient/dense.hpp"
#include "tools/quantize/output_site.hpp"

namespace gosset::gradient {

/// dL/dy of a linear's output y = W x, of all tokens of a window.
struct OutputGradient {
    uint32_t layer;
    quantize::OutputSite site;
    size_t rows, tokens;
    Rows dy;  ///< [tokens][rows]
};

class GradientSink {
  public:
    virtual ~GradientSink() = default;
    virtual void output(const OutputGradient& gradient, Team& team) = 0;
};

}  // namespace gosset::gradient
