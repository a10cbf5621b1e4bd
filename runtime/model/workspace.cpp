#include "runtime/model/workspace.hpp"

#include <algorithm>

#include "runtime/base/checked.hpp"

namespace gosset {

namespace {

// Hands out 64-byte aligned pieces of memory that may not exist yet.
class Layout {
  public:
    explicit Layout(uint8_t* base) : base_(base) {}

    // Room for a * b * c elements of T.
    template <class T>
    T* take(uint64_t a, uint64_t b = 1, uint64_t c = 1) {
        uint64_t n = 0, next = 0;
        const bool fits = checked_mul(a, b, &n) && checked_mul(n, c, &n) &&
                          checked_mul(n, sizeof(T), &n) && n <= UINT64_MAX - 63 &&
                          checked_add(used_, align_up(n, 64), &next);
        if (!fits || used_ == UINT64_MAX) {
            used_ = UINT64_MAX;
            return nullptr;
        }
        T* p = base_ ? reinterpret_cast<T*>(base_ + used_) : nullptr;
        used_ = next;
        return p;
    }
    uint64_t used() const { return used_; }

  private:
    uint8_t* base_;
    uint64_t used_ = 0;
};

template <class F>
void for_each_group(const ModelWeights& m, F&& f) {
    for (const LayerWeights& l : m.layers) for_each_group(l, f);
    f(m.head);
}

}  // namespace

Workspace lay_out(const ModelWeights& m, const SessionShape& s, uint8_t* base) {
    const ModelConfig& c = m.config;
    Workspace w{};
    w.q_stride = padded_rows(uint64_t(c.heads) * c.head_dim);
    w.k_stride = padded_rows(uint64_t(c.kv_heads) * c.head_dim);
    w.v_stride = padded_rows(uint64_t(c.kv_heads) * c.v_head_dim);
    w.branch_stride = padded_rows(c.dim);
    w.ffn_stride = padded_rows(c.ffn_dim);
    w.vocab_stride = padded_rows(c.vocab);
    w.rope_stride = align_up((c.head_dim + 1) / 2, 16);

    ActivationSize act;
    size_t widest = m.embed.w.blocks * kPanelCols;
    for_each_group(m, [&](const LinearGroup& g) {
        act.grow(g.size_per_token());
        widest = std::max<size_t>(widest, g.width());
    });
    // a normalised vector, the padded copy that is rotated, and the rotation's scratch
    w.work_floats = 3 * align_up(widest, 16);

    Layout take(base);
    const uint64_t b = s.batch;
    w.x = take.take<float>(b, c.dim);
    w.cosine = take.take<float>(m.ropes.size(), b, w.rope_stride);
    w.sine = take.take<float>(m.ropes.size(), b, w.rope_stride);
    w.q = take.take<float>(b, w.q_stride);
    w.k = take.take<float>(b, w.k_stride);
    w.v = take.take<float>(b, w.v_stride);
    w.attention = take.take<float>(b, c.heads, c.v_head_dim);
    w.branch = take.take<float>(b, w.branch_stride);
    w.gate = take.take<float>(b, w.ffn_stride);
    w.up = take.take<float>(b, w.ffn_stride);
    w.activations.f32 = take.take<float>(b, act.f32 / sizeof(float));
    w.activations.q = take.take<int8_t>(b, act.q);
    w.activations.scale = take.take<float>(b, act.scale / sizeof(float));
    w.activations.sum = take.take<int32_t>(b, act.sum / sizeof(int32_t));
    w.activations.ext = take.take<uint8_t>(b, act.ext);
    w.activations.rounded = take.take<uint16_t>(align_up(b, 16), act.rounded / sizeof(uint16_t));
    w.work = take.take<float>(s.threads, w.work_floats);
    const uint64_t group = c.heads / c.kv_heads, chunks = s.chunks();
    w.partials.group = uint32_t(group), w.partials.chunks = s.chunks();
    w.partials.max = take.take<float>(c.heads, chunks);
    w.partials.sum = take.take<float>(c.heads, chunks);
    w.partials.out = take.take<float>(c.heads, chunks, c.v_head_dim);
    w.partials.gather = take.take<float>(s.threads, 2, chunks);
    w.partials.scratch_floats = attention_scratch_floats(uint32_t(group), c.head_dim, c.v_head_dim);
    w.partials.scratch = take.take<float>(s.threads, w.partials.scratch_floats);
    w.logits = take.take<float>(b, w.vocab_stride);
    const uint64_t vectors = uint64_t(c.layers) * s.sequences * c.kv_heads;
    w.k_cache = take.take<uint8_t>(vectors, s.context, c.head_dim * s.kv_bytes());
    w.v_cache = take.take<uint8_t>(vectors, s.context, c.v_head_dim * s.kv_bytes());
    w.total = take.used();
    return w;
}

}  // namespace gosset
