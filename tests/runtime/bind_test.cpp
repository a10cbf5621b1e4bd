// What a valid file may still say wrong: each is refused by name when the model is bound.
#include <cmath>
#include <cstring>
#include <functional>

#include "format/writer.hpp"
#include "simd/dispatch.hpp"
#include "tests/runtime/tiny.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

using Change = std::function<void(ModelDescription&)>;
using Poke = std::function<void(const TensorInfo&, const Segment&, std::vector<uint8_t>&)>;

// Writes the model again with another description; segments keep their bytes as far as they fit.
void rewrite(const ModelFile& from, const std::string& to, const Change& change,
             const Poke& poke = {}) {
    ModelDescription d;
    d.config = from.config();
    for (const TensorView& t : from.tensors()) {
        TensorInfo info;
        info.name = t.name, info.role = t.role, info.layer = t.layer, info.shape = t.shape;
        info.codec = t.codec, info.codec_version = t.codec_version, info.rotation = t.rotation;
        for (const SegmentView& s : t.segments)
            info.segments.push_back({std::string(s.role), 0, s.bytes.size(), 0});
        for (const ParamView& p : t.params)
            info.params.push_back({std::string(p.key), {p.bytes.begin(), p.bytes.end()}});
        d.tensors.push_back(info);
    }
    change(d);
    auto writer = ModelWriter::create(to, d);
    REQUIRE_OK(writer);
    for (size_t i = 0; i < d.tensors.size(); i++) {
        const TensorInfo& info = d.tensors[i];
        const TensorView* old = nullptr;
        for (const TensorView& t : from.tensors())
            if (t.name == info.name) old = &t;
        for (size_t j = 0; j < info.segments.size(); j++) {
            std::vector<uint8_t> bytes(info.segments[j].size, 0);
            if (const SegmentView* s = old ? old->segment(info.segments[j].role) : nullptr)
                std::memcpy(bytes.data(), s->bytes.data(), std::min(bytes.size(), s->bytes.size()));
            if (poke) poke(info, info.segments[j], bytes);
            REQUIRE_OK(writer->write(i, j, 0, bytes));
        }
    }
    REQUIRE_OK(writer->finish());
}

TensorInfo& tensor(ModelDescription& d, Role role) {
    for (TensorInfo& t : d.tensors)
        if (t.role == role) return t;
    FAIL("no such tensor");
    return d.tensors[0];
}

void set_float(std::vector<uint8_t>& bytes, size_t index, float value) {
    std::memcpy(bytes.data() + index * sizeof value, &value, sizeof value);
}

struct Case {
    const char* what;
    StatusCode code;
    const char* message;  // a part of it
    Change change;
    Poke poke;
};

const Case kCases[] = {
    {"architecture",
     StatusCode::unsupported,
     "mamba",
     [](auto& d) { d.config.architecture = "mamba"; },
     {}},
    {"norm kind",
     StatusCode::unsupported,
     "norm",
     [](auto& d) { d.config.norm = NormKind::layer; },
     {}},
    {"no post norm",
     StatusCode::corrupt,
     "no post_attn_norm for layer 0",
     [](auto& d) { d.config.post_norm = true; },
     {}},
    {"no qk norm",
     StatusCode::corrupt,
     "no q_norm for layer 0",
     [](auto& d) { d.config.qk_norm = true; },
     {}},
    {"no bias",
     StatusCode::corrupt,
     "no v_bias for layer 0",
     [](auto& d) { d.config.v_bias = true; },
     {}},
    {"no norm before a branch",
     StatusCode::unsupported,
     "pre_norm",
     [](auto& d) { d.config.pre_norm = false; },
     {}},
    {"plain feed-forward",
     StatusCode::unsupported,
     "gated_mlp",
     [](auto& d) { d.config.gated_mlp = false; },
     {}},
    {"activation",
     StatusCode::unsupported,
     "activation = relu2",
     [](auto& d) { d.config.activation = Activation::relu2; },
     {}},
    {"experts", StatusCode::unsupported, "experts", [](auto& d) { d.config.experts = 8; }, {}},
    {"negative softcap",
     StatusCode::corrupt,
     "softcap",
     [](auto& d) { d.config.final_softcap = -30; },
     {}},
    {"negative attention scale",
     StatusCode::corrupt,
     "attention_scale",
     [](auto& d) { d.config.attention_scale = -1; },
     {}},
    {"logit scale",
     StatusCode::unsupported,
     "logit_scale",
     [](auto& d) { d.config.logit_scale = 8; },
     {}},
    {"residual scale",
     StatusCode::unsupported,
     "residual_scale",
     [](auto& d) { d.config.residual_scale = 0.5f; },
     {}},
    {"llama3 without its bands",
     StatusCode::corrupt,
     "ropes[0]: config rope low_freq_factor",
     [](auto& d) { d.config.ropes[0].scaling = RopeScaling::llama3; },
     {}},
    {"llama3 with crossed bands",
     StatusCode::corrupt,
     "ropes[1]: config rope high_freq_factor is 1.000000, not above 4",
     [](auto& d) {
         RopeKind r;
         r.scaling = RopeScaling::llama3;
         r.low_freq_factor = 4, r.high_freq_factor = 1, r.original_context = 8192;
         d.config.ropes.push_back(r);
     },
     {}},
    {"yarn of no context",
     StatusCode::corrupt,
     "original_context",
     [](auto& d) {
         RopeKind& r = d.config.ropes[0];
         r.scaling = RopeScaling::yarn, r.beta_fast = 32, r.beta_slow = 1;
     },
     {}},
    {"yarn of theta 1",
     StatusCode::corrupt,
     "theta",
     [](auto& d) {
         RopeKind& r = d.config.ropes[0];
         r.scaling = RopeScaling::yarn, r.theta = 1, r.beta_fast = 32, r.beta_slow = 1;
     },
     {}},
    {"longrope of context 1",
     StatusCode::corrupt,
     "original_context",
     [](auto& d) {
         RopeKind& r = d.config.ropes[0];
         r.scaling = RopeScaling::longrope, r.original_context = 1;
         r.short_factors.assign(d.config.head_dim / 2, 1.0f), r.long_factors = r.short_factors;
     },
     {}},
    {"unknown codec",
     StatusCode::unsupported,
     "e9x7",
     [](auto& d) { tensor(d, Role::up).codec = "e9x7"; },
     {}},
    {"codec version",
     StatusCode::unsupported,
     "version 99",
     [](auto& d) { tensor(d, Role::up).codec_version = 99; },
     {}},
    {"vector codec",
     StatusCode::unsupported,
     "norm",
     [](auto& d) { tensor(d, Role::attn_norm).codec = "bf16"; },
     {}},
    {"missing tensor",
     StatusCode::corrupt,
     "no down for layer 0",
     [](auto& d) { tensor(d, Role::down).role = Role::other; },
     {}},
    {"wrong rows",
     StatusCode::corrupt,
     "shape",
     [](auto& d) { tensor(d, Role::k).shape[0]++; },
     {}},
    {"wrong columns",
     StatusCode::corrupt,
     "shape",
     [](auto& d) { tensor(d, Role::o).shape[1]--; },
     {}},
    {"short codes",
     StatusCode::corrupt,
     "codes",
     [](auto& d) { tensor(d, Role::gate).segments[0].size -= 64; },
     {}},
    {"long codes",
     StatusCode::corrupt,
     "codes",
     [](auto& d) { tensor(d, Role::gate).segments[0].size += 1; },
     {}},
    {"short scales",
     StatusCode::corrupt,
     "row_scales",
     [](auto& d) { tensor(d, Role::v).segments[1].size -= 2; },
     {}},
    {"no scales",
     StatusCode::corrupt,
     "row_scales",
     [](auto& d) { tensor(d, Role::v).segments.resize(1); },
     {}},
    {"short params",
     StatusCode::corrupt,
     "params",
     [](auto& d) { tensor(d, Role::down).segments[2].size -= 1; },
     {}},
    {"no params",
     StatusCode::corrupt,
     "params",
     [](auto& d) { tensor(d, Role::down).segments.resize(2); },
     {}},
    {"short table",
     StatusCode::corrupt,
     "table",
     [](auto& d) { tensor(d, Role::q).params[0].bytes.resize(60); },
     {}},
    {"no table",
     StatusCode::corrupt,
     "table",
     [](auto& d) { tensor(d, Role::q).params.clear(); },
     {}},
    {"NaN in the table",
     StatusCode::corrupt,
     "table",
     [](auto& d) { set_float(tensor(d, Role::q).params[0].bytes, 3, std::nanf("")); },
     {}},
    {"infinite row scale", StatusCode::corrupt, "not finite", [](auto&) {},
     [](const TensorInfo& t, const Segment& s, auto& bytes) {
         if (t.role == Role::up && s.role == "row_scales") bytes[6] = 0, bytes[7] = 0x7c;
     }},
    {"NaN in a norm", StatusCode::corrupt, "not finite", [](auto&) {},
     [](const TensorInfo& t, const Segment&, auto& bytes) {
         if (t.role == Role::final_norm) set_float(bytes, 71, std::nanf(""));
     }},
    {"rotation of another width",
     StatusCode::corrupt,
     "codes",
     [](auto& d) { tensor(d, Role::q).rotation.factors = {128}; },
     {}},
    {"rotation without a matrix",
     StatusCode::unsupported,
     "",
     [](auto& d) {
         tensor(d, Role::q).rotation.factors = {92, 8};
     },
     {}},
};

}  // namespace

TEST_CASE("every contradiction between file and build is refused by name") {
    TempDir dir;
    make_model(dir.path("m.gosset"), "e8c4", seed());
    auto original = ModelFile::open(dir.path("m.gosset"));
    REQUIRE_OK(original);
    auto isa = select_isa();
    REQUIRE_OK(isa);

    rewrite(*original, dir.path("same.gosset"), [](ModelDescription&) {});
    auto same = ModelFile::open(dir.path("same.gosset"));
    REQUIRE_OK(same);
    REQUIRE_OK(bind_model(*same, **isa));

    for (const Case& c : kCases) {
        INFO(std::string(c.what));
        rewrite(*original, dir.path("bad.gosset"), c.change, c.poke);
        auto file = ModelFile::open(dir.path("bad.gosset"));
        REQUIRE_OK(file);
        const Status status = bind_model(*file, **isa).status();
        INFO(std::string(status.message()));
        CHECK_FALSE(status.ok());
        CHECK((status.code() == c.code || std::string(c.message).empty()));
        CHECK(status.message().find(c.message) != std::string::npos);
    }
}
