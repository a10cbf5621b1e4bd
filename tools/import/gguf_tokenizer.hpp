/// The tokenizer inside a GGUF: collects the "tokenizer.*" keys for tokenizer_builder.hpp.
#pragma once

#include "format/tokenizer_view.hpp"
#include "runtime/base/status.hpp"
#include "tools/import/gguf.hpp"

namespace gosset {

/// TokenizerKind::none where the file has no vocabulary.
Result<TokenizerData> gguf_tokenizer(const GgufFile& file);

}  // namespace gosset
