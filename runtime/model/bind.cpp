#include "runtime/model/bind.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <map>

#include "runtime/base/half.hpp"

namespace gosset {

namespace {

std::string shape_string(const std::vector<uint64_t>& shape) {
    std::string s = "[";
    for (uint64_t d : shape) s += (s.size() > 1 ? ", " : "") + std::to_string(d);
    return s + "]";
}

class Binder {
  public:
    Binder(const ModelFile& file, const Isa& isa, ModelWeights& out) : isa_(isa), out_(out) {
        for (const TensorView& t : file.tensors()) by_role_[{t.role, t.layer}] = &t;
    }

    Status bind() {
        const ModelConfig& c = out_.config;
        GOSSET_TRY(vector(Role::final_norm, -1, c.dim, out_.final_norm));
        GOSSET_TRY(bind_embedding());
        out_.layers.resize(c.layers);
        for (uint32_t i = 0; i < c.layers; i++) GOSSET_TRY(bind_layer(int32_t(i), out_.layers[i]));
        return {};
    }

  private:
    struct Found {
        Linear linear;
        const Hadamard* rotation = nullptr;
        uint32_t blocks = 0;
    };

    Result<const TensorView*> find(Role role, int32_t layer) const {
        const auto it = by_role_.find({role, layer});
        if (it != by_role_.end()) return it->second;
        return corrupt("the file has no tensor of role " + std::to_string(int(role)) +
                       (layer < 0 ? "" : " for layer " + std::to_string(layer)));
    }

    Status vector(Role role, int32_t layer, uint64_t n, std::vector<float>& to) const {
        GOSSET_ASSIGN(const TensorView* t, find(role, layer));
        const std::string where = "tensor '" + std::string(t->name) + "'";
        if (t->shape.size() != 1 || t->shape[0] != n)
            return corrupt(where + " has shape " + shape_string(t->shape) + ", not [" +
                           std::to_string(n) + "]");
        if (t->codec != "f32" || t->codec_version != 1)
            return unsupported(where + ": a vector must be 'f32' version 1, not '" +
                               std::string(t->codec) + "'");
        const SegmentView* s = t->segment("codes");
        if (!s || s->bytes.size() != n * sizeof(float))
            return corrupt(where + ": its codes are not " + std::to_string(n) + " floats");
        to.resize(n);
        std::memcpy(to.data(), s->bytes.data(), n * sizeof(float));
        for (float f : to)
            if (!std::isfinite(f)) return corrupt(where + " holds a value that is not finite");
        return {};
    }

    // Codes, scales and table of a codec: sizes exact, every scale finite.
    Status weights(const TensorView& t, const Codec& codec, uint64_t padded_width, Weights* w) {
        const uint64_t rows = t.rows();
        const SegmentView* codes = t.segment("codes");
        const uint64_t expected = codes_size(codec, rows, padded_width);
        if (!codes || codes->bytes.size() != expected)
            return corrupt("codes are " + std::to_string(codes ? codes->bytes.size() : 0) +
                           " bytes, not the " + std::to_string(expected) + " of its shape");
        w->panels = codes->bytes.data();
        w->row_blocks = uint32_t(padded_rows(rows) / kPanelRows);
        w->blocks = uint32_t(padded_cols(padded_width) / kPanelCols);
        if (!codec.scaled) return {};

        const SegmentView* scales = t.segment("row_scales");
        const ParamView* table = t.param("table");
        const uint64_t n = padded_rows(rows);
        if (!scales || scales->bytes.size() != 2 * n)
            return corrupt("row_scales are not " + std::to_string(n) + " fp16 values");
        if (!table || table->bytes.size() != kScaleTable * sizeof(float))
            return corrupt("param 'table' is not 16 floats");
        if (std::bit_cast<uintptr_t>(scales->bytes.data()) % alignof(uint16_t))
            return invalid_argument("the model must begin at a multiple of 64 bytes in memory");
        w->row_scales = reinterpret_cast<const uint16_t*>(scales->bytes.data());
        for (uint64_t i = 0; i < n; i++)
            if ((w->row_scales[i] & 0x7c00u) == 0x7c00u)
                return corrupt("row scale " + std::to_string(i) + " is not finite");
        tables_.emplace_back(new float[kScaleTable]);
        std::memcpy(tables_.back().get(), table->bytes.data(), table->bytes.size());
        for (uint32_t i = 0; i < kScaleTable; i++)
            if (!std::isfinite(tables_.back()[i])) return corrupt("its table is not finite");
        w->table = tables_.back().get();
        return {};
    }

    Result<Found> matrix(Role role, int32_t layer, uint64_t rows, uint64_t cols) {
        GOSSET_ASSIGN(const TensorView* t, find(role, layer));
        const std::string where = "tensor '" + std::string(t->name) + "'";
        if (t->shape.size() != 2 || t->shape[0] != rows || t->shape[1] != cols)
            return corrupt(where + " has shape " + shape_string(t->shape) + ", not [" +
                           std::to_string(rows) + ", " + std::to_string(cols) + "]");
        const Codec* codec = find_codec(t->codec.data(), t->codec.size());
        if (!codec)
            return unsupported(where + ": this build has no codec '" + std::string(t->codec) + "'");
        if (codec->version != t->codec_version)
            return unsupported(where + ": codec '" + std::string(t->codec) + "' version " +
                               std::to_string(t->codec_version) + "; this build reads version " +
                               std::to_string(codec->version));
        Found f;
        uint64_t width = cols;
        if (!t->rotation.none()) {
            auto rotation = out_.rotations.get(t->rotation.factors, t->rotation.sign_seed);
            if (!rotation.ok()) return rotation.status().in(where);
            f.rotation = *rotation;
            width = f.rotation->n;
            if (width < cols || width % kPanelCols)
                return corrupt(where + ": its rotation of width " + std::to_string(width) +
                               " does not fit " + std::to_string(cols) + " columns");
        }
        const Status s = weights(*t, *codec, width, &f.linear.w);
        if (!s.ok()) return s.in(where);
        f.linear.codec = codec;
        f.linear.kernels = codec_kernels(isa_, *codec);
        f.linear.rows = uint32_t(rows), f.linear.cols = uint32_t(cols);
        f.blocks = f.linear.w.blocks;
        uint64_t bytes = 0;
        for (const SegmentView& seg : t->segments) bytes += seg.bytes.size();
        last_bytes_ = bytes;
        out_.weight_count += rows * cols, out_.weight_bytes += bytes;
        return f;
    }

    // Adds a linear to the group of its rotation and extension, or opens a new group.
    void join(std::vector<LinearGroup>& groups, const Found& f) {
        LinearGroup* group = nullptr;
        for (LinearGroup& g : groups) {
            bool fits = g.rotation == f.rotation && g.blocks == f.blocks;
            for (const Linear& l : g.linears)  // one extension a group
                fits &= !l.codec->act_ext_bytes || !f.linear.codec->act_ext_bytes ||
                        l.codec == f.linear.codec;
            if (fits) group = &g;
        }
        if (!group) {
            group = &groups.emplace_back();
            group->rotation = f.rotation;
            group->cols = f.linear.cols, group->blocks = f.blocks;
        }
        group->linears.push_back(f.linear);
        (f.linear.codec->act == ActKind::i8 ? group->needs_i8 : group->needs_f32) = true;
        out_.bytes_per_token += last_bytes_;
    }

    Result<LinearGroup> single(Role role, int32_t layer, uint64_t rows, uint64_t cols) {
        GOSSET_ASSIGN(Found f, matrix(role, layer, rows, cols));
        std::vector<LinearGroup> groups;
        join(groups, f);
        return groups[0];
    }

    Status bind_embedding() {
        const ModelConfig& c = out_.config;
        GOSSET_ASSIGN(Found embed, matrix(Role::embed, -1, c.vocab, c.dim));
        out_.embed = embed.linear;
        out_.embed_rotation = embed.rotation;
        if (c.tied_head) {
            std::vector<LinearGroup> groups;
            join(groups, embed);
            out_.head = groups[0];
            return {};
        }
        GOSSET_ASSIGN(out_.head, single(Role::head, -1, c.vocab, c.dim));
        return {};
    }

    Status bind_layer(int32_t i, LayerWeights& l) {
        const ModelConfig& c = out_.config;
        GOSSET_TRY(vector(Role::attn_norm, i, c.dim, l.attn_norm));
        GOSSET_TRY(vector(Role::ffn_norm, i, c.dim, l.ffn_norm));
        const struct {
            Role role;
            uint64_t rows;
            std::vector<LinearGroup>& to;
        } shared[] = {
            {Role::q, uint64_t(c.heads) * c.head_dim, l.qkv},
            {Role::k, uint64_t(c.kv_heads) * c.head_dim, l.qkv},
            {Role::v, uint64_t(c.kv_heads) * c.v_head_dim, l.qkv},
            {Role::gate, c.ffn_dim, l.gate_up},
            {Role::up, c.ffn_dim, l.gate_up},
        };
        for (const auto& s : shared) {
            GOSSET_ASSIGN(Found f, matrix(s.role, i, s.rows, c.dim));
            f.linear.slot = uint32_t(slots_of(s.to));
            join(s.to, f);
        }
        GOSSET_ASSIGN(l.o, single(Role::o, i, c.dim, uint64_t(c.heads) * c.v_head_dim));
        GOSSET_ASSIGN(l.down, single(Role::down, i, c.dim, c.ffn_dim));
        return {};
    }

    // How many linears the groups hold already: the place of the next one (q 0, k 1, v 2).
    static size_t slots_of(const std::vector<LinearGroup>& groups) {
        size_t n = 0;
        for (const LinearGroup& g : groups) n += g.linears.size();
        return n;
    }

    const Isa& isa_;
    ModelWeights& out_;
    std::map<std::pair<Role, int32_t>, const TensorView*> by_role_;
    std::vector<std::unique_ptr<float[]>>& tables_ = out_.tables;
    uint64_t last_bytes_ = 0;
};

}  // namespace

Result<std::unique_ptr<ModelWeights>> bind_model(const ModelFile& file, const Isa& isa) {
    auto weights = std::make_unique<ModelWeights>();
    weights->config = file.config();
    weights->isa = &isa;
    weights->ops = &op_kernels(isa);
    GOSSET_TRY(check_config(weights->config));
    GOSSET_TRY(Binder(file, isa, *weights).bind());
    return weights;
}

}  // namespace gosset
