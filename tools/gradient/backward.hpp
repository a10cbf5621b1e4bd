/// The gradients of a loss with respect to the outputs of all linears of a bound model, for one
/// window of tokens at a time. Layers' inputs are kept and each layer is computed again on the way
/// back, so that memory does not grow with what a layer holds inside. Results do not depend on the
/// number of threads. Relies on LayerPass.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "tools/gradient/layer_pass.hpp"

namespace gosset::gradient {

/// Turns the logits of token t into dL/dlogits, in place; called for different tokens at the same
/// time.
using LossGradient = std::function<void(size_t t, float* logits)>;

class Backward {
  public:
    /// tokens: of a window at most. model and team outlive it.
    Backward(const ModelWeights& model, size_t tokens, Team& team);

    /// tokens.size() <= those of make. keep_going is asked after each layer; false: the run ends
    /// early and returns false.
    bool run(std::span<const uint32_t> tokens, const LossGradient& loss, GradientSink& sink,
             const std::function<bool()>& keep_going = {});

  private:
    void embed(std::span<const uint32_t> tokens);
    void head(size_t tokens, const LossGradient& loss, GradientSink& sink);

    const ModelWeights& m_;
    const ModelConfig& c_;
    const OpKernels& ops_;
    Team& team_;
    LayerPass layers_;
    std::vector<std::vector<float>> inputs_;  ///< [layer, and behind the last][token][dim]
    std::vector<float> normed_, dx_, logits_, scratch_;
};

}  // namespace gosset::gradient
