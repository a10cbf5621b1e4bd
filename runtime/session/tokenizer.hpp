/// Text to token ids and back, over a TokenizerView: no table is built, so opening costs nothing.
/// Thread-safe: all methods are const and allocate only their results and scratch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/tokenizer_view.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

struct EncodeOptions {
    bool add_special = false;   ///< BOS / EOS as the model's policy says
    bool parse_special = true;  ///< control tokens spelled in the text become their ids
};

class Tokenizer {
  public:
    Tokenizer() = default;
    explicit Tokenizer(const TokenizerView* view) : view_(view) {}

    const TokenizerView& view() const { return *view_; }
    /// Invalid UTF-8 is an error that gives the byte offset.
    Result<std::vector<uint32_t>> encode(std::string_view text, EncodeOptions options) const;
    /// The text of `ids`; control tokens are left out unless `keep_special`.
    std::string decode(const uint32_t* ids, size_t n, bool keep_special = false) const;
    /// Id of the token with exactly these bytes, or UINT32_MAX.
    uint32_t find(std::string_view bytes) const;

  private:
    const TokenizerView* view_ = nullptr;
};

/// Decodes a stream token by token and never emits half a character: bytes of an unfinished UTF-8
/// sequence are held back until it is complete (or proven broken: then U+FFFD).
class StreamDecoder {
  public:
    explicit StreamDecoder(const Tokenizer* tokenizer) : tokenizer_(tokenizer) {}
    std::string next(uint32_t id);  ///< the characters that this token completes, maybe none
    std::string finish();           ///< what is left, broken bytes as U+FFFD

  private:
    const Tokenizer* tokenizer_;
    std::string pending_;
    bool first_ = true;
};

}  // namespace gosset
