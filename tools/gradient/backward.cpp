#include "tools/gradient/backward.hpp"

#include <algorithm>

namespace gosset::gradient {

namespace {

/// Floats of logits that are held at a time.
constexpr size_t kLogits = size_t(1) << 24;

}  // namespace

Backward::Backward(const ModelWeights& model, size_t tokens, Team& team)
    : m_(model), c_(model.config), ops_(*model.ops), team_(team), layers_(model, tokens, team) {
    inputs_.assign(c_.layers + 1, std::vector<float>(tokens * c_.dim));
    normed_.resize(tokens * c_.dim), dx_.resize(tokens * c_.dim);
}

void Backward::embed(std::span<const uint32_t> tokens) {
    const size_t width = size_t(m_.embed.w.blocks) * kPanelCols;
    scratch_.resize(std::max(scratch_.size(), team_.members() * 2 * width));
    each_tile(team_, tokens.size(), [&](size_t first, size_t n, uint32_t member) {
        float* row = &scratch_[member * 2 * width];
        for (size_t t = first; t < first + n; t++) {
            m_.embed.kernels.decode_row(m_.embed.w, tokens[t], row);
            if (m_.embed_rotation) ops_.hadamard(row, *m_.embed_rotation, true, row + width);
            float* x = &inputs_[0][t * c_.dim];
            for (uint32_t i = 0; i < c_.dim; i++) x[i] = row[i] * c_.embedding_scale;
        }
    });
}

/// dx_ = dL/d(input of the final norm).
void Backward::head(size_t tokens, const LossGradient& loss, GradientSink& sink) {
    const Linear& l = m_.head.linears[0];
    const size_t stride = l.rows, dim = c_.dim;
    const float* x = inputs_.back().data();
    std::vector<float> d(tokens * dim);
    const size_t piece = std::clamp<size_t>(kLogits / stride / kTokenTile, 1, 16) * kTokenTile;
    logits_.resize(std::max(logits_.size(), std::min(piece, tokens) * stride));
    scratch_.resize(std::max(scratch_.size(), team_.members() * stride));
    each_tile(team_, tokens, [&](size_t first, size_t n, uint32_t) {
        for (size_t t = first; t < first + n; t++)
            ops_.rms_norm(x + t * dim, m_.final_norm.data(), dim, c_.norm_eps, c_.norm_offset,
                          &normed_[t * dim]);
    });
    sink.input(c_.layers, InputSite::head, {normed_.data(), dim}, dim, tokens);
    for (size_t begin = 0; begin < tokens; begin += piece) {
        const size_t count = std::min(piece, tokens - begin);
        const Rows logits{logits_.data(), stride};
        layers_.dense().multiply(m_.head, l, {&normed_[begin * dim], dim}, count, logits);
        team_.each(count, [&](size_t t, uint32_t member) {
            float *row = logits.row(t), *capped = &scratch_[member * stride];
            const float cap = c_.final_softcap;
            if (cap != 0) {
                ops_.softcap(row, stride, cap);
                std::copy_n(row, stride, capped);
            }
            loss(begin + t, row);
            for (size_t i = 0; i < stride && cap != 0; i++)
                row[i] *= 1 - capped[i] / cap * (capped[i] / cap);
        });
        layers_.dense().multiply_transposed(m_.head, l, logits, count, {&d[begin * dim], dim});
    }
    std::fill_n(dx_.begin(), tokens * dim, 0.0f);
    layers_.norm_back(x, m_.final_norm, {d.data(), dim}, dim, {dx_.data(), dim});
}

bool Backward::run(std::span<const uint32_t> tokens, const LossGradient& loss, GradientSink& sink,
                   const std::function<bool()>& keep_going) {
    const auto stop = [&] { return keep_going && !keep_going(); };
    layers_.set_tokens(tokens.size());
    embed(tokens);
    for (uint32_t i = 0; i < c_.layers; i++) {
        layers_.forward(i, inputs_[i].data(), inputs_[i + 1].data(), sink);
        if (stop()) return false;
    }
    head(tokens.size(), loss, sink);
    for (uint32_t i = c_.layers; i-- > 0;) {
        // The last layer was the last that was computed: it is still there.
        if (i + 1 < c_.layers) layers_.forward(i, inputs_[i].data(), inputs_[i + 1].data(), sink);
        layers_.backward(i, dx_.data(), sink);
        if (stop()) return false;
    }
    return true;
}

}  // namespace gosset::gradient
