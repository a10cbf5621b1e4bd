#include "runtime/model/bind_tensor.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <string>

namespace gosset {

namespace {

std::string shape_string(const std::vector<uint64_t>& shape) {
    std::string s = "[";
    for (uint64_t d : shape) s += (s.size() > 1 ? ", " : "") + std::to_string(d);
    return s + "]";
}

const char* role_name(Role role) {
    static const std::map<Role, const char*> names = {
        {Role::embed, "embed"},
        {Role::head, "head"},
        {Role::final_norm, "final_norm"},
        {Role::attn_norm, "attn_norm"},
        {Role::q, "q"},
        {Role::k, "k"},
        {Role::v, "v"},
        {Role::o, "o"},
        {Role::q_bias, "q_bias"},
        {Role::k_bias, "k_bias"},
        {Role::v_bias, "v_bias"},
        {Role::o_bias, "o_bias"},
        {Role::q_norm, "q_norm"},
        {Role::k_norm, "k_norm"},
        {Role::post_attn_norm, "post_attn_norm"},
        {Role::ffn_norm, "ffn_norm"},
        {Role::gate, "gate"},
        {Role::up, "up"},
        {Role::down, "down"},
        {Role::gate_bias, "gate_bias"},
        {Role::up_bias, "up_bias"},
        {Role::down_bias, "down_bias"},
        {Role::post_ffn_norm, "post_ffn_norm"},
    };
    const auto found = names.find(role);
    return found == names.end() ? "other" : found->second;
}

}  // namespace

TensorBinder::TensorBinder(const ModelFile& file, const Isa& isa, ModelWeights& out)
    : isa_(isa), out_(out) {
    for (const TensorView& t : file.tensors()) by_role_[{t.role, t.layer}] = &t;
}

Result<const TensorView*> TensorBinder::find(Role role, int32_t layer) const {
    const auto it = by_role_.find({role, layer});
    if (it != by_role_.end()) return it->second;
    return corrupt("the configuration calls for a tensor that the file does not have: no " +
                   std::string(role_name(role)) +
                   (layer < 0 ? "" : " for layer " + std::to_string(layer)));
}

Status TensorBinder::vector(Role role, int32_t layer, uint64_t n, std::vector<float>& to) const {
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

Status TensorBinder::params(const TensorView& t, const Codec& codec, Weights* w) const {
    if (codec.params_bytes == 0) return {};
    const SegmentView* s = t.segment("params");
    if (!s || s->bytes.size() != codec.params_bytes)
        return corrupt("params are " + std::to_string(s ? s->bytes.size() : 0) +
                       " bytes, not the " + std::to_string(codec.params_bytes) + " of its codec");
    if (codec.valid_params && !codec.valid_params(s->bytes.data()))
        return corrupt("its params are none of codec " + std::string(codec.name));
    w->params = s->bytes.data();
    return {};
}

// Codes, scales and table of a codec: sizes exact, every scale finite.
Status TensorBinder::weights(const TensorView& t, const Codec& codec, uint64_t padded_width,
                             Weights* w) {
    const uint64_t rows = t.rows();
    const SegmentView* codes = t.segment("codes");
    const uint64_t expected = codes_size(codec, rows, padded_width);
    if (!codes || codes->bytes.size() != expected)
        return corrupt("codes are " + std::to_string(codes ? codes->bytes.size() : 0) +
                       " bytes, not the " + std::to_string(expected) + " of its shape");
    w->panels = codes->bytes.data();
    w->row_blocks = uint32_t(padded_rows(rows) / kPanelRows);
    w->blocks = uint32_t(padded_cols(padded_width) / kPanelCols);
    if (codec.scale == ScaleKind::none) return params(t, codec, w);

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
    out_.tables.push_back(std::make_unique<float[]>(kScaleTable));
    std::memcpy(out_.tables.back().get(), table->bytes.data(), table->bytes.size());
    for (uint32_t i = 0; i < kScaleTable; i++)
        if (!std::isfinite(out_.tables.back()[i])) return corrupt("its table is not finite");
    w->table = out_.tables.back().get();
    return params(t, codec, w);
}

Result<BoundMatrix> TensorBinder::matrix(Role role, int32_t layer, uint64_t rows, uint64_t cols) {
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
    BoundMatrix f;
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
    if (out_.prefill == Prefill::exact) f.linear.kernels.gemm_rounded = nullptr;
    f.linear.rows = uint32_t(rows), f.linear.cols = uint32_t(cols);
    f.blocks = f.linear.w.blocks;
    for (const SegmentView& seg : t->segments) f.bytes += seg.bytes.size();
    out_.weight_count += rows * cols, out_.weight_bytes += f.bytes;
    return f;
}

}  // namespace gosset
