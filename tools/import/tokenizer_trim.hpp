/// A tokenizer with more tokens than the model has rows of embedding: Gemma 3's text models name
/// the token of an image after their last row. Relies on format/tokenizer_view.hpp.
#pragma once

#include <cstdint>

#include "format/tokenizer_view.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

/// Drops tokens from id `rows` on: without an embedding they cannot be used. An error, by name, if
/// the text itself could need them (a merge makes one, or bytes fall back to one), or if one of
/// them begins or ends the text.
Status trim_tokenizer(uint32_t rows, TokenizerData* tokenizer);

}  // namespace gosset
