// Calibration that cannot work says what is wrong, and where, and leaves nothing on the disk.
#include <filesystem>

#include "tests/quantize/resume_support.hpp"
#include "tests/support/support.hpp"
#include "tools/import/source.hpp"
#include "tools/quantize/pipeline.hpp"

using namespace gosset;
using namespace gosset::quantize;
using test::contains;

namespace {

/// A model with one tensor scaled.
class Scaled : public ModelSource {
  public:
    Scaled(const ModelSource& source, std::string name, float factor)
        : source_(source), name_(std::move(name)), factor_(factor) {}
    const ModelConfig& config() const override { return source_.config(); }
    const TokenizerData& tokenizer() const override { return source_.tokenizer(); }
    std::span<const SourceTensor> tensors() const override { return source_.tensors(); }
    std::string description() const override { return "scaled"; }
    Status read_rows(size_t tensor, uint64_t begin, uint64_t count, float* out) const override {
        GOSSET_TRY(source_.read_rows(tensor, begin, count, out));
        const SourceTensor& t = tensors()[tensor];
        if (t.name != name_) return {};
        for (uint64_t i = 0; i < count * t.cols(); i++) out[i] *= factor_;
        return {};
    }

  private:
    const ModelSource& source_;
    std::string name_;
    float factor_;
};

}  // namespace

TEST_CASE("activations that overflow are an error that names the first such input") {
    const std::string model_path = test::data("models/stories260K/stories260Ktok512.gguf");
    const std::string text_path = test::data("text/tinystories_train_head.txt");
    if (model_path.empty() || text_path.empty()) return;
    auto source = open_source(model_path);
    REQUIRE_OK(source);
    const test::TempDir dir;
    const struct {
        const char* tensor;
        float factor;
        const char* says;
    } cases[] = {
        {"model.layers.1.input_layernorm.weight", 1e37f, "the input of q, k and v of layer 1"},
        {"model.layers.2.input_layernorm.weight", 1e25f, "the input of q, k and v of layer 2"},
        {"model.layers.3.post_attention_layernorm.weight", 1e25f,
         "the input of gate and up of layer 3"},
        // Its square still fits; that of what the MLP makes of it does not.
        {"model.layers.3.post_attention_layernorm.weight", 1e15f, "the input of down of layer 3"},
        {"model.norm.weight", 1e30f, "the input of the head"},
    };
    for (const auto& c : cases) {
        for (const uint64_t memory : {uint64_t(1), uint64_t(1) << 30}) {
            CAPTURE(c.tensor);
            const Scaled scaled(**source, c.tensor, c.factor);
            Options options = test::resumable("e8n3");
            options.resume = false;
            options.calibration.text = test::read_file(text_path).substr(0, 3000);
            options.calibration.tokens = 512;
            options.calibration.memory = memory;
            const Status s = quantize_model(scaled, dir.path("m.gosset"), options).status();
            CAPTURE(s.message());
            CHECK(s.code() == StatusCode::corrupt);
            CHECK(contains(s.message(), c.says));
            CHECK(std::filesystem::is_empty(dir.path("")));
        }
    }
}
