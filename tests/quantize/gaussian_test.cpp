/// The whole road on weights whose best error is known: a safetensors checkpoint of N(0, 1) is
/// imported, quantized, exported and compared.
#include "tests/quantize/memory_source.hpp"
#include "tests/quantize/safetensors.hpp"
#include "tests/support/support.hpp"
#include "tools/import/source.hpp"
#include "tools/quantize/export.hpp"
#include "tools/quantize/pipeline.hpp"
#include "tools/quantize/safetensors_writer.hpp"

using namespace gosset;
using namespace gosset::quantize;

namespace {

constexpr const char* kConfig = R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama",
    "hidden_size": 256, "intermediate_size": 576, "num_hidden_layers": 1,
    "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 8, "vocab_size": 50,
    "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
    "hidden_act": "silu", "tie_word_embeddings": false, "torch_dtype": "float32"})";

/// N(0, 1) everywhere, as a Hugging Face folder.
test::MemorySource write_checkpoint(const test::TempDir& dir) {
    test::MemorySource model = test::make_model(256, 576, false, test::seed());
    Rng rng(test::seed() + 1);
    std::vector<SafetensorsEntry> entries;
    for (size_t i = 0; i < model.tensors_.size(); i++) {
        rng.normals(model.values_[i].data(), model.values_[i].size());
        entries.push_back({model.tensors_[i].name, "F32", 4, model.tensors_[i].shape});
    }
    auto writer = SafetensorsWriter::create(dir.path("model.safetensors"), entries);
    REQUIRE_OK(writer);
    for (const auto& v : model.values_)
        REQUIRE_OK(writer->write({reinterpret_cast<const uint8_t*>(v.data()), 4 * v.size()}));
    REQUIRE_OK(writer->finish());
    test::write_file(dir.path("config.json"), kConfig);
    return model;
}

}  // namespace

TEST_CASE("Gaussian weights keep their bits' worth through import, quantize and export") {
    const test::TempDir dir;
    const test::MemorySource model = write_checkpoint(dir);
    const auto source = open_source(dir.path(""));
    REQUIRE_OK(source);
    Options options;
    options.plan.codec = "e8n4", options.threads = 2;
    REQUIRE_OK(quantize_model(**source, dir.path("m.gosset"), options));
    REQUIRE_OK(export_model(dir.path("m.gosset"), dir.path("m.st"), ExportType::f32, {}));
    const test::Safetensors st = test::read_safetensors(dir.path("m.st"));
    double error = 0, n = 0;
    for (size_t i = 0; i < model.tensors_.size(); i++) {
        const SourceTensor& t = model.tensors_[i];
        const std::vector<float> got = st.values<float>(t.name);
        REQUIRE(got.size() == model.values_[i].size());
        // The others are kept at 8 or more bits, or have rows of half a block (o).
        const bool counted = t.role == Role::gate || t.role == Role::up || t.role == Role::down ||
                             t.role == Role::q || t.role == Role::k || t.role == Role::v;
        for (size_t k = 0; counted && k < got.size(); k++, n++)
            error += (double(got[k]) - double(model.values_[i][k])) *
                     (double(got[k]) - double(model.values_[i][k]));
    }
    CHECK(error / n < 0.0062);  // in units of the variance; Shannon's bound at 4 bits: 0.0039
    CHECK(error / n > 0.0039);
}
