#include "tests/runtime/talking_model.hpp"

#include "tests/runtime/tiny.hpp"
#include "tests/tokenizer/small_vocab.hpp"
#include "tools/quantize/pipeline.hpp"

namespace gosset::test {

namespace {

constexpr const char* kTemplate =
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

// The weights of one source, the tokenizer of another.
class Talking : public ModelSource {
  public:
    Talking(std::unique_ptr<ModelSource> mute, TokenizerData tokenizer)
        : mute_(std::move(mute)), tokenizer_(std::move(tokenizer)), config_(mute_->config()) {
        config_.end_ids = tokenizer_.end_ids;
    }
    const ModelConfig& config() const override { return config_; }
    const TokenizerData& tokenizer() const override { return tokenizer_; }
    std::span<const SourceTensor> tensors() const override { return mute_->tensors(); }
    Status read_rows(size_t tensor, uint64_t begin, uint64_t count, float* out) const override {
        return mute_->read_rows(tensor, begin, count, out);
    }
    std::string description() const override { return "synthetic, with a tokenizer"; }

  private:
    std::unique_ptr<ModelSource> mute_;
    TokenizerData tokenizer_;
    ModelConfig config_;
};

}  // namespace

void make_talking_model(const std::string& path, uint64_t seed) {
    GgufTokenizer gguf = small_byte_level({"h e", "l l", "he ll", "hell o", "t h", "th e"});
    gguf.chat_template = kTemplate;
    gguf.eos = uint32_t(gguf.tokens.size() - 2);  // <|im_end|>
    Result<TokenizerData> tokenizer = tokenizer_from_gguf(gguf);
    REQUIRE_OK(tokenizer);
    quantize::SynthShape shape = tiny_shape();
    shape.seed = seed, shape.vocab = uint32_t(gguf.tokens.size());
    auto mute = quantize::make_synth_source(shape);
    REQUIRE_OK(mute);
    const Talking source(std::move(*mute), std::move(*tokenizer));
    quantize::Options options;
    options.plan.codec = options.plan.head_codec = options.plan.value_codec = "q8";
    options.threads = 2;
    REQUIRE_OK(quantize::quantize_model(source, path, options));
}

}  // namespace gosset::test
