#include "format/metadata.hpp"

#include <bit>
#include <cstddef>
#include <string>

#include "format/flatbuffers.hpp"
#include "format/validate.hpp"
#include "runtime/base/checked.hpp"

// Arrays are used where they lie.
static_assert(std::endian::native == std::endian::little, "big-endian hosts are not supported");
static_assert(sizeof(gosset::fb::Merge) == sizeof(gosset::Merge));

namespace gosset {
namespace {

template <class T>
std::span<const T> span_of(const flat::Vector<T>* v) {
    if (!v) return {};
    return {reinterpret_cast<const T*>(v->Data()), v->size()};
}

std::string_view view_of(const flat::String* s) {
    return s ? std::string_view(s->c_str(), s->size()) : std::string_view();
}

/// Copies a vector of at most `limit` elements: a hostile file may name one big vector many times.
template <class T>
Status copy(const flat::Vector<T>* v, uint64_t limit, const char* name, std::vector<T>* out) {
    const std::span<const T> s = span_of(v);
    if (s.size() > limit)
        return corrupt(std::string(name) + " has " + std::to_string(s.size()) +
                       " elements, at most " + std::to_string(limit) + " are allowed");
    out->assign(s.begin(), s.end());
    return {};
}

Status unpack_rope(const fb::RopeKind& r, uint32_t max_factors, RopeKind* out) {
    out->theta = r.theta(), out->rotary_dim = r.rotary_dim();
    out->scaling = RopeScaling(r.scaling());
    out->factor = r.factor();
    out->low_freq_factor = r.low_freq_factor(), out->high_freq_factor = r.high_freq_factor();
    out->beta_fast = r.beta_fast(), out->beta_slow = r.beta_slow();
    out->attention_factor = r.attention_factor();
    out->original_context = r.original_context();
    GOSSET_TRY(copy(r.short_factors(), max_factors, "short_factors", &out->short_factors));
    return copy(r.long_factors(), max_factors, "long_factors", &out->long_factors);
}

Status unpack_config(const fb::Config& c, ModelConfig* out) {
    out->architecture = view_of(c.architecture()).substr(0, limits::kWordLength + 1);
    out->dim = c.dim(), out->layers = c.layers();
    out->heads = c.heads(), out->kv_heads = c.kv_heads();
    out->head_dim = c.head_dim(), out->v_head_dim = c.v_head_dim();
    out->ffn_dim = c.ffn_dim(), out->vocab = c.vocab(), out->max_context = c.max_context();

    out->norm = NormKind(c.norm());
    out->norm_eps = c.norm_eps(), out->norm_offset = c.norm_offset();
    out->pre_norm = c.pre_norm(), out->post_norm = c.post_norm(), out->qk_norm = c.qk_norm();
    out->q_bias = c.q_bias(), out->k_bias = c.k_bias(), out->v_bias = c.v_bias();
    out->o_bias = c.o_bias(), out->mlp_bias = c.mlp_bias();
    out->activation = Activation(c.activation());
    out->gated_mlp = c.gated_mlp();

    out->embedding_scale = c.embedding_scale(), out->residual_scale = c.residual_scale();
    out->logit_scale = c.logit_scale();
    out->attention_softcap = c.attention_softcap(), out->final_softcap = c.final_softcap();
    out->attention_scale = c.attention_scale();

    out->sliding_window = c.sliding_window();
    GOSSET_TRY(copy(c.window_layers(), limits::kLayers, "window_layers", &out->window_layers));
    GOSSET_TRY(copy(c.rope_of_layer(), limits::kLayers, "rope_of_layer", &out->rope_of_layer));
    if (c.ropes()) {
        if (c.ropes()->size() > limits::kRopes) return corrupt("more than 64 ropes");
        out->ropes.resize(c.ropes()->size());
        for (uint32_t i = 0; i < c.ropes()->size(); i++)
            GOSSET_TRY(unpack_rope(*c.ropes()->Get(i), limits::kHeadDim, &out->ropes[i])
                           .in("ropes[" + std::to_string(i) + "]"));
    }

    out->experts = c.experts(), out->experts_per_token = c.experts_per_token();
    out->shared_experts = c.shared_experts(), out->expert_ffn_dim = c.expert_ffn_dim();
    out->tied_head = c.tied_head();
    out->bos_id = c.bos_id(), out->add_bos = c.add_bos();
    return copy(c.end_ids(), limits::kEndIds, "end_ids", &out->end_ids);
}

Status unpack_tokenizer(const fb::Tokenizer& t, TokenizerView* out) {
    TokenizerTraits& traits = out->traits;
    traits.kind = TokenizerKind(t.kind());
    traits.byte_level = t.byte_level(), traits.byte_fallback = t.byte_fallback();
    traits.ignore_merges = t.ignore_merges(), traits.nfc = t.nfc();
    traits.space_to_meta = t.space_to_meta(), traits.add_space_prefix = t.add_space_prefix();
    traits.strip_left_space = t.strip_left_space();
    traits.strip_first_token = t.strip_first_token(), traits.fuse_unk = t.fuse_unk();
    traits.add_bos = t.add_bos(), traits.add_eos = t.add_eos();
    traits.bos = t.bos(), traits.eos = t.eos(), traits.unk = t.unk(), traits.pad = t.pad();
    out->pre = view_of(t.pre()), out->chat_template = view_of(t.chat_template());
    const std::span<const uint8_t> blob = span_of(t.blob());
    out->blob = {reinterpret_cast<const char*>(blob.data()), blob.size()};
    out->offsets = span_of(t.offsets()), out->types = span_of(t.types());
    out->scores = span_of(t.scores());
    if (t.merges())
        out->merges = {reinterpret_cast<const Merge*>(t.merges()->Data()), t.merges()->size()};
    out->index = span_of(t.index()), out->merge_index = span_of(t.merge_index());
    out->end_ids = span_of(t.end_ids());
    if (!t.self_tests()) return {};
    if (t.self_tests()->size() > limits::kSelfTests) return corrupt("more than 1024 self tests");
    for (const fb::SelfTest* test : *t.self_tests()) {
        const std::span<const uint8_t> text = span_of(test->text());
        out->self_tests.push_back(
            {{reinterpret_cast<const char*>(text.data()), text.size()}, span_of(test->ids())});
    }
    return {};
}

Status unpack_segments(const fb::Tensor& t, const uint8_t* file, uint64_t file_size,
                       TensorView* out) {
    if (!t.segments()) return {};
    if (t.segments()->size() > limits::kSegments) return corrupt("more than 64 segments");
    for (const fb::Segment* s : *t.segments()) {
        if (!range_fits(s->offset(), s->size(), file_size))
            return corrupt("segment " + quoted(view_of(s->role())) + " (" +
                           std::to_string(s->size()) + " bytes at " + std::to_string(s->offset()) +
                           ") is beyond the end of the file");
        const uint8_t* at = file ? file + s->offset() : nullptr;
        out->segments.push_back(
            {view_of(s->role()), {at, size_t(s->size())}, s->offset(), s->xxh3()});
    }
    return {};
}

Status unpack_tensor(const fb::Tensor& t, const uint8_t* file, uint64_t file_size,
                     TensorView* out) {
    out->name = view_of(t.name()), out->codec = view_of(t.codec());
    out->role = Role(t.role()), out->layer = t.layer();
    out->codec_version = t.codec_version();
    out->bits_per_weight = t.bits_per_weight(), out->rel_mse = t.rel_mse();
    out->rotation.sign_seed = t.rotation_seed();
    GOSSET_TRY(copy(t.shape(), 4, "shape", &out->shape));
    GOSSET_TRY(copy(t.rotation_factors(), limits::kRotationFactors, "rotation factors",
                    &out->rotation.factors));
    GOSSET_TRY(unpack_segments(t, file, file_size, out));
    if (!t.params()) return {};
    if (t.params()->size() > limits::kParams) return corrupt("more than 64 params");
    for (const fb::Param* p : *t.params())
        out->params.push_back({view_of(p->key()), span_of(p->bytes())});
    return {};
}

Result<const fb::Model*> verified_root(std::span<const uint8_t> metadata) {
    // The shortest buffer: root offset and identifier. The Verifier trusts sizes below 2 GiB.
    if (metadata.size() < 8 || metadata.size() > kMaxMetadataSize)
        return corrupt("metadata has " + std::to_string(metadata.size()) + " bytes");
    flat::Verifier verifier(metadata.data(), metadata.size(), /*max_depth=*/16,
                            uint32_t(limits::kTables));
    if (!fb::VerifyModelBuffer(verifier))
        return corrupt("metadata is not a sound FlatBuffer of a gosset model");
    return fb::GetModel(metadata.data());
}

}  // namespace

Result<Metadata> unpack_metadata(std::span<const uint8_t> metadata, const uint8_t* file,
                                 uint64_t file_size) {
    GOSSET_ASSIGN(const fb::Model* model, verified_root(metadata));
    Metadata out;
    if (!model->config()) return corrupt("config is missing");
    GOSSET_TRY(unpack_config(*model->config(), &out.config).in("config"));
    if (model->tokenizer())
        GOSSET_TRY(unpack_tokenizer(*model->tokenizer(), &out.tokenizer).in("tokenizer"));
    if (const fb::Provenance* p = model->provenance()) {
        out.provenance.source_name = view_of(p->source_name());
        out.provenance.source_hash = view_of(p->source_hash());
        out.provenance.tool_version = view_of(p->tool_version());
        out.provenance.command_line = view_of(p->command_line());
    }
    if (!model->tensors()) return out;
    if (model->tensors()->size() > limits::kTensors) return corrupt("more than 65536 tensors");
    out.tensors.resize(model->tensors()->size());
    for (uint32_t i = 0; i < model->tensors()->size(); i++) {
        const fb::Tensor& t = *model->tensors()->Get(i);
        const Status status = unpack_tensor(t, file, file_size, &out.tensors[i]);
        if (!status.ok())
            return status.in("tensor " + std::to_string(i) + " " + quoted(view_of(t.name())));
    }
    return out;
}

}  // namespace gosset
