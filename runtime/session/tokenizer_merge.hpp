/// The two merge loops, both in O(n log n) of the text that they get: by rank (BPE) and by score
/// (SentencePiece as llama.cpp runs it). Relies on tokenizer_lookup.hpp and format/merge_hash.hpp.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "runtime/session/tokenizer_lookup.hpp"

namespace gosset {

/// Encodes pieces of one text; keeps scratch and single-character lookups between them.
class PieceEncoder {
  public:
    explicit PieceEncoder(const TokenizerView& view);

    /// Appends the ids of `piece`: valid UTF-8, less than 2^31 bytes.
    void encode(std::string_view piece, std::vector<uint32_t>* out);

  private:
    static constexpr int32_t kEnd = -1;
    /// A run of bytes that is one token so far; a doubly linked list in a vector.
    struct Symbol {
        uint32_t id;           ///< kNoToken: a character without one
        uint32_t begin, size;  ///< in the piece; size 0: merged into the one before
        int32_t prev, next;    ///< kEnd: none
    };
    /// A merge that was possible when it was queued.
    struct Scored {
        float score;
        uint32_t left, size, id;
        bool operator<(const Scored& o) const {
            return score != o.score ? score < o.score : left > o.left;
        }
    };

    void encode_bpe(std::string_view piece, std::vector<uint32_t>* out);
    void encode_spm(std::string_view piece, std::vector<uint32_t>* out);
    void split(std::string_view piece);
    void split_characters(std::string_view piece);
    void add_symbol(uint32_t id, size_t begin, size_t size);
    bool add_bytes(std::string_view character, size_t begin);
    void add_fallback(std::string_view character, size_t begin);
    void join(Symbol& left, uint32_t id);
    void queue_rank(int32_t left);
    void queue_score(std::string_view piece, int32_t left);
    uint32_t single(std::string_view character);
    uint32_t byte_token(uint8_t byte);

    const TokenizerView& view_;
    std::vector<Symbol> symbols_;
    std::vector<uint64_t> ranks_;         ///< a heap of rank << 32 | position, least first
    std::vector<Scored> scores_;          ///< a heap, best score first, then leftmost
    uint32_t singles_[256], bytes_[256];  ///< kNotLooked until asked for
};

}  // namespace gosset
