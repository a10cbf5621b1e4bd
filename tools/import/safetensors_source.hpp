/// Hugging Face checkpoints as ModelSource: a folder, or a .safetensors with config.json beside it.
/// A .safetensors without config.json is a source of named matrices and vectors: architecture
/// "none", every role Role::other, no tokenizer.
#pragma once

#include <memory>
#include <string>

#include "tools/import/source.hpp"
#include "tools/import/source_bytes.hpp"

namespace gosset {

/// `path` is a directory or a .safetensors file.
Result<std::unique_ptr<ModelSource>> open_safetensors_source(const std::string& path);

/// The tensors of one file, without a configuration.
Result<std::unique_ptr<ModelSource>> open_safetensors_tensors(SourceBytes bytes);

}  // namespace gosset
