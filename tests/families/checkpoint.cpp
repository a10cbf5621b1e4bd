#include "tests/families/checkpoint.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>

#include "runtime/session/session.hpp"
#include "tests/import/gguf_writer.hpp"
#include "tests/import/safetensors_writer.hpp"
#include "tools/import/source.hpp"
#include "tools/quantize/pipeline.hpp"

namespace gosset::test {
namespace {

using nlohmann::json;

bool contains(const std::string& name, const char* part) {
    return name.find(part) != std::string::npos;
}

/// generate.py's weight().
std::vector<float> weight(const std::string& name, const std::vector<uint64_t>& shape,
                          float offset) {
    uint64_t count = 1;
    for (const uint64_t d : shape) count *= d;
    double base = 0, scale = 0;
    if (name.ends_with("norm.weight")) {
        base = 1.0 - double(offset), scale = 0.5;
    } else if (name.ends_with(".bias") || contains(name, "embed_tokens")) {
        scale = 0.25;
    } else {
        const bool sharp =
            contains(name, "q_proj") || contains(name, "k_proj") || contains(name, "qkv_proj");
        const double size = std::nearbyint(std::log2(std::sqrt(3.0 / double(shape[1]))));
        scale = std::exp2(size + (sharp ? 2 : 0));
    }
    std::vector<float> values(count);
    for (uint64_t i = 0; i < count; i++) values[i] = float(base + scale * uniform(name, i));
    return values;
}

/// f(name, shape, values) for every tensor of the checkpoint; "#" in names becomes the layer.
void for_tensors(const Golden& g,
                 const std::function<void(const std::string& pattern, const std::string& layer,
                                          const std::vector<uint64_t>&, std::vector<float>)>& f) {
    const std::string architecture = g.data["config"]["architectures"][0];
    const float offset = contains(architecture, "Gemma") ? 1.0f : 0.0f;
    for (const auto& [pattern, dims] : g.data["tensors"].items()) {
        const auto shape = dims.get<std::vector<uint64_t>>();
        const bool layered = contains(pattern, "#");
        const uint32_t n = layered ? g.data["config"]["num_hidden_layers"].get<uint32_t>() : 1;
        for (uint32_t i = 0; i < n; i++) {
            std::string name = pattern;
            if (layered) name.replace(name.find('#'), 1, std::to_string(i));
            f(pattern, std::to_string(i), shape, weight(name, shape, offset));
        }
    }
}

std::string in_layer(std::string pattern, const std::string& layer) {
    const size_t at = pattern.find('#');
    if (at != std::string::npos) pattern.replace(at, 1, layer);
    return pattern;
}

/// reshape(heads, 2, half, cols).swap(1, 2), as llama.cpp's conversion of Llama does.
std::vector<float> interleaved(const std::vector<float>& v, uint64_t rows, uint64_t head_dim) {
    const uint64_t cols = v.size() / rows, half = head_dim / 2;
    std::vector<float> out(v.size());
    for (uint64_t row = 0; row < rows; row++) {
        const uint64_t inside = row % head_dim;
        const uint64_t to = row - inside + inside % half * 2 + inside / half;
        std::copy_n(v.begin() + int64_t(row * cols), cols, out.begin() + int64_t(to * cols));
    }
    return out;
}

void write_keys(const json& keys, GgufWriter* w) {
    for (const auto& [key, value] : keys.items()) {
        if (value.is_string())
            w->string(key, value);
        else if (value.is_number_integer())
            w->u32(key, value);
        else
            w->f32(key, value);
    }
}

}  // namespace

std::vector<Golden> all_goldens() {
    std::vector<Golden> all;
    for (const auto& entry : std::filesystem::directory_iterator(GOSSET_FAMILIES_GOLDEN))
        all.push_back(
            {entry.path().stem().string(), json::parse(read_file(entry.path().string()))});
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return all;
}

double uniform(const std::string& name, uint64_t i) {
    uint64_t h = 0xcbf29ce484222325u;
    for (const char c : name) h = (h ^ uint8_t(c)) * 0x100000001b3u;
    uint64_t z = h + (i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return (double(z >> 48) - 32768) / 32768;
}

void write_folder(const Golden& golden, const std::string& spelling, const std::string& folder) {
    std::filesystem::create_directories(folder);
    write_file(folder + "/config.json", golden.data[spelling].dump());
    SafetensorsWriter w;
    for_tensors(golden,
                [&](const auto& pattern, const auto& layer, const auto& shape, auto values) {
                    w.tensor(in_layer(pattern, layer), "F32", shape, floats(values));
                });
    write_file(folder + "/model.safetensors", w.bytes());
}

void write_gguf(const Golden& golden, const std::string& path) {
    const json& gguf = golden.data["gguf"];
    const json& config = golden.data["config"];
    GgufWriter w;
    write_keys(gguf["keys"], &w);
    for (const auto& [name, values] : gguf["extra"].items())
        w.tensor(name, {values.size()}, 0, floats(values.template get<std::vector<float>>()));
    for_tensors(
        golden, [&](const auto& pattern, const auto& layer, const auto& shape, auto values) {
            const json& to = gguf["tensors"][pattern];
            if (to[1] == "interleave") values = interleaved(values, shape[0], config["head_dim"]);
            if (to[1] == "plus one")
                for (float& f : values) f += 1.0f;
            w.tensor(in_layer(to[0], layer), {shape.rbegin(), shape.rend()}, 0, floats(values));
        });
    write_file(path, w.bytes());
}

Model open_model(const std::string& path, const std::string& file, const std::string& codec,
                 const std::string& isa_name) {
    auto source = open_source(path);
    REQUIRE_OK(source);
    quantize::Options options;
    options.plan.codec = codec;
    options.threads = 2;
    REQUIRE_OK(quantize::quantize_model(**source, file, options));
    Model m;
    auto opened = ModelFile::open(file);
    REQUIRE_OK(opened);
    m.file = std::move(*opened);
    auto isa = select_isa(isa_name);
    REQUIRE_OK(isa);
    auto weights = bind_model(m.file, **isa);
    REQUIRE_OK(weights);
    m.weights = std::move(*weights);
    return m;
}

std::vector<float> logits_of(const ModelWeights& weights, const std::vector<uint32_t>& tokens,
                             uint32_t batch, uint32_t threads, uint32_t singles) {
    SessionShape shape;
    shape.context = uint32_t(tokens.size());
    shape.batch = batch, shape.threads = threads, shape.kv_type = KvType::f32;
    auto session = Session::create(weights, shape, {});
    REQUIRE_OK(session);
    const size_t together = tokens.size() - singles;
    std::vector<float> all;
    for (size_t i = 0; i < tokens.size();) {
        const size_t n = i < together ? std::min<size_t>(batch, together - i) : 1;
        REQUIRE_OK((*session)->feed({&tokens[i], n}, uint32_t(i), 0, Want::all, nullptr));
        for (uint32_t r = 0; r < n; r++) {
            const float* row = (*session)->logits(r);
            all.insert(all.end(), row, row + weights.config.vocab);
        }
        i += n;
    }
    return all;
}

}  // namespace gosset::test
