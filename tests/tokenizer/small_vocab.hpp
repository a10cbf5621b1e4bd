/// Small vocabularies made by hand, so that tests need no data. Relies on tokenizer_builder.hpp.
#pragma once

#include "tests/tokenizer/load.hpp"
#include "tools/import/tokenizer_builder.hpp"

namespace gosset::test {

/// SentencePiece by score: <unk> <s> </s>, 256 byte tokens, then the given pieces (a later one has
/// a lower score).
GgufTokenizer small_spm(const std::vector<std::string>& pieces);

/// Byte-level BPE (pre "smollm"): the 256 bytes, the tokens that the merges make, <|im_start|>,
/// <|im_end|> (control) and <think> (user-defined).
GgufTokenizer small_byte_level(const std::vector<std::string>& merges);

std::unique_ptr<Loaded> load(GgufTokenizer gguf);

}  // namespace gosset::test
