#include "tools/quantize/plan.hpp"

#include "runtime/base/checked.hpp"
#include "runtime/base/rng.hpp"
#include "tools/quantize/rotation.hpp"

namespace gosset::quantize {

namespace {

constexpr uint64_t kSeed = 0x676f737365740001;  // "gosset", version 1 of the seeds

/// Tensors of one group read the same activation. 0: nobody rotates it.
uint64_t input_group(Role role) {
    // An embedding: only a tied one.
    return uint64_t(input_site(role == Role::embed ? Role::head : role) + 1);
}

/// What the options say, defaults filled in.
struct Codecs {
    const Codec *weights, *embed, *head, *values, *few_values, *f32;
};

/// `otherwise`, where the weights are finer or this build has no such codec.
const Codec* calibrated_head(const Codec& weights, const Codec* otherwise) {
    const std::string_view name = kCalibratedHead;
    const Codec* codec = find_codec(name.data(), name.size());
    return codec && weights.act != ActKind::f32 && weights.nominal_bits <= codec->nominal_bits
               ? codec
               : otherwise;
}

Result<Codecs> choose_codecs(const PlanOptions& options, bool tied) {
    GOSSET_ASSIGN(const Codec* weights, require_codec(options.codec));
    // Embedding and head are few weights and each of their errors is seen: 8 bits, unless the
    // weights themselves are floats.
    const std::string fallback = weights->act == ActKind::f32 ? options.codec : "q8";
    auto pick = [&](const std::string& name) { return name.empty() ? fallback : name; };
    GOSSET_ASSIGN(const Codec* embed, require_codec(pick(options.embed_codec)));
    GOSSET_ASSIGN(const Codec* head, require_codec(pick(options.head_codec)));
    if (options.calibrated && options.head_codec.empty()) head = calibrated_head(*weights, head);
    GOSSET_ASSIGN(const Codec* f32, require_codec("f32"));
    const bool given = !options.value_codec.empty();
    GOSSET_ASSIGN(const Codec* values, require_codec(given ? options.value_codec : options.codec));
    GOSSET_ASSIGN(const Codec* few_values, require_codec(pick(options.value_codec)));
    if (tied) {
        const bool both = !options.embed_codec.empty() && !options.head_codec.empty();
        if (both && embed != head)
            return invalid_argument(
                "embedding and head are one tensor in this model: give one of "
                "--embed-codec and --head-codec, or the same to both");
        if (options.head_codec.empty() && !options.embed_codec.empty()) head = embed;
        embed = head;
    }
    return Codecs{weights, embed, head, values, few_values, f32};
}

const Codec* codec_of(const Codecs& codecs, Role role, const SourceTensor& tensor) {
    switch (role) {
        case Role::v:
            return tensor.rows() <= tensor.cols() / 3 ? codecs.few_values : codecs.values;
        case Role::embed:
            return codecs.embed;
        case Role::head:
            return codecs.head;
        case Role::router:
            return codecs.f32;
        default:
            return codecs.weights;
    }
}

/// Shape to segments. The sizes are proven to fit.
Status lay_out(TensorPlan& t) {
    uint64_t weights = 0, bytes = 0;
    if (t.rows == 0 || t.cols == 0) return unsupported("it is empty");
    constexpr uint64_t kMost = uint64_t(1) << 48;  // of weights; far below overflow once padded
    if (!checked_mul(t.rows, t.cols, &weights) || weights > kMost || t.rows > kMost ||
        !checked_mul(weights, sizeof(float), &bytes))
        return unsupported("its shape is too large");
    if (!t.codec) {
        t.stored_cols = t.cols;
        t.info.segments.push_back({"codes", 0, bytes, 0});
    } else {
        uint64_t width = t.cols;
        if (!t.info.rotation.none()) {
            width = 1;
            for (uint32_t f : t.info.rotation.factors) width *= f;
        }
        t.stored_cols = padded_cols(width);
        t.info.segments.push_back({"codes", 0, codes_size(*t.codec, t.rows, t.stored_cols), 0});
        if (t.codec->scale != ScaleKind::none) {
            t.info.segments.push_back({"row_scales", 0, 2 * padded_rows(t.rows), 0});
            t.info.params.push_back({"table", std::vector<uint8_t>(sizeof(float) * kScaleTable)});
        }
        if (t.codec->params_bytes)
            t.info.segments.push_back({"params", 0, t.codec->params_bytes, 0});
    }
    t.info.bits_per_weight = float(8.0 * double(t.bytes()) / double(weights));
    return {};
}

Result<TensorPlan> plan_tensor(const SourceTensor& tensor, size_t index, const Codecs& codecs,
                               bool tied, bool rotate) {
    TensorPlan t;
    t.source = index;
    if (tensor.shape.empty() || tensor.shape.size() > 2)
        return unsupported("it has " + std::to_string(tensor.shape.size()) +
                           " dimensions; 1 and 2 are supported");
    t.rows = tensor.rows(), t.cols = tensor.cols();
    t.info.name = tensor.name, t.info.layer = tensor.layer, t.info.shape = tensor.shape;
    // The pair may come under the head's name only.
    t.info.role = tied && tensor.role == Role::head ? Role::embed : tensor.role;
    if (tensor.shape.size() == 2) t.codec = codec_of(codecs, t.info.role, tensor);
    t.info.codec = t.codec ? t.codec->name : "f32";
    t.info.codec_version = t.codec ? t.codec->version : codecs.f32->version;

    const bool lookup_only = t.info.role == Role::embed && !tied;
    if (!lookup_only) t.site = input_site(t.info.role == Role::embed ? Role::head : t.info.role);
    // Values share the rotation of q and k, whatever their own codec likes: the input is rotated
    // once.
    const bool wanted = t.codec && (t.info.role == Role::v ? codecs.weights : t.codec)->rotate;
    if (rotate && wanted && !lookup_only && input_group(t.info.role)) {
        const uint64_t seed = rotation_seed(t.info.role, t.info.layer);
        GOSSET_ASSIGN(t.info.rotation, choose_rotation(t.cols, seed));
    }
    GOSSET_TRY(lay_out(t));
    return t;
}

}  // namespace

uint64_t TensorPlan::bytes() const {
    uint64_t sum = 0;
    for (const Segment& s : info.segments) sum += s.size;
    return sum;
}

int input_site(Role role) {
    switch (role) {
        case Role::q:
        case Role::k:
        case Role::v:
            return 0;
        case Role::o:
            return 1;
        case Role::gate:
        case Role::up:
            return 2;
        case Role::down:
            return 3;
        case Role::head:
            return 4;
        default:
            return -1;
    }
}

uint64_t rotation_seed(Role role, int32_t layer) {
    uint64_t state = kSeed ^ (uint64_t(uint32_t(layer + 1)) << 8 | input_group(role));
    return splitmix64(state);
}

std::string codec_names() {
    std::string names;
    for (const Codec* c : all_codecs()) (names += ' ') += c->name;
    return names;
}

Result<const Codec*> require_codec(const std::string& name) {
    if (const Codec* c = find_codec(name.data(), name.size())) return c;
    return not_found("unknown codec '" + name + "'; this build has:" + codec_names());
}

Result<std::vector<TensorPlan>> make_plan(const ModelSource& source, const PlanOptions& options) {
    const bool tied = source.config().tied_head;
    GOSSET_ASSIGN(const Codecs codecs, choose_codecs(options, tied));
    bool has_embed = false, has_head = false;
    for (const SourceTensor& t : source.tensors()) {
        has_embed = has_embed || t.role == Role::embed;
        has_head = has_head || t.role == Role::head;
    }
    if (source.config().architecture != "none") {  // "none": named weights alone
        if (!has_embed && !(tied && has_head)) return corrupt("the model has no embedding");
        if (!has_head && !tied) return corrupt("the model has no head and does not tie it");
    }

    std::vector<TensorPlan> plan;
    for (size_t i = 0; i < source.tensors().size(); i++) {
        const SourceTensor& tensor = source.tensors()[i];
        if (tied && has_embed && tensor.role == Role::head) continue;  // the same weights again
        auto t = plan_tensor(tensor, i, codecs, tied, options.rotate);
        if (!t.ok()) return t.status().in("tensor '" + tensor.name + "'");
        plan.push_back(std::move(t.value()));
    }
    return plan;
}

}  // namespace gosset::quantize
