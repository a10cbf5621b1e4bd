#include "runtime/model/bind.hpp"

#include "runtime/model/bind_tensor.hpp"

namespace gosset {

namespace {

class Binder {
  public:
    Binder(const ModelFile& file, const Isa& isa, ModelWeights& out)
        : tensors_(file, isa, out), out_(out), c_(out.config) {}

    Status bind() {
        for (const RopeKind& kind : c_.ropes) out_.ropes.push_back(make_rope(kind, c_.head_dim));
        GOSSET_TRY(tensors_.vector(Role::final_norm, -1, c_.dim, out_.final_norm));
        GOSSET_TRY(bind_embedding());
        out_.layers.resize(c_.layers);
        for (uint32_t i = 0; i < c_.layers; i++) {
            GOSSET_TRY(bind_matrices(int32_t(i), out_.layers[i]));
            GOSSET_TRY(bind_vectors(int32_t(i), out_.layers[i]));
        }
        return {};
    }

  private:
    // Adds a linear to the group of its rotation and extension, or opens a new group.
    void join(std::vector<LinearGroup>& groups, const BoundMatrix& m) {
        LinearGroup* group = nullptr;
        for (LinearGroup& g : groups) {
            bool fits = g.rotation == m.rotation && g.blocks == m.blocks;
            for (const Linear& l : g.linears)  // one extension a group
                fits &= !l.codec->act_ext_bytes || !m.linear.codec->act_ext_bytes ||
                        l.codec == m.linear.codec;
            if (fits) group = &g;
        }
        if (!group) {
            group = &groups.emplace_back();
            group->rotation = m.rotation;
            group->cols = m.linear.cols, group->blocks = m.blocks;
        }
        group->linears.push_back(m.linear);
        (m.linear.codec->act == ActKind::i8 ? group->needs_i8 : group->needs_f32) = true;
        out_.bytes_per_token += m.bytes;
    }

    Result<LinearGroup> single(Role role, int32_t layer, uint64_t rows, uint64_t cols) {
        GOSSET_ASSIGN(BoundMatrix m, tensors_.matrix(role, layer, rows, cols));
        std::vector<LinearGroup> groups;
        join(groups, m);
        return groups[0];
    }

    Status bind_embedding() {
        GOSSET_ASSIGN(BoundMatrix embed, tensors_.matrix(Role::embed, -1, c_.vocab, c_.dim));
        out_.embed = embed.linear;
        out_.embed_rotation = embed.rotation;
        if (c_.tied_head) {
            std::vector<LinearGroup> groups;
            join(groups, embed);
            out_.head = groups[0];
            return {};
        }
        GOSSET_ASSIGN(out_.head, single(Role::head, -1, c_.vocab, c_.dim));
        return {};
    }

    Status bind_matrices(int32_t i, LayerWeights& l) {
        const struct {
            Role role;
            uint64_t rows;
            std::vector<LinearGroup>& to;
        } shared[] = {
            {Role::q, q_rows(), l.qkv},        {Role::k, k_rows(), l.qkv},
            {Role::v, v_rows(), l.qkv},        {Role::gate, c_.ffn_dim, l.gate_up},
            {Role::up, c_.ffn_dim, l.gate_up},
        };
        for (const auto& s : shared) {
            GOSSET_ASSIGN(BoundMatrix m, tensors_.matrix(s.role, i, s.rows, c_.dim));
            m.linear.slot = uint32_t(slots_of(s.to));
            join(s.to, m);
        }
        GOSSET_ASSIGN(l.o, single(Role::o, i, c_.dim, uint64_t(c_.heads) * c_.v_head_dim));
        GOSSET_ASSIGN(l.down, single(Role::down, i, c_.dim, c_.ffn_dim));
        return {};
    }

    Status bind_vectors(int32_t i, LayerWeights& l) {
        const struct {
            bool wanted;
            Role role;
            uint64_t n;
            std::vector<float>& to;
        } vectors[] = {
            {true, Role::attn_norm, c_.dim, l.attn_norm},
            {true, Role::ffn_norm, c_.dim, l.ffn_norm},
            {c_.post_norm, Role::post_attn_norm, c_.dim, l.attention.post_norm},
            {c_.post_norm, Role::post_ffn_norm, c_.dim, l.ffn.post_norm},
            {c_.qk_norm, Role::q_norm, c_.head_dim, l.q_norm},
            {c_.qk_norm, Role::k_norm, c_.head_dim, l.k_norm},
            {c_.q_bias, Role::q_bias, q_rows(), l.q_bias},
            {c_.k_bias, Role::k_bias, k_rows(), l.k_bias},
            {c_.v_bias, Role::v_bias, v_rows(), l.v_bias},
            {c_.o_bias, Role::o_bias, c_.dim, l.attention.bias},
            {c_.mlp_bias, Role::gate_bias, c_.ffn_dim, l.gate_bias},
            {c_.mlp_bias, Role::up_bias, c_.ffn_dim, l.up_bias},
            {c_.mlp_bias, Role::down_bias, c_.dim, l.ffn.bias},
        };
        for (const auto& v : vectors)
            if (v.wanted) GOSSET_TRY(tensors_.vector(v.role, i, v.n, v.to));
        const bool windowed = c_.window_layers.empty() || c_.window_layers[size_t(i)] != 0;
        l.window = windowed ? c_.sliding_window : 0;
        l.rope = c_.rope_of_layer.empty() ? 0 : c_.rope_of_layer[size_t(i)];
        return {};
    }

    uint64_t q_rows() const { return uint64_t(c_.heads) * c_.head_dim; }
    uint64_t k_rows() const { return uint64_t(c_.kv_heads) * c_.head_dim; }
    uint64_t v_rows() const { return uint64_t(c_.kv_heads) * c_.v_head_dim; }

    // How many linears the groups hold already: the place of the next one (q 0, k 1, v 2).
    static size_t slots_of(const std::vector<LinearGroup>& groups) {
        size_t n = 0;
        for (const LinearGroup& g : groups) n += g.linears.size();
        return n;
    }

    TensorBinder tensors_;
    ModelWeights& out_;
    const ModelConfig& c_;
};

}  // namespace

Result<std::unique_ptr<ModelWeights>> bind_model(const ModelFile& file, const Isa& isa,
                                                 Prefill prefill) {
    auto weights = std::make_unique<ModelWeights>();
    weights->config = file.config();
    weights->identity = file.identity();
    weights->isa = &isa, weights->prefill = prefill;
    weights->ops = &op_kernels(isa);
    GOSSET_TRY(check_config(weights->config));
    GOSSET_TRY(Binder(file, isa, *weights).bind());
    return weights;
}

}  // namespace gosset
