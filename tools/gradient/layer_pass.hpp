/// One layer of a bound model for a window of tokens, forward and back, in float: what the runtime
/// computes (runtime/model/forward.cpp) without its rounding of inputs to 8 bits and of the cache
/// to 16. The way back needs the forward of the same input just before. Relies on Dense, Attention
/// and the operation kernels.
#pragma once

#include <vector>

#include "runtime/model/weights.hpp"
#include "tools/gradient/attention.hpp"
#include "tools/gradient/sink.hpp"

namespace gosset::gradient {

class LayerPass {
  public:
    /// tokens: of a window at most.
    LayerPass(const ModelWeights& model, size_t tokens, Team& team);

    /// Cosines and sines of positions 0 .. tokens - 1 of a context of so many.
    void set_tokens(size_t tokens);
    /// out = layer(x), both [tokens][dim]; x is kept for backward().
    void forward(uint32_t layer, const float* x, float* out, GradientSink& sink);
    /// dx: dL/dout in, dL/dx out. The sink sees the layer's outputs on the way.
    void backward(uint32_t layer, float* dx, GradientSink& sink);
    Dense& dense() { return dense_; }

    /// dx[t] += dL/dx of y = norm(x) * (offset + weight), given dL/dy; dy is used up.
    void norm_back(const float* x, const std::vector<float>& weight, Rows dy, size_t width,
                   Rows dx);

  private:
    struct Buffer {  ///< [tokens][width]
        std::vector<float> data;
        size_t width = 0;
        Rows rows() { return {data.data(), width}; }
    };
    Buffer buffer(size_t width) const;
    AttentionShape shape_of(const LayerWeights& l) const;
    void norm(Rows x, const std::vector<float>& weight, Rows out);
    void multiply(const std::vector<LinearGroup>& groups, Rows x, Buffer* const* y);
    void finish_heads(const LayerWeights& l);
    void finish_heads_back(const LayerWeights& l);
    void heads(const LayerWeights& l, Rows raw, const std::vector<float>& bias,
               const std::vector<float>& norm, uint32_t count, Rows out);
    void heads_back(const LayerWeights& l, Rows raw, const std::vector<float>& bias,
                    const std::vector<float>& norm, uint32_t count, Rows d);
    void activate(const LayerWeights& l);
    void activate_back();
    void add_branch(const BranchWeights& b, Rows raw, Rows x, Rows out);
    void branch_back(const BranchWeights& b, Rows raw, Rows dx);
    void emit(GradientSink& sink, uint32_t layer, OutputSite site, Rows dy);

    const ModelWeights& m_;
    const ModelConfig& c_;
    const OpKernels& ops_;
    Team& team_;
    Dense dense_;
    Attention attention_;
    size_t tokens_ = 0, capacity_;
    const float* x_ = nullptr;  ///< input of the layer that forward() computed
    std::vector<std::vector<float>> cosine_, sine_, minus_sine_;  ///< [rope][token][pairs]
    Buffer normed_, q_raw_, k_raw_, v_raw_, q_, k_, v_, attended_, o_raw_, middle_;
    Buffer gate_raw_, up_raw_, activated_, down_raw_;
    Buffer d_branch_, d_normed_, d_q_, d_k_, d_v_, d_attended_, d_gate_, d_up_, d_activated_;
    Buffer scratch_, head_scratch_;  ///< as wide as the widest; as a head
};

}  // namespace gosset::gradient
