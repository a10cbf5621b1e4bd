/// A small random model that has what talking needs: a tokenizer (byte-level BPE), a chat template,
/// an end token. Relies on tests/runtime/tiny and tests/tokenizer/small_vocab.
#pragma once

#include <string>

namespace gosset::test {

/// 265 tokens: 256 bytes, a few merges, <|im_start|>, <|im_end|> (which ends) and <think>.
void make_talking_model(const std::string& path, uint64_t seed);

}  // namespace gosset::test
