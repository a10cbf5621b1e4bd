// Well-formed FlatBuffers under a right hash that lie: one defect each, each refused with a message
// about that defect. The files are made without the writer, which would refuse them too.
#include <functional>
#include <limits>

#include "format/merge_hash.hpp"
#include "tests/format/sample.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

/// Two tensors, five tokens, two merges; laid out, hashes of zeros not filled in.
ModelDescription base() {
    ModelDescription d = minimal_description();
    d.config.layers = 2;
    TensorInfo t = d.tensors[0];
    t.name = "second", t.role = Role::q, t.layer = 1, t.shape = {16, 32};
    t.rotation = {{4, 8}, 7};
    t.segments = {{"codes", 0, 200, 0}, {"row_scales", 0, 32, 0}};
    t.params = {{"table", {1, 2, 3, 4}}, {"other", {5}}};
    d.tensors.push_back(t);
    TokenizerData& k = d.tokenizer;
    k.traits.kind = TokenizerKind::bpe;
    k.blob = "abababc";
    k.offsets = {0, 1, 2, 4, 6, 7};  // a b ab ab c
    k.types = {0, 0, 0, 0, 0};
    k.scores = {0, 1, 2, 3, 4};
    k.index = {0, 2, 3, 1, 4};
    k.merges = {{0, 1, 2}, {2, 2, 3}};
    build_merge_index(k.merges, &k.merge_index);
    k.self_tests = {{"ab", {2}}};
    return d;
}

struct Defect {
    const char* message;  ///< the error must hold this
    std::function<void(ModelDescription&, Header&)> make;
};

#define CONFIG(message, ...)                        \
    {                                               \
        message, [](ModelDescription& d, Header&) { \
            ModelConfig& c = d.config;              \
            __VA_ARGS__;                            \
        }                                           \
    }
#define TOKENS(message, ...)                        \
    {                                               \
        message, [](ModelDescription& d, Header&) { \
            TokenizerData& k = d.tokenizer;         \
            __VA_ARGS__;                            \
        }                                           \
    }
#define TENSOR(message, ...)                        \
    {                                               \
        message, [](ModelDescription& d, Header&) { \
            TensorInfo& t = d.tensors[1];           \
            __VA_ARGS__;                            \
        }                                           \
    }
#define HEADER(message, ...)                                       \
    {                                                              \
        message, [](ModelDescription&, Header& h) { __VA_ARGS__; } \
    }

const Defect kConfigDefects[] = {
    CONFIG("architecture", c.architecture = ""),
    CONFIG("architecture", c.architecture = "two words"),
    CONFIG("architecture", c.architecture = std::string(65, 'a')),
    CONFIG("dim is 0", c.dim = 0),
    CONFIG("dim is", c.dim = UINT32_MAX),
    CONFIG("layers is 0", c.layers = 0),
    CONFIG("layers is 4097", c.layers = 4097),
    CONFIG("heads is 0", c.heads = 0),
    CONFIG("kv_heads is 0", c.kv_heads = 0),
    CONFIG("kv_heads is 3", c.kv_heads = 3),
    CONFIG("head_dim is 0", c.head_dim = 0),
    CONFIG("v_head_dim is 0", c.v_head_dim = 0),
    CONFIG("heads * head_dim", c.heads = c.head_dim = 65536),
    CONFIG("ffn_dim", c.ffn_dim = UINT32_MAX),
    CONFIG("vocab is 0", c.vocab = 0),
    CONFIG("vocab is", c.vocab = UINT32_MAX),
    CONFIG("max_context is 0", c.max_context = 0),
    CONFIG("norm 2", c.norm = NormKind(2)),
    CONFIG("activation 5", c.activation = Activation(5)),
    CONFIG("activation 255", c.activation = Activation(255)),
    CONFIG("norm_eps", c.norm_eps = kNan),
    CONFIG("norm_eps", c.norm_eps = -1.0f),
    CONFIG("norm_offset", c.norm_offset = kInf),
    CONFIG("embedding_scale", c.embedding_scale = -kInf),
    CONFIG("residual_scale", c.residual_scale = kNan),
    CONFIG("logit_scale", c.logit_scale = kNan),
    CONFIG("attention_softcap", c.attention_softcap = kNan),
    CONFIG("final_softcap", c.final_softcap = kInf),
    CONFIG("attention_scale", c.attention_scale = kNan),
    CONFIG("number of ropes is 0", c.ropes.clear()),
    CONFIG("ropes", c.ropes.resize(65)),
    CONFIG("ropes[0]: theta", c.ropes[0].theta = kNan),
    CONFIG("theta and factor", c.ropes[0].theta = 0.0f),
    CONFIG("theta and factor", c.ropes[0].factor = -2.0f),
    CONFIG("beta_slow", c.ropes[0].beta_slow = kNan),
    CONFIG("scaling 5", c.ropes[0].scaling = RopeScaling(5)),
    CONFIG("rotary_dim is 6", c.ropes[0].rotary_dim = 6),
    CONFIG("rotary_dim is 3", c.ropes[0].rotary_dim = 3),
    CONFIG("short_factors has 0", c.ropes[0].scaling = RopeScaling::longrope),
    CONFIG("long_factors has 3", c.ropes[0].long_factors = {1, 1, 1}),
    CONFIG("long_factors has a factor", c.ropes[0].long_factors = {1, kNan}),
    CONFIG("short_factors has 65537", c.ropes[0].short_factors.resize(65537)),
    CONFIG("rope_of_layer has 1", c.rope_of_layer = {0}),
    CONFIG("rope_of_layer[1] is 1", (c.rope_of_layer = {0, 1})),
    CONFIG("window_layers has 3", (c.window_layers = {0, 0, 0})),
    CONFIG("window_layers[0] is 2", (c.window_layers = {2, 0})),
    CONFIG("window_layers has 5000", c.window_layers.resize(5000)),
    CONFIG("experts_per_token is 2", (c.experts = 1, c.experts_per_token = 2)),
    CONFIG("bos_id is 10", c.bos_id = 10),
    CONFIG("end id 10", (c.end_ids = {1, 10})),
    CONFIG("end_ids has 5000", c.end_ids.resize(5000)),
};

const Defect kTokenizerDefects[] = {
    TOKENS("kind 3", k.traits.kind = TokenizerKind(3)),
    {"5 tokens, config.vocab is only 4", [](ModelDescription& d, Header&) { d.config.vocab = 4; }},
    TOKENS("there are no tokens", (k = {}, k.traits.kind = TokenizerKind::bpe)),
    TOKENS("blob has 7", (k = {}, k.blob = "1234567")),
    TOKENS("offsets[0] is not 0", k.offsets[0] = 1),
    TOKENS("offsets[3] falls", k.offsets[3] = 1),
    TOKENS("offsets[3] falls", k.offsets[2] = UINT32_MAX),
    TOKENS("offsets end at 8", k.offsets[5] = 8),
    TOKENS("offsets end at 6", k.offsets[5] = 6),
    TOKENS("types has 4", k.types.pop_back()),
    TOKENS("types has 6", k.types.push_back(0)),
    TOKENS("token type 6", k.types[2] = 6),
    TOKENS("token type 6", k.types[2] = 0x86),
    TOKENS("not an added one", k.types[2] = 0x13),
    TOKENS("scores has 4", k.scores.pop_back()),
    TOKENS("a score is NaN", k.scores[3] = kNan),
    TOKENS("index has 4", k.index.pop_back()),
    TOKENS("index holds id 5", k.index[0] = 5),
    TOKENS("merges hold id 5", k.merges[1].result = 5),
    TOKENS("merges hold id 9", k.merges[0].left = 9),
    TOKENS("merge_index has 0", k.merge_index.clear()),
    TOKENS("merge_index has 2 slots", k.merge_index.resize(2)),
    TOKENS("merge_index has 5 slots", k.merge_index.resize(5)),
    TOKENS("merge_index has 4 entries", k.merges.clear()),
    TOKENS("merge_index holds entry 3", k.merge_index[0] = 3),
    TOKENS("bos is 5", k.traits.bos = 5),
    TOKENS("eos is 6", k.traits.eos = 6),
    TOKENS("unk is 7", k.traits.unk = 7),
    TOKENS("pad is 8", k.traits.pad = 8),
    TOKENS("end_ids holds id 5", k.end_ids = {5}),
    TOKENS("self test holds id 5", k.self_tests[0].ids = {5}),
    TOKENS("a self test has more", k.self_tests[0].ids.resize(70000)),
    TOKENS("more than 1024 self tests", k.self_tests.resize(1025)),
};

const Defect kTensorDefects[] = {
    TENSOR("name must be", t.name = ""),
    TENSOR("name must be", t.name = "with\nline"),
    TENSOR("occurs twice", t.name = "model.norm.weight"),
    TENSOR("role 41", t.role = Role(41)),
    TENSOR("role 5", t.role = Role(5)),
    TENSOR("layer 2", t.layer = 2),
    TENSOR("layer -2", t.layer = -2),
    TENSOR("codec must be", t.codec = ""),
    TENSOR("0 dimensions", t.shape.clear()),
    TENSOR("shape has 5", (t.shape = {1, 1, 1, 1, 1})),
    TENSOR("dimension 0 is 0", (t.shape = {0, 4})),
    TENSOR("dimension 1 is 2147483648", (t.shape = {4, uint64_t(1) << 31})),
    TENSOR("dimension 0 is", (t.shape = {UINT64_MAX, 4})),
    TENSOR("product", (t.shape = {65536, 65536, 4})),
    TENSOR("product", (t.shape = {2147483647, 2147483647, 2147483647, 4})),
    TENSOR("factors do not multiply", (t.rotation.factors = {0, 32})),
    TENSOR("factors do not multiply", (t.rotation.factors = {65536, 65536})),
    TENSOR("factors do not multiply", (t.rotation.factors = {4294967295u, 4294967295u, 32})),
    TENSOR("rotation of width 16", (t.rotation.factors = {4, 4})),
    TENSOR("rotation factors has 17", t.rotation.factors.resize(17, 1)),
    TENSOR("bits_per_weight", t.bits_per_weight = kNan),
    TENSOR("rel_mse", t.rel_mse = -1.0f),
    TENSOR("has no segments", (t.segments.clear())),
    TENSOR("more than 64 segments", t.segments.resize(65)),
    TENSOR("role must be", t.segments[0].role = ""),
    TENSOR("'codes' occurs twice", t.segments[1].role = "codes"),
    TENSOR("not a multiple of 64", t.segments[0].offset += 32),
    TENSOR("outside the data region", t.segments[0].offset = 0),
    TENSOR("outside the data region", t.segments[0].offset = 64),
    TENSOR("beyond the end", t.segments[0].offset = uint64_t(1) << 40),
    TENSOR("beyond the end", t.segments[0].offset = UINT64_MAX - 63),
    TENSOR("beyond the end", t.segments[0].size = UINT64_MAX),
    TENSOR("is empty", t.segments[0].size = 0),
    TENSOR("overlap", t.segments[1].offset = t.segments[0].offset),
    TENSOR("overlap", t.segments[0].size = 257),
    TENSOR("last segment ends at", t.segments[1].size -= 1),
    TENSOR("more than 64 params", t.params.resize(65)),
    TENSOR("key must be", t.params[0].key = "\x01"),
    TENSOR("param 'table' occurs twice", t.params[1].key = "table"),
    TENSOR("larger than 1 MiB", t.params[0].bytes.resize((1 << 20) + 1)),
    HEADER("last segment ends at", h.file_size += 1),
    HEADER("last segment ends at", h.file_size += 16384),
};

void check_defect(const Defect& defect) {
    CAPTURE(defect.message);
    ModelDescription d = base();
    Header header;
    lay_out(d, header);
    defect.make(d, header);
    // Where the defect makes the metadata larger than its room, the file moves with it.
    Header fitted;
    ModelDescription copy = d;
    lay_out(copy, fitted);
    if (const uint64_t shift = fitted.data_offset - header.data_offset) {
        header.data_offset += shift, header.file_size += shift;
        for (TensorInfo& t : d.tensors)
            for (Segment& s : t.segments) s.offset += shift;
    }
    const Status status = open_only(assemble(d, header));
    CHECK_FALSE(status.ok());
    CAPTURE(status.message());
    CHECK(status.message().find(defect.message) != std::string::npos);
}

}  // namespace

TEST_CASE("the model that the defects spoil is sound") {
    ModelDescription d = base();
    Header header;
    lay_out(d, header);
    CHECK_OK(open_only(assemble(d, header)));
    CHECK_OK(open_and_verify(model_bytes(d, 1)));
}

TEST_CASE("hostile config") {
    for (const Defect& defect : kConfigDefects) check_defect(defect);
}
TEST_CASE("hostile tokenizer") {
    for (const Defect& defect : kTokenizerDefects) check_defect(defect);
}
TEST_CASE("hostile tensors") {
    for (const Defect& defect : kTensorDefects) check_defect(defect);
}

TEST_CASE("verify finds stored tables that do not work") {
    const Defect defects[] = {
        TOKENS("index is not sorted at 1", k.index = (std::vector<uint32_t>{1, 0, 2, 3, 4})),
        TOKENS("index is not sorted at 2", k.index = (std::vector<uint32_t>{0, 3, 2, 1, 4})),
        TOKENS("index is not sorted at 1", k.index = (std::vector<uint32_t>{0, 0, 3, 1, 4})),
        TOKENS("does not find merge 0", k.merge_index.assign(4, 0)),
        TOKENS("does not find merge 0", k.merge_index.assign(4, 2)),
        TOKENS("does not find merge", (k.merge_index.assign(1024, 2), k.merge_index[0] = 1)),
    };
    for (const Defect& defect : defects) {
        ModelDescription d = base();
        Header unused;
        defect.make(d, unused);
        CAPTURE(defect.message);
        const Status status = open_and_verify(model_bytes(d, 1));
        CAPTURE(status.message());
        CHECK(status.message().find(defect.message) != std::string::npos);
    }
}
