/// A GGUF file as a ModelSource: names, shapes and rotary order of Hugging Face over the bytes of
/// the file, which are converted row by row as they are asked for.
#pragma once

#include <memory>

#include "tools/import/source.hpp"
#include "tools/import/source_bytes.hpp"

namespace gosset {

Result<std::unique_ptr<ModelSource>> open_gguf_source(SourceBytes bytes);

}  // namespace gosset
