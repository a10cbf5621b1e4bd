/// Text to token ids and back, over a TokenizerView: no table is built, so opening costs nothing.
/// Thread-safe: all methods are const and allocate only their results and scratch.
#pragma once

#include <cstdint>
#include <span>
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

/// Bytes [begin, end) of a text.
struct ByteRange {
    size_t begin, end;
};

class Tokenizer {
  public:
    Tokenizer() = default;
    explicit Tokenizer(const TokenizerView* view) : view_(view) {}

    const TokenizerView& view() const { return *view_; }
    /// Invalid UTF-8 is an error that gives the byte offset. Tokens of `parse_special` are matched
    /// before everything else, the longest at each place; user-defined tokens always are.
    /// No token of `parse_special` is cut out where it touches a byte of `plain` (ascending,
    /// apart); merges and pre-tokens know nothing of these ranges.
    Result<std::vector<uint32_t>> encode(std::string_view text, EncodeOptions options,
                                         std::span<const ByteRange> plain = {}) const;
    /// The text of `ids`, always valid UTF-8: bytes that make no character become U+FFFD. Control
    /// and unknown tokens are left out unless `keep_special`; ids that do not exist print nothing.
    std::string decode(const uint32_t* ids, size_t n, bool keep_special = false) const;
    /// The lowest id with exactly these bytes, or UINT32_MAX.
    uint32_t find(std::string_view bytes) const;

  private:
    const TokenizerView* view_ = nullptr;
};

/// Encodes the texts that the file holds for this and compares the ids: an error names the first
/// text that differs. A file without any passes.
Status check_self_tests(const Tokenizer& tokenizer);

/// Decodes a stream token by token and never emits half a character: bytes of an unfinished UTF-8
/// sequence are held back until it is complete (or proven broken: then U+FFFD). All pieces together
/// are what decode() gives.
class StreamDecoder {
  public:
    /// at_start: the first token begins a text, so that the space which encode() put in front is
    /// dropped again. False for tokens that continue a text: their first space is a real one.
    explicit StreamDecoder(const Tokenizer* tokenizer, bool at_start = true,
                           bool keep_special = false)
        : tokenizer_(tokenizer), first_(at_start), keep_special_(keep_special) {}
    std::string next(uint32_t id);  ///< the characters that this token completes, maybe none
    std::string finish();           ///< what is left, broken bytes as U+FFFD

  private:
    const Tokenizer* tokenizer_;
    std::string pending_;
    bool first_, keep_special_;
};

}  // namespace gosset
