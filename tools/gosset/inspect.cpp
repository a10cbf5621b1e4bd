#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "format/reader.hpp"
#include "tools/gosset/parse.hpp"

namespace gosset::cli {
namespace {

using Json = nlohmann::ordered_json;

const char* const kNorms[] = {"rms", "layer"};
const char* const kActivations[] = {"silu", "gelu_tanh", "gelu_erf", "relu", "relu2"};
const char* const kScalings[] = {"none", "linear", "llama3", "yarn", "longrope"};
const char* const kTokenizers[] = {"none", "bpe", "spm"};

/// Bytes of a file as text that a terminal and JSON survive: printable ASCII, the rest as \xHH.
std::string printable(std::string_view s) {
    std::string out;
    for (char c : s) {
        char hex[8];
        std::snprintf(hex, sizeof hex, "\\x%02x", uint8_t(c));
        out += c >= 0x20 && c < 0x7f ? std::string(1, c) : std::string(hex);
    }
    return out;
}

Json id_or_null(uint32_t id) {
    return id == UINT32_MAX ? Json() : Json(id);
}

/// The shortest decimal that is this float: 1e-05, not its neighbour of 17 digits.
Json real(float f) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text - 1, f).ptr;
    *end = 0;
    return std::strtod(text, nullptr);
}

Json rope_json(const RopeKind& r) {
    return {{"theta", real(r.theta)},
            {"rotary_dim", r.rotary_dim},
            {"scaling", kScalings[size_t(r.scaling)]},
            {"factor", real(r.factor)},
            {"low_freq_factor", real(r.low_freq_factor)},
            {"high_freq_factor", real(r.high_freq_factor)},
            {"beta_fast", real(r.beta_fast)},
            {"beta_slow", real(r.beta_slow)},
            {"attention_factor", real(r.attention_factor)},
            {"original_context", r.original_context},
            {"short_factors", r.short_factors},
            {"long_factors", r.long_factors}};
}

Json config_json(const ModelConfig& c) {
    Json ropes = Json::array();
    for (const RopeKind& r : c.ropes) ropes.push_back(rope_json(r));
    return {{"architecture", c.architecture},
            {"dim", c.dim},
            {"layers", c.layers},
            {"heads", c.heads},
            {"kv_heads", c.kv_heads},
            {"head_dim", c.head_dim},
            {"v_head_dim", c.v_head_dim},
            {"ffn_dim", c.ffn_dim},
            {"vocab", c.vocab},
            {"max_context", c.max_context},
            {"norm", kNorms[size_t(c.norm)]},
            {"norm_eps", real(c.norm_eps)},
            {"norm_offset", real(c.norm_offset)},
            {"pre_norm", c.pre_norm},
            {"post_norm", c.post_norm},
            {"qk_norm", c.qk_norm},
            {"q_bias", c.q_bias},
            {"k_bias", c.k_bias},
            {"v_bias", c.v_bias},
            {"o_bias", c.o_bias},
            {"mlp_bias", c.mlp_bias},
            {"activation", kActivations[size_t(c.activation)]},
            {"gated_mlp", c.gated_mlp},
            {"embedding_scale", real(c.embedding_scale)},
            {"residual_scale", real(c.residual_scale)},
            {"logit_scale", real(c.logit_scale)},
            {"attention_softcap", real(c.attention_softcap)},
            {"final_softcap", real(c.final_softcap)},
            {"attention_scale", real(c.attention_scale)},
            {"sliding_window", c.sliding_window},
            {"window_layers", c.window_layers},
            {"ropes", ropes},
            {"rope_of_layer", c.rope_of_layer},
            {"experts", c.experts},
            {"experts_per_token", c.experts_per_token},
            {"shared_experts", c.shared_experts},
            {"expert_ffn_dim", c.expert_ffn_dim},
            {"tied_head", c.tied_head},
            {"bos_id", id_or_null(c.bos_id)},
            {"add_bos", c.add_bos},
            {"end_ids", c.end_ids}};
}

Json tokenizer_json(const TokenizerView& t) {
    const TokenizerTraits& s = t.traits;
    return {{"kind", kTokenizers[size_t(s.kind)]},
            {"pre", printable(t.pre)},
            {"tokens", t.size()},
            {"merges", t.merges.size()},
            {"scores", !t.scores.empty()},
            {"byte_level", s.byte_level},
            {"byte_fallback", s.byte_fallback},
            {"ignore_merges", s.ignore_merges},
            {"nfc", s.nfc},
            {"space_to_meta", s.space_to_meta},
            {"add_space_prefix", s.add_space_prefix},
            {"strip_left_space", s.strip_left_space},
            {"strip_first_token", s.strip_first_token},
            {"fuse_unk", s.fuse_unk},
            {"add_bos", s.add_bos},
            {"add_eos", s.add_eos},
            {"bos", id_or_null(s.bos)},
            {"eos", id_or_null(s.eos)},
            {"unk", id_or_null(s.unk)},
            {"pad", id_or_null(s.pad)},
            {"end_ids", std::vector<uint32_t>(t.end_ids.begin(), t.end_ids.end())},
            {"chat_template_bytes", t.chat_template.size()},
            {"self_tests", t.self_tests.size()}};
}

uint64_t weights_of(const TensorView& t) {
    return t.rows() * t.cols();
}
uint64_t bytes_of(const TensorView& t) {
    uint64_t n = 0;
    for (const SegmentView& s : t.segments) n += s.bytes.size();
    return n;
}
double bits_of(const TensorView& t) {
    return 8.0 * double(bytes_of(t)) / double(weights_of(t));
}

struct Totals {
    uint64_t weights = 0, bytes = 0;
    double bpw() const { return weights ? 8.0 * double(bytes) / double(weights) : 0.0; }
};

Totals totals_of(const ModelFile& file) {
    Totals n;
    for (const TensorView& t : file.tensors()) n.weights += weights_of(t), n.bytes += bytes_of(t);
    return n;
}

Json tensor_json(const TensorView& t) {
    Json segments = Json::array(), params = Json::array();
    for (const SegmentView& s : t.segments)
        segments.push_back({{"role", s.role}, {"offset", s.offset}, {"bytes", s.bytes.size()}});
    for (const ParamView& p : t.params)
        params.push_back({{"key", p.key}, {"bytes", p.bytes.size()}});
    return {{"name", t.name},
            {"role", uint32_t(t.role)},
            {"layer", t.layer},
            {"shape", t.shape},
            {"codec", t.codec},
            {"codec_version", t.codec_version},
            {"bpw", bits_of(t)},
            {"bytes", bytes_of(t)},
            {"rel_mse", real(t.rel_mse)},
            {"rotation", t.rotation.factors},
            {"sign_seed", t.rotation.sign_seed},
            {"segments", segments},
            {"params", params}};
}

void print_json(const ModelFile& file) {
    const Totals n = totals_of(file);
    const Provenance& p = file.provenance();
    Json tensors = Json::array();
    for (const TensorView& t : file.tensors()) tensors.push_back(tensor_json(t));
    const Json out = {{"version", file.version()},
                      {"file_bytes", file.bytes().size()},
                      {"weights", n.weights},
                      {"weight_bytes", n.bytes},
                      {"bpw", n.bpw()},
                      {"config", config_json(file.config())},
                      {"tokenizer", tokenizer_json(file.tokenizer())},
                      {"provenance",
                       {{"source_name", printable(p.source_name)},
                        {"source_hash", printable(p.source_hash)},
                        {"tool_version", printable(p.tool_version)},
                        {"command_line", printable(p.command_line)}}},
                      {"tensors", tensors}};
    std::printf("%s\n", out.dump().c_str());
}

std::string joined(const auto& numbers, const char* between) {
    std::string s;
    for (const auto n : numbers) {
        if (!s.empty()) s += between;
        s += std::to_string(n);
    }
    return s;
}

/// "key value" lines of a flat object; nested values as JSON.
void print_section(const char* title, const Json& object) {
    std::printf("%s\n", title);
    for (const auto& [key, value] : object.items())
        std::printf("  %-20s %s\n", key.c_str(),
                    value.is_string() ? value.get<std::string>().c_str() : value.dump().c_str());
}

/// "linear factor=8 theta=1e+06": what differs from a plain rotation; lists by their length.
std::string rope_text(const RopeKind& r) {
    const Json plain = rope_json(RopeKind()), rope = rope_json(r);
    std::string text = kScalings[size_t(r.scaling)];
    for (const auto& [key, value] : rope.items()) {
        if (key == "scaling" || (value == plain[key] && key != "theta")) continue;
        text += " " + key + "=";
        text += value.is_array() ? std::to_string(value.size()) + " values" : value.dump();
    }
    return text;
}

/// The configuration for people: one line for each rotation, one digit for each layer.
Json config_lines(const ModelConfig& c) {
    Json lines = config_json(c);
    std::string ropes;
    for (const RopeKind& r : c.ropes) ropes += (ropes.empty() ? "" : "; ") + rope_text(r);
    lines["ropes"] = ropes;
    lines["window_layers"] = c.window_layers.empty() ? "all" : joined(c.window_layers, "");
    lines["rope_of_layer"] = c.rope_of_layer.empty() ? "0 in all" : joined(c.rope_of_layer, "");
    if (c.sliding_window == 0) lines["window_layers"] = "none";
    return lines;
}

void print_tensors(const ModelFile& file) {
    size_t width = 4;
    for (const TensorView& t : file.tensors()) width = std::max(width, t.name.size());
    const int w = int(std::min<size_t>(width, 60));
    std::printf("tensors\n  %-*s  %-16s %-8s %7s %14s %9s  %s\n", w, "name", "shape", "codec",
                "bits", "bytes", "rel_mse", "rotation");
    for (const TensorView& t : file.tensors())
        std::printf("  %-*s  %-16s %-8s %7.3f %14" PRIu64 " %9.2e  %s\n", w,
                    std::string(t.name).c_str(), joined(t.shape, "x").c_str(),
                    std::string(t.codec).c_str(), bits_of(t), bytes_of(t), double(t.rel_mse),
                    t.rotation.none() ? "-" : joined(t.rotation.factors, "x").c_str());
}

void print_text(const ModelFile& file) {
    const Totals n = totals_of(file);
    const Provenance& p = file.provenance();
    print_section("config", config_lines(file.config()));
    print_section("tokenizer", tokenizer_json(file.tokenizer()));
    print_section("provenance", {{"source_name", printable(p.source_name)},
                                 {"source_hash", printable(p.source_hash)},
                                 {"tool_version", printable(p.tool_version)},
                                 {"command_line", printable(p.command_line)}});
    print_tensors(file);
    std::printf("total: %zu tensors, %" PRIu64 " weights, %" PRIu64
                " bytes of weights (%.3f bits each), file of %zu bytes, format version %u\n",
                file.tensors().size(), n.weights, n.bytes, n.bpw(), file.bytes().size(),
                file.version());
}

}  // namespace

int cmd_inspect(int argc, char** argv) {
    CLI::App app("Shows what a model file holds: config, tokenizer, provenance, tensors");
    app.name("gosset inspect");
    std::string path;
    bool json = false;
    app.add_option("-m,--model", path, "The .gosset file")->required();
    app.add_flag("--json", json, "One JSON object on stdout");
    app.footer("Example: gosset inspect -m model.gosset --json | jq .bpw");
    if (const auto done = parse(app, argc, argv)) return *done;
    const Result<ModelFile> file = ModelFile::open(path);
    if (!file.ok()) {
        std::fprintf(stderr, "gosset inspect: %s\n", file.status().message().c_str());
        return kFailure;
    }
    json ? print_json(*file) : print_text(*file);
    return kGood;
}

}  // namespace gosset::cli
