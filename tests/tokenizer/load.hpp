/// What the tokenizer tests share: tokenizers from the data folder (unpacked with xz where they are
/// packed), strings with their expected ids, and random text. Relies on tests/support.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "format/tokenizer_view.hpp"
#include "runtime/base/rng.hpp"
#include "runtime/session/tokenizer.hpp"
#include "tests/support/support.hpp"

namespace gosset::test {

/// A tokenizer with the data it looks into.
struct Loaded {
    explicit Loaded(TokenizerData d) : data(std::move(d)), view(data.view()), tokenizer(&view) {}
    TokenizerData data;
    TokenizerView view;
    Tokenizer tokenizer;
};

/// tokenizers/NAME of the data folder; null, loudly, where there is none or xz is missing.
std::unique_ptr<Loaded> load_packed(const std::string& name);
/// A tokenizer.json by its path under the data folder; null, loudly, where there is none.
std::unique_ptr<Loaded> load_json(const std::string& relative);

/// Ids as text, for messages.
std::string show(const std::vector<uint32_t>& ids);

/// Up to `most` characters of mixed scripts, spaces, digits, marks and rarities; valid UTF-8.
std::string random_text(Rng& rng, uint32_t most);

}  // namespace gosset::test
