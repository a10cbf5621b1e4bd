#include "format/pack.hpp"

#include <string>

#include "format/flatbuffers.hpp"
#include "format/header.hpp"

namespace gosset {
namespace {

using Builder = flat::FlatBufferBuilder;

template <class T>
flat::Offset<flat::Vector<T>> bytes_of(Builder& b, const T* data, size_t n) {
    static const T none{};
    return b.CreateVector(n ? data : &none, n);
}
template <class T>
flat::Offset<flat::Vector<T>> vector_of(Builder& b, const std::vector<T>& v) {
    return bytes_of(b, v.data(), v.size());
}
flat::Offset<flat::Vector<uint8_t>> raw_of(Builder& b, const std::string& s) {
    return bytes_of(b, reinterpret_cast<const uint8_t*>(s.data()), s.size());
}

flat::Offset<fb::RopeKind> pack_rope(Builder& b, const RopeKind& r) {
    const auto short_factors = vector_of(b, r.short_factors);
    const auto long_factors = vector_of(b, r.long_factors);
    fb::RopeKindBuilder t(b);
    t.add_theta(r.theta), t.add_rotary_dim(r.rotary_dim);
    t.add_scaling(fb::RopeScaling(r.scaling)), t.add_factor(r.factor);
    t.add_low_freq_factor(r.low_freq_factor), t.add_high_freq_factor(r.high_freq_factor);
    t.add_beta_fast(r.beta_fast), t.add_beta_slow(r.beta_slow);
    t.add_attention_factor(r.attention_factor), t.add_original_context(r.original_context);
    t.add_short_factors(short_factors), t.add_long_factors(long_factors);
    return t.Finish();
}

flat::Offset<fb::Config> pack_config(Builder& b, const ModelConfig& c) {
    std::vector<flat::Offset<fb::RopeKind>> ropes;
    for (const RopeKind& r : c.ropes) ropes.push_back(pack_rope(b, r));
    const auto architecture = b.CreateString(c.architecture);
    const auto window_layers = vector_of(b, c.window_layers);
    const auto rope_vector = b.CreateVector(ropes);
    const auto rope_of_layer = vector_of(b, c.rope_of_layer);
    const auto end_ids = vector_of(b, c.end_ids);

    fb::ConfigBuilder t(b);
    t.add_architecture(architecture);
    t.add_dim(c.dim), t.add_layers(c.layers), t.add_heads(c.heads), t.add_kv_heads(c.kv_heads);
    t.add_head_dim(c.head_dim), t.add_v_head_dim(c.v_head_dim), t.add_ffn_dim(c.ffn_dim);
    t.add_vocab(c.vocab), t.add_max_context(c.max_context);
    t.add_norm(fb::NormKind(c.norm)), t.add_norm_eps(c.norm_eps);
    t.add_norm_offset(c.norm_offset);
    t.add_pre_norm(c.pre_norm), t.add_post_norm(c.post_norm), t.add_qk_norm(c.qk_norm);
    t.add_q_bias(c.q_bias), t.add_k_bias(c.k_bias), t.add_v_bias(c.v_bias);
    t.add_o_bias(c.o_bias), t.add_mlp_bias(c.mlp_bias);
    t.add_activation(fb::Activation(c.activation)), t.add_gated_mlp(c.gated_mlp);
    t.add_embedding_scale(c.embedding_scale), t.add_residual_scale(c.residual_scale);
    t.add_logit_scale(c.logit_scale), t.add_attention_softcap(c.attention_softcap);
    t.add_final_softcap(c.final_softcap), t.add_attention_scale(c.attention_scale);
    t.add_sliding_window(c.sliding_window), t.add_window_layers(window_layers);
    t.add_ropes(rope_vector), t.add_rope_of_layer(rope_of_layer);
    t.add_experts(c.experts), t.add_experts_per_token(c.experts_per_token);
    t.add_shared_experts(c.shared_experts), t.add_expert_ffn_dim(c.expert_ffn_dim);
    t.add_tied_head(c.tied_head), t.add_bos_id(c.bos_id), t.add_add_bos(c.add_bos);
    t.add_end_ids(end_ids);
    return t.Finish();
}

flat::Offset<flat::Vector<const fb::Merge*>> pack_merges(Builder& b,
                                                         const std::vector<Merge>& merges) {
    std::vector<fb::Merge> out;
    for (const Merge& m : merges) out.emplace_back(m.left, m.right, m.result);
    return b.CreateVectorOfStructs(out);
}

flat::Offset<fb::Tokenizer> pack_tokenizer(Builder& b, const TokenizerData& d) {
    std::vector<flat::Offset<fb::SelfTest>> tests;
    for (const auto& test : d.self_tests) {
        const auto text = raw_of(b, test.text);
        tests.push_back(fb::CreateSelfTest(b, text, vector_of(b, test.ids)));
    }
    const auto pre = b.CreateString(d.pre), chat_template = b.CreateString(d.chat_template);
    const auto blob = raw_of(b, d.blob);
    const auto offsets = vector_of(b, d.offsets);
    const auto types = vector_of(b, d.types);
    const auto scores = vector_of(b, d.scores);
    const auto merges = pack_merges(b, d.merges);
    const auto index = vector_of(b, d.index), merge_index = vector_of(b, d.merge_index);
    const auto end_ids = vector_of(b, d.end_ids);
    const auto self_tests = b.CreateVector(tests);

    const TokenizerTraits& s = d.traits;
    fb::TokenizerBuilder t(b);
    t.add_kind(fb::TokenizerKind(s.kind)), t.add_byte_level(s.byte_level);
    t.add_byte_fallback(s.byte_fallback), t.add_ignore_merges(s.ignore_merges);
    t.add_nfc(s.nfc), t.add_space_to_meta(s.space_to_meta);
    t.add_add_space_prefix(s.add_space_prefix), t.add_strip_left_space(s.strip_left_space);
    t.add_add_bos(s.add_bos), t.add_add_eos(s.add_eos);
    t.add_bos(s.bos), t.add_eos(s.eos), t.add_unk(s.unk), t.add_pad(s.pad);
    t.add_pre(pre), t.add_chat_template(chat_template), t.add_blob(blob);
    t.add_offsets(offsets), t.add_types(types), t.add_scores(scores), t.add_merges(merges);
    t.add_index(index), t.add_merge_index(merge_index), t.add_end_ids(end_ids);
    t.add_self_tests(self_tests);
    t.add_strip_first_token(s.strip_first_token), t.add_fuse_unk(s.fuse_unk);
    return t.Finish();
}

flat::Offset<fb::Tensor> pack_tensor(Builder& b, const TensorInfo& info) {
    std::vector<flat::Offset<fb::Segment>> segments;
    for (const Segment& s : info.segments)
        segments.push_back(fb::CreateSegment(b, b.CreateString(s.role), s.offset, s.size, s.xxh3));
    std::vector<flat::Offset<fb::Param>> params;
    for (const Param& p : info.params) {
        const auto key = b.CreateString(p.key);
        params.push_back(fb::CreateParam(b, key, vector_of(b, p.bytes)));
    }
    const auto name = b.CreateString(info.name), codec = b.CreateString(info.codec);
    const auto shape = vector_of(b, info.shape);
    const auto factors = vector_of(b, info.rotation.factors);
    const auto segment_vector = b.CreateVector(segments);
    const auto param_vector = b.CreateVector(params);

    fb::TensorBuilder t(b);
    t.add_name(name), t.add_role(fb::Role(info.role)), t.add_layer(info.layer);
    t.add_shape(shape), t.add_codec(codec), t.add_codec_version(info.codec_version);
    t.add_rotation_factors(factors), t.add_rotation_seed(info.rotation.sign_seed);
    t.add_segments(segment_vector), t.add_params(param_vector);
    t.add_bits_per_weight(info.bits_per_weight), t.add_rel_mse(info.rel_mse);
    return t.Finish();
}

/// An upper bound of the arrays' bytes, before the builder (which ends at 2 GiB) sees them.
uint64_t estimate(const ModelDescription& d) {
    const TokenizerData& t = d.tokenizer;
    uint64_t n = 1 << 16;
    n += t.blob.size() + t.chat_template.size() + t.pre.size() + t.types.size();
    n += 4 * (uint64_t(t.offsets.size()) + t.scores.size() + t.index.size());
    n += 4 * (uint64_t(t.merge_index.size()) + t.end_ids.size()) + 12 * uint64_t(t.merges.size());
    for (const auto& s : t.self_tests) n += s.text.size() + 4 * uint64_t(s.ids.size()) + 64;
    for (const TensorInfo& i : d.tensors) {
        n += i.name.size() + i.codec.size() + 512;
        for (const Segment& s : i.segments) n += s.role.size() + 64;
        for (const Param& p : i.params) n += p.key.size() + p.bytes.size() + 64;
    }
    n += d.provenance.command_line.size() + d.provenance.source_name.size();
    return n + d.provenance.source_hash.size() + d.provenance.tool_version.size();
}

}  // namespace

Result<std::vector<uint8_t>> pack_metadata(const ModelDescription& d) {
    if (estimate(d) > kMaxMetadataSize)
        return limit_reached("metadata needs " + std::to_string(estimate(d)) +
                             " bytes, a gosset file holds 1 GiB");
    Builder b(1 << 16);
    b.ForceDefaults(true);
    const auto config = pack_config(b, d.config);
    const auto tokenizer = pack_tokenizer(b, d.tokenizer);
    std::vector<flat::Offset<fb::Tensor>> tensors;
    for (const TensorInfo& info : d.tensors) tensors.push_back(pack_tensor(b, info));
    const auto tensor_vector = b.CreateVector(tensors);
    const auto source_name = b.CreateString(d.provenance.source_name);
    const auto source_hash = b.CreateString(d.provenance.source_hash);
    const auto tool_version = b.CreateString(d.provenance.tool_version);
    const auto command_line = b.CreateString(d.provenance.command_line);
    const auto provenance =
        fb::CreateProvenance(b, source_name, source_hash, tool_version, command_line);
    b.Finish(fb::CreateModel(b, config, tokenizer, tensor_vector, provenance), "GSST");
    return std::vector<uint8_t>(b.GetBufferPointer(), b.GetBufferPointer() + b.GetSize());
}

}  // namespace gosset
