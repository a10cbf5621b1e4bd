#include "tools/gradient/layer_pass.hpp"

#include <algorithm>
#include <cmath>

#include "tools/gradient/activation.hpp"

namespace gosset::gradient {

LayerPass::Buffer LayerPass::buffer(size_t width) const {
    return {std::vector<float>(capacity_ * width), width};
}

LayerPass::LayerPass(const ModelWeights& model, size_t tokens, Team& team)
    : m_(model),
      c_(model.config),
      ops_(*model.ops),
      team_(team),
      dense_(ops_, team),
      attention_(ops_, team),
      capacity_(tokens) {
    const size_t dim = c_.dim, q = size_t(c_.heads) * c_.head_dim;
    const size_t k = size_t(c_.kv_heads) * c_.head_dim, v = size_t(c_.kv_heads) * c_.v_head_dim;
    const size_t out = size_t(c_.heads) * c_.v_head_dim;
    for (Buffer* b : {&normed_, &o_raw_, &middle_, &down_raw_, &d_branch_, &d_normed_})
        *b = buffer(dim);
    for (Buffer* b : {&q_raw_, &q_, &d_q_}) *b = buffer(q);
    for (Buffer* b : {&k_raw_, &k_, &d_k_}) *b = buffer(k);
    for (Buffer* b : {&v_raw_, &v_, &d_v_}) *b = buffer(v);
    for (Buffer* b : {&attended_, &d_attended_}) *b = buffer(out);
    for (Buffer* b : {&gate_raw_, &up_raw_, &activated_, &d_gate_, &d_up_, &d_activated_})
        *b = buffer(c_.ffn_dim);
    scratch_ = buffer(std::max({dim, q, k, out, size_t(c_.ffn_dim)}));
    head_scratch_ = buffer(c_.head_dim);
}

void LayerPass::set_tokens(size_t tokens) {
    if (tokens == tokens_) return;
    tokens_ = tokens;
    const size_t kinds = m_.ropes.size();
    cosine_.resize(kinds), sine_.resize(kinds), minus_sine_.resize(kinds);
    for (size_t kind = 0; kind < kinds; kind++) {
        const Rope& rope = m_.ropes[kind];
        const size_t pairs = rope.pairs();
        cosine_[kind].resize(tokens * pairs), sine_[kind].resize(tokens * pairs);
        for (size_t t = 0; t < tokens; t++)
            rope_angles(rope.of_context(uint32_t(tokens)), rope.attention_factor, uint32_t(t),
                        &cosine_[kind][t * pairs], &sine_[kind][t * pairs]);
        minus_sine_[kind] = sine_[kind];
        for (float& s : minus_sine_[kind]) s = -s;
    }
}

AttentionShape LayerPass::shape_of(const LayerWeights& l) const {
    const float scale = c_.attention_scale ? c_.attention_scale : 1 / std::sqrt(float(c_.head_dim));
    return {c_.heads, c_.kv_heads, c_.head_dim,         c_.v_head_dim,
            l.window, scale,       c_.attention_softcap};
}

void LayerPass::norm(Rows x, const std::vector<float>& weight, Rows out) {
    each_tile(team_, tokens_, [&](size_t first, size_t n, uint32_t) {
        for (size_t t = first; t < first + n; t++)
            ops_.rms_norm(x.row(t), weight.data(), c_.dim, c_.norm_eps, c_.norm_offset, out.row(t));
    });
}

// y_i = x_i r (offset + w_i), r = (mean x^2 + eps)^-1/2: with g_i = dy_i (offset + w_i),
// dx = r (g - x r^2 mean(g x)).
void LayerPass::norm_back(const float* x, const std::vector<float>& weight, Rows dy, size_t width,
                          Rows dx) {
    each_tile(team_, tokens_, [&](size_t first, size_t n, uint32_t) {
        for (size_t t = first; t < first + n; t++)
            norm_back_row(ops_, {x + t * width, weight.data(), width, c_.norm_eps, c_.norm_offset},
                          dy.row(t), dx.row(t));
    });
}

void LayerPass::multiply(const std::vector<LinearGroup>& groups, Rows x, Buffer* const* y) {
    for (const LinearGroup& g : groups)
        for (const Linear& l : g.linears) dense_.multiply(g, l, x, tokens_, y[l.slot]->rows());
}

/// out = rope(norm(raw + bias)) of `count` heads.
void LayerPass::heads(const LayerWeights& l, Rows raw, const std::vector<float>& bias,
                      const std::vector<float>& norm, uint32_t count, Rows out) {
    const size_t dim = c_.head_dim, half = m_.ropes[l.rope].pairs();
    each_tile(team_, tokens_, [&](size_t first, size_t n, uint32_t) {
        for (size_t t = first; t < first + n; t++) {
            float* x = out.row(t);
            std::copy_n(raw.row(t), count * dim, x);
            if (!bias.empty()) ops_.add(x, bias.data(), count * dim, x);
            for (uint32_t h = 0; h < count && !norm.empty(); h++)
                ops_.rms_norm(x + h * dim, norm.data(), dim, c_.norm_eps, c_.norm_offset,
                              x + h * dim);
            ops_.rope(x, count, dim, half, &cosine_[l.rope][t * half], &sine_[l.rope][t * half]);
        }
    });
}

/// d: dL/d(out of heads()) in, dL/draw out.
void LayerPass::heads_back(const LayerWeights& l, Rows raw, const std::vector<float>& bias,
                           const std::vector<float>& norm, uint32_t count, Rows d) {
    const size_t dim = c_.head_dim, half = m_.ropes[l.rope].pairs();
    each_tile(team_, tokens_, [&](size_t first, size_t n, uint32_t) {
        for (size_t t = first; t < first + n; t++) {
            // A rotation's transpose turns back; the factor in cosine and sine stays.
            ops_.rope(d.row(t), count, dim, half, &cosine_[l.rope][t * half],
                      &minus_sine_[l.rope][t * half]);
            if (norm.empty()) continue;
            float *x = scratch_.rows().row(t), *dx = head_scratch_.rows().row(t);
            for (uint32_t h = 0; h < count; h++) {
                std::copy_n(raw.row(t) + h * dim, dim, x);
                if (!bias.empty()) ops_.add(x, bias.data() + h * dim, dim, x);
                std::fill_n(dx, dim, 0.0f);
                norm_back_row(ops_, {x, norm.data(), dim, c_.norm_eps, c_.norm_offset},
                              d.row(t) + h * dim, dx);
                std::copy_n(dx, dim, d.row(t) + h * dim);
            }
        }
    });
}

void LayerPass::finish_heads(const LayerWeights& l) {
    heads(l, q_raw_.rows(), l.q_bias, l.q_norm, c_.heads, q_.rows());
    heads(l, k_raw_.rows(), l.k_bias, l.k_norm, c_.kv_heads, k_.rows());
    each_tile(team_, tokens_, [&](size_t first, size_t n, uint32_t) {
        for (size_t t = first; t < first + n; t++) {
            std::copy_n(v_raw_.rows().row(t), v_.width, v_.rows().row(t));
            if (!l.v_bias.empty())
                ops_.add(v_.rows().row(t), l.v_bias.data(), v_.width, v_.rows().row(t));
        }
    });
}

void LayerPass::finish_heads_back(const LayerWeights& l) {
    heads_back(l, q_raw_.rows(), l.q_bias, l.q_norm, c_.heads, d_q_.rows());
    heads_back(l, k_raw_.rows(), l.k_bias, l.k_norm, c_.kv_heads, d_k_.rows());
}

/// activated = act(gate + bias) * (up + bias); the raw outputs hold their biases from then on.
void LayerPass::activate(const LayerWeights& l) {
    const bool gelu = c_.activation == Activation::gelu_tanh;
    each_tile(team_, tokens_, [&](size_t first, size_t n, uint32_t) {
        for (size_t t = first; t < first + n; t++) {
            float *gate = gate_raw_.rows().row(t), *up = up_raw_.rows().row(t);
            if (!l.gate_bias.empty()) ops_.add(gate, l.gate_bias.data(), c_.ffn_dim, gate);
            if (!l.up_bias.empty()) ops_.add(up, l.up_bias.data(), c_.ffn_dim, up);
            (gelu ? ops_.gelu_tanh_mul : ops_.silu_mul)(gate, up, c_.ffn_dim,
                                                        activated_.rows().row(t));
        }
    });
}

void LayerPass::activate_back() {
    each_tile(team_, tokens_, [&](size_t first, size_t n, uint32_t) {
        for (size_t t = first; t < first + n; t++)
            gated_back_row(ops_, c_.activation,
                           {gate_raw_.rows().row(t), up_raw_.rows().row(t), c_.ffn_dim},
                           d_activated_.rows().row(t), scratch_.rows().row(t),
                           d_gate_.rows().row(t), d_up_.rows().row(t));
    });
}

/// out = x + norm(raw + bias)
void LayerPass::add_branch(const BranchWeights& b, Rows raw, Rows x, Rows out) {
    each_tile(team_, tokens_, [&](size_t first, size_t n, uint32_t) {
        for (size_t t = first; t < first + n; t++) {
            float* y = scratch_.rows().row(t);
            std::copy_n(raw.row(t), c_.dim, y);
            if (!b.bias.empty()) ops_.add(y, b.bias.data(), c_.dim, y);
            if (!b.post_norm.empty())
                ops_.rms_norm(y, b.post_norm.data(), c_.dim, c_.norm_eps, c_.norm_offset, y);
            ops_.add(x.row(t), y, c_.dim, out.row(t));
        }
    });
}

/// d_branch = dL/draw of what add_branch() added, given dL/dout.
void LayerPass::branch_back(const BranchWeights& b, Rows raw, Rows dx) {
    each_tile(team_, tokens_, [&](size_t first, size_t n, uint32_t) {
        for (size_t t = first; t < first + n; t++) {
            float* d = d_branch_.rows().row(t);
            if (b.post_norm.empty()) {
                std::copy_n(dx.row(t), c_.dim, d);
                continue;
            }
            float *y = scratch_.rows().row(t), *g = d_normed_.rows().row(t);
            std::copy_n(raw.row(t), c_.dim, y);
            if (!b.bias.empty()) ops_.add(y, b.bias.data(), c_.dim, y);
            std::copy_n(dx.row(t), c_.dim, g);
            std::fill_n(d, c_.dim, 0.0f);
            norm_back_row(ops_, {y, b.post_norm.data(), c_.dim, c_.norm_eps, c_.norm_offset}, g, d);
        }
    });
}

void LayerPass::forward(uint32_t layer, const float* x, float* out, GradientSink& sink) {
    const LayerWeights& l = m_.layers[layer];
    x_ = x;
    const Rows in{const_cast<float*>(x), c_.dim};
    const auto show = [&](InputSite site, Buffer& b) {
        sink.input(layer, site, b.rows(), b.width, tokens_);
    };
    Buffer* const qkv[] = {&q_raw_, &k_raw_, &v_raw_};
    Buffer* const mlp[] = {&gate_raw_, &up_raw_};
    norm(in, l.attn_norm, normed_.rows());
    show(InputSite::qkv, normed_);
    multiply(l.qkv, normed_.rows(), qkv);
    finish_heads(l);
    attention_.forward(shape_of(l), q_.rows(), k_.rows(), v_.rows(), tokens_, attended_.rows());
    show(InputSite::o, attended_);
    dense_.multiply(l.o, l.o.linears[0], attended_.rows(), tokens_, o_raw_.rows());
    add_branch(l.attention, o_raw_.rows(), in, middle_.rows());
    norm(middle_.rows(), l.ffn_norm, normed_.rows());
    show(InputSite::gate_up, normed_);
    multiply(l.gate_up, normed_.rows(), mlp);
    activate(l);
    show(InputSite::down, activated_);
    dense_.multiply(l.down, l.down.linears[0], activated_.rows(), tokens_, down_raw_.rows());
    add_branch(l.ffn, down_raw_.rows(), middle_.rows(), {out, c_.dim});
}

void LayerPass::emit(GradientSink& sink, uint32_t layer, OutputSite site, Rows dy) {
    sink.output({layer, site, dy.stride, tokens_, dy}, team_);
}

void LayerPass::backward(uint32_t layer, float* dx, GradientSink& sink) {
    const LayerWeights& l = m_.layers[layer];
    const Rows d{dx, c_.dim};
    const auto back = [&](const std::vector<LinearGroup>& groups, Buffer* const* dy) {
        std::fill_n(d_normed_.data.begin(), tokens_ * c_.dim, 0.0f);
        for (const LinearGroup& g : groups)
            for (const Linear& linear : g.linears)
                dense_.multiply_transposed(g, linear, dy[linear.slot]->rows(), tokens_,
                                           d_normed_.rows());
    };
    const auto clear = [&](Buffer& b) { std::fill_n(b.data.begin(), tokens_ * b.width, 0.0f); };

    branch_back(l.ffn, down_raw_.rows(), d);
    emit(sink, layer, OutputSite::down, d_branch_.rows());
    clear(d_activated_);
    dense_.multiply_transposed(l.down, l.down.linears[0], d_branch_.rows(), tokens_,
                               d_activated_.rows());
    activate_back();
    emit(sink, layer, OutputSite::gate, d_gate_.rows());
    emit(sink, layer, OutputSite::up, d_up_.rows());
    Buffer* const d_mlp[] = {&d_gate_, &d_up_};
    back(l.gate_up, d_mlp);
    norm_back(middle_.data.data(), l.ffn_norm, d_normed_.rows(), c_.dim, d);

    branch_back(l.attention, o_raw_.rows(), d);
    emit(sink, layer, OutputSite::o, d_branch_.rows());
    clear(d_attended_);
    dense_.multiply_transposed(l.o, l.o.linears[0], d_branch_.rows(), tokens_, d_attended_.rows());
    attention_.backward(shape_of(l), q_.rows(), k_.rows(), v_.rows(), attended_.rows(),
                        d_attended_.rows(), tokens_, d_q_.rows(), d_k_.rows(), d_v_.rows());
    finish_heads_back(l);
    emit(sink, layer, OutputSite::q, d_q_.rows());
    emit(sink, layer, OutputSite::k, d_k_.rows());
    emit(sink, layer, OutputSite::v, d_v_.rows());
    Buffer* const d_qkv[] = {&d_q_, &d_k_, &d_v_};
    back(l.qkv, d_qkv);
    norm_back(x_, l.attn_norm, d_normed_.rows(), c_.dim, d);
}

}  // namespace gosset::gradient
