#include "tools/quantize/output_moments.hpp"

#include <algorithm>
#include <cmath>

#include "format/hash.hpp"
#include "runtime/base/rng.hpp"
#include "tools/gradient/backward.hpp"
#include "tools/quantize/calibration.hpp"

namespace gosset::quantize {

namespace {

constexpr size_t kTile = 32;  ///< rows and columns of G that are summed together

class Collector : public gradient::GradientSink {
  public:
    Collector(const OpKernels& ops, const std::vector<CalibrationOutput>& outputs)
        : ops_(ops), outputs_(outputs), moments_(outputs.size()) {
        for (size_t i = 0; i < outputs.size(); i++) {
            uint64_t floats = 0;
            for (uint64_t r = 0; r < outputs[i].rows; r += kOutputBlock) {
                const uint64_t n = std::min(kOutputBlock, outputs[i].rows - r);
                floats += n * n;
            }
            moments_[i].resize(floats);
        }
    }

    void output(const gradient::OutputGradient& g, gradient::Team& team) override {
        for (size_t i = 0; i < outputs_.size(); i++) {
            if (outputs_[i].layer != g.layer || outputs_[i].site != g.site) continue;
            float* h = moments_[i].data();
            for (size_t r = 0; r < g.rows; r += kOutputBlock) {
                const size_t n = std::min<size_t>(kOutputBlock, g.rows - r);
                add_block({g.dy.at + r, g.dy.stride}, n, g.tokens, h, team);
                h += n * n;
            }
        }
    }
    void input(uint32_t layer, InputSite site, gradient::Rows x, size_t width,
               size_t tokens) override {
        for (size_t t = 0; t < tokens && finite_.ok(); t++)
            if (!std::isfinite(ops_.dot(x.row(t), x.row(t), width)))
                finite_ = input_overflows(layer, site);
    }
    std::vector<std::vector<float>> take() { return std::move(moments_); }
    /// An error once an input has overflowed.
    const Status& finite() const { return finite_; }

  private:
    /// h[n][n] += dy^T dy, n columns of dy; upper triangle.
    void add_block(gradient::Rows dy, size_t n, size_t tokens, float* h, gradient::Team& team) {
        const size_t panels = (n + kTile - 1) / kTile;
        packed_.resize(std::max(packed_.size(), panels * tokens * kTile));  // [panel][token][32]
        team.each(panels, [&](size_t p, uint32_t) {
            const size_t cols = std::min(kTile, n - p * kTile);
            for (size_t t = 0; t < tokens; t++)
                std::copy_n(dy.row(t) + p * kTile, cols, &packed_[(p * tokens + t) * kTile]);
        });
        team.each(panels, [&](size_t r, uint32_t) {  // the longest rows first
            for (size_t p = r; p < panels; p++) {
                MatrixUpdate m{};
                m.c = h + r * kTile * n + p * kTile, m.c_stride = n;
                m.a = &packed_[r * tokens * kTile], m.a_row = 1, m.a_step = kTile;
                m.b = &packed_[p * tokens * kTile], m.b_stride = kTile;
                m.rows = std::min(kTile, n - r * kTile), m.cols = std::min(kTile, n - p * kTile);
                m.k = tokens;
                ops_.matrix_update(m);
            }
        });
    }

    const OpKernels& ops_;
    const std::vector<CalibrationOutput>& outputs_;
    std::vector<std::vector<float>> moments_;
    std::vector<float> packed_;
    Status finite_;
};

}  // namespace

std::vector<double> label_draws(const std::vector<uint32_t>& window) {
    Hash hash;
    hash.add({reinterpret_cast<const uint8_t*>(window.data()), window.size() * sizeof window[0]});
    Rng rng(hash.value());
    std::vector<double> draws(window.size());
    for (double& x : draws) x = rng.uniform();
    return draws;
}

size_t label_of(std::span<const float> p, double draw) {
    double sum = 0;
    for (size_t i = 0; i < p.size(); i++)
        if ((sum += double(p[i])) > draw) return i;
    return p.size() - 1;
}

Result<std::vector<std::vector<float>>> sum_output_moments(
    const ModelWeights& model, std::span<const std::vector<uint32_t>> windows,
    const std::vector<CalibrationOutput>& outputs, uint32_t threads,
    const std::function<bool(uint64_t)>& progress) {
    size_t longest = 0;
    for (const std::vector<uint32_t>& w : windows) longest = std::max(longest, w.size());
    GOSSET_ASSIGN(const std::unique_ptr<Pool> pool, Pool::create(threads));
    gradient::Team team(*pool);
    gradient::Backward backward(model, longest, team);
    Collector collector(*model.ops, outputs);
    uint64_t done = 0;
    for (const std::vector<uint32_t>& window : windows) {
        const std::vector<double> draws = label_draws(window);
        const auto loss = [&](size_t t, float* logits) {  // of -log p(label), which is p - 1 there
            model.ops->softmax(logits, model.config.vocab);
            logits[label_of({logits, model.config.vocab}, draws[t])] -= 1;
        };
        const auto go_on = [&] { return collector.finite().ok() && progress(done); };
        const bool whole = backward.run(window, loss, collector, go_on);
        GOSSET_TRY(collector.finite());
        if (!whole) return aborted("stopped on request");
        done += window.size();
        if (!progress(done)) return aborted("stopped on request");
    }
    return collector.take();
}

}  // namespace gosset::quantize
