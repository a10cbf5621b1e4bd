/// A model to be quantized, whatever it came from: configuration, tokenizer and tensors by their
/// Hugging Face names, read a few rows at a time so that peak memory stays near one tensor.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "format/config.hpp"
#include "format/tensor.hpp"
#include "format/tokenizer_view.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

struct SourceTensor {
    std::string name;  ///< Hugging Face name
    Role role = Role::other;
    int32_t layer = -1;
    std::vector<uint64_t> shape;  ///< [rows, cols] or [n]
    std::string source_type;      ///< "F32", "BF16", "Q4_1", ... for reports
    uint64_t rows() const { return shape.size() == 1 ? 1 : shape[0]; }
    uint64_t cols() const { return shape.back(); }
};

class ModelSource {
  public:
    virtual ~ModelSource() = default;
    virtual const ModelConfig& config() const = 0;
    virtual const TokenizerData& tokenizer() const = 0;
    virtual std::span<const SourceTensor> tensors() const = 0;
    /// Rows [begin, begin + count) as floats, [count][cols]. Rotary rows are in Hugging Face order
    /// whatever the source's is. Thread-safe. Non-finite values are an error that names the tensor.
    virtual Status read_rows(size_t tensor, uint64_t begin, uint64_t count, float* out) const = 0;
    virtual std::string description() const = 0;  ///< "GGUF v3, 272 tensors, Q4_1 + F32"
};

/// Opens a .gguf, a .safetensors (config.json and tokenizer.json beside it) or an HF directory.
Result<std::unique_ptr<ModelSource>> open_source(const std::string& path);

/// Only the tokenizer of a .gguf, tokenizer.json, HF directory or .gosset.
Result<TokenizerData> open_tokenizer(const std::string& path);

}  // namespace gosset
