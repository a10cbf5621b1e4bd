#include "runtime/model/forward.hpp"

#include <cmath>
#include <cstring>

namespace gosset {

namespace {

// Where the linears of a group write.
struct Outputs {
    float* y[3];
    size_t stride[3];
};

struct Site {
    uint32_t layer;
    InputSite input;
};

// One member's view of one forward pass. Work on tokens is shared by token, always the same way, so
// a member may go on with its own tokens' vectors without a barrier; work on rows needs one before
// and after.
class Pass {
  public:
    Pass(const ModelWeights& m, const SessionShape& s, const Workspace& w, const Batch& b,
         const Pool::Member& member)
        : m_(m),
          c_(m.config),
          ops_(*m.ops),
          s_(s),
          w_(w),
          b_(b),
          me_(member),
          work_(w.work + member.index * w.work_floats),
          pad_(work_ + w.work_floats / 3) {}

    void run(AbortCheck& abort) {
        const Outputs qkv = {{w_.q, w_.k, w_.v}, {w_.q_stride, w_.k_stride, w_.v_stride}};
        const Outputs mlp = {{w_.gate, w_.up}, {w_.ffn_stride, w_.ffn_stride}};
        embed();
        const BranchWeights* before = nullptr;  // of the branch that is not yet added
        for (uint32_t i = 0; i < c_.layers; i++) {
            const LayerWeights& l = m_.layers[i];
            if (b_.observer && i >= b_.observer->layers()) return;
            if (me_.index == 0 && abort.ask && abort.ask(abort.user)) abort.aborted = true;
            project(l.qkv, l.attn_norm, before, qkv, {i, InputSite::qkv});
            if (abort.aborted) return;  // the barrier in project() made all members agree
            rotate_and_store(i);
            attend(i);
            project_attention(l.o, {i, InputSite::o});
            project(l.gate_up, l.ffn_norm, &l.attention, mlp, {i, InputSite::gate_up});
            project_mlp(l, {i, InputSite::down});
            before = &l.ffn;
        }
        head(*before);
    }

  private:
    // x = embedding of each token; cosine and sine of its position's angles (RoFormer, eq. 15).
    void embed() {
        const auto [begin, end] = me_.share(b_.n);
        for (size_t t = begin; t < end; t++) {
            m_.embed.kernels.decode_row(m_.embed.w, b_.tokens[t], work_);
            if (m_.embed_rotation) ops_.hadamard(work_, *m_.embed_rotation, true, pad_);
            float* x = w_.x + t * c_.dim;
            for (uint32_t i = 0; i < c_.dim; i++) x[i] = work_[i] * c_.embedding_scale;
            for (uint32_t kind = 0; kind < m_.ropes.size(); kind++) {
                const Rope& rope = m_.ropes[kind];
                const size_t at = angles_of(kind, t);
                rope_angles(rope.of_context(s_.context), rope.attention_factor,
                            b_.position + uint32_t(t), w_.cosine + at, w_.sine + at);
            }
        }
    }
    size_t angles_of(uint32_t rope, size_t t) const {
        return (size_t(rope) * s_.batch + t) * w_.rope_stride;
    }

    // y = W norm(x) for all linears that read it. First adds the branch computed before to x.
    void project(const std::vector<LinearGroup>& groups, const std::vector<float>& norm,
                 const BranchWeights* before, const Outputs& to, Site site) {
        for (size_t g = 0; g < groups.size(); g++) {
            const auto [begin, end] = me_.share(b_.n);
            for (size_t t = begin; t < end; t++) {
                if (before && g == 0) add(*before, t);
                ops_.rms_norm(w_.x + t * c_.dim, norm.data(), c_.dim, c_.norm_eps, c_.norm_offset,
                              work_);
                if (g == 0) observe(site, t, work_);
                groups[g].prepare(ops_, work_, t, b_.n, w_.activations, pad_);
            }
            me_.wait();
            if (g == 0) observed(site, b_.n);
            groups[g].multiply(me_, b_.n, w_.activations, to.y, to.stride);
            me_.wait();
        }
    }

    // Finishes q, k and v, and puts k and v into the cache.
    void rotate_and_store(uint32_t layer) {
        const LayerWeights& l = m_.layers[layer];
        const auto [begin, end] = me_.share(b_.n);
        for (size_t t = begin; t < end; t++) {
            float *q = w_.q + t * w_.q_stride, *k = w_.k + t * w_.k_stride;
            float* v = w_.v + t * w_.v_stride;
            add_bias(q, l.q_bias), add_bias(k, l.k_bias), add_bias(v, l.v_bias);
            normalise_heads(q, c_.heads, l.q_norm), normalise_heads(k, c_.kv_heads, l.k_norm);
            const size_t at = angles_of(l.rope, t), half = m_.ropes[l.rope].pairs();
            ops_.rope(q, c_.heads, c_.head_dim, half, w_.cosine + at, w_.sine + at);
            ops_.rope(k, c_.kv_heads, c_.head_dim, half, w_.cosine + at, w_.sine + at);
            store(layer, t, k, c_.head_dim, w_.k_cache);
            store(layer, t, v, c_.v_head_dim, w_.v_cache);
        }
        me_.wait();
    }

    void add_bias(float* x, const std::vector<float>& bias) const {
        if (!bias.empty()) ops_.add(x, bias.data(), bias.size(), x);
    }
    void normalise_heads(float* x, uint32_t heads, const std::vector<float>& norm) const {
        if (norm.empty()) return;
        for (uint32_t h = 0; h < heads; h++, x += c_.head_dim)
            ops_.rms_norm(x, norm.data(), c_.head_dim, c_.norm_eps, c_.norm_offset, x);
    }

    void store(uint32_t layer, size_t t, const float* x, uint32_t head_dim, uint8_t* cache) {
        for (uint32_t h = 0; h < c_.kv_heads; h++, x += head_dim) {
            uint8_t* to = cache + kv_offset(c_, s_, layer, b_.sequence, h, head_dim) +
                          (b_.position + t) * head_dim * s_.kv_bytes();
            if (s_.kv_type == KvType::f16)
                ops_.f32_to_f16(x, head_dim, reinterpret_cast<uint16_t*>(to));
            else
                std::memcpy(to, x, head_dim * sizeof(float));
        }
    }

    void attend(uint32_t layer) {
        AttentionArgs a{};
        a.tokens = b_.n, a.position = b_.position, a.window = m_.layers[layer].window;
        a.kv_heads = c_.kv_heads, a.head_dim = c_.head_dim, a.v_dim = c_.v_head_dim;
        a.scale = c_.attention_scale ? c_.attention_scale : 1 / std::sqrt(float(c_.head_dim));
        a.softcap = c_.attention_softcap;
        a.q = w_.q, a.q_stride = w_.q_stride;
        a.type = s_.kv_type;
        a.k = w_.k_cache + kv_offset(c_, s_, layer, b_.sequence, 0, c_.head_dim);
        a.v = w_.v_cache + kv_offset(c_, s_, layer, b_.sequence, 0, c_.v_head_dim);
        a.k_stride = size_t(s_.context) * c_.head_dim * s_.kv_bytes();
        a.v_stride = size_t(s_.context) * c_.v_head_dim * s_.kv_bytes();
        a.out = w_.attention, a.out_stride = size_t(c_.heads) * c_.v_head_dim;
        a.partials = w_.partials;
        attention(ops_, a, me_);
        me_.wait();
    }

    // branch = W_o attention
    void project_attention(const LinearGroup& o, Site site) {
        const size_t n = size_t(c_.heads) * c_.v_head_dim;
        const auto [begin, end] = me_.share(b_.n);
        for (size_t t = begin; t < end; t++) {
            observe(site, t, w_.attention + t * n);
            o.prepare(ops_, w_.attention + t * n, t, b_.n, w_.activations, pad_);
        }
        to_branch(o, site);
    }

    // branch = W_down (activation(gate) * up)
    void project_mlp(const LayerWeights& l, Site site) {
        const auto activate =
            c_.activation == Activation::gelu_tanh ? ops_.gelu_tanh_mul : ops_.silu_mul;
        const auto [begin, end] = me_.share(b_.n);
        for (size_t t = begin; t < end; t++) {
            float *gate = w_.gate + t * w_.ffn_stride, *up = w_.up + t * w_.ffn_stride;
            add_bias(gate, l.gate_bias), add_bias(up, l.up_bias);
            activate(gate, up, c_.ffn_dim, gate);
            observe(site, t, gate);
            l.down.prepare(ops_, gate, t, b_.n, w_.activations, pad_);
        }
        to_branch(l.down, site);
    }

    void to_branch(const LinearGroup& group, Site site) {
        const Outputs to = {{w_.branch}, {w_.branch_stride}};
        me_.wait();
        observed(site, b_.n);
        group.multiply(me_, b_.n, w_.activations, to.y, to.stride);
        me_.wait();
    }

    // logits of the wanted tokens, one row after another
    void head(const BranchWeights& before) {
        uint32_t wanted = 0;
        for (uint32_t t = 0; t < b_.n; t++) wanted += b_.want[t] != 0;
        if (!wanted) return;
        const Site site{c_.layers, InputSite::head};
        const auto [begin, end] = me_.share(b_.n);
        for (size_t t = 0, row = 0; t < end; t++) {
            const size_t r = row;
            row += b_.want[t] != 0;
            if (t < begin || !b_.want[t]) continue;
            add(before, t);
            ops_.rms_norm(w_.x + t * c_.dim, m_.final_norm.data(), c_.dim, c_.norm_eps,
                          c_.norm_offset, work_);
            observe(site, r, work_);
            m_.head.prepare(ops_, work_, r, wanted, w_.activations, pad_);
        }
        me_.wait();
        observed(site, wanted);
        const Outputs to = {{w_.logits}, {w_.vocab_stride}};
        m_.head.multiply(me_, wanted, w_.activations, to.y, to.stride);
        if (c_.final_softcap == 0) return;
        me_.wait();
        const auto [first, last] = me_.share(c_.vocab);
        for (uint32_t r = 0; r < wanted; r++)
            ops_.softcap(w_.logits + r * w_.vocab_stride + first, last - first, c_.final_softcap);
    }

    void observe(Site site, size_t t, const float* x) {
        if (b_.observer) b_.observer->input(site.layer, site.input, t, x);
    }
    void observed(Site site, size_t tokens) {
        if (b_.observer) b_.observer->collected(site.layer, site.input, tokens, me_);
    }

    // x += norm(branch + bias)
    void add(const BranchWeights& weights, size_t t) {
        float *x = w_.x + t * c_.dim, *branch = w_.branch + t * w_.branch_stride;
        add_bias(branch, weights.bias);
        if (!weights.post_norm.empty())
            ops_.rms_norm(branch, weights.post_norm.data(), c_.dim, c_.norm_eps, c_.norm_offset,
                          branch);
        ops_.add(x, branch, c_.dim, x);
    }

    const ModelWeights& m_;
    const ModelConfig& c_;
    const OpKernels& ops_;
    const SessionShape& s_;
    const Workspace& w_;
    const Batch& b_;
    const Pool::Member& me_;
    float* work_;  // a normalised vector
    float* pad_;   // its padded copy, and the rotation's scratch
};

}  // namespace

void forward(const ModelWeights& model, const SessionShape& shape, const Workspace& workspace,
             const Batch& batch, AbortCheck& abort, const Pool::Member& member) {
    Pass(model, shape, workspace, batch, member).run(abort);
}

}  // namespace gosset
