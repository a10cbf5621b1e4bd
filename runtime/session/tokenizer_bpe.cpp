// Merges by rank. As in the Hugging Face tokenizers library, a queued merge whose pair has changed
// meanwhile still counts when the new pair gives the same token.
#include <algorithm>
#include <functional>

#include "format/merge_hash.hpp"
#include "runtime/session/tokenizer_merge.hpp"
#include "runtime/session/unicode.hpp"

namespace gosset {

namespace {
constexpr uint32_t kNotLooked = UINT32_MAX - 1;
}

PieceEncoder::PieceEncoder(const TokenizerView& view) : view_(view) {
    std::fill(std::begin(singles_), std::end(singles_), kNotLooked);
    std::fill(std::begin(bytes_), std::end(bytes_), kNotLooked);
}

void PieceEncoder::encode(std::string_view piece, std::vector<uint32_t>* out) {
    if (piece.empty()) return;
    symbols_.clear();
    if (view_.traits.kind == TokenizerKind::spm)
        encode_spm(piece, out);
    else
        encode_bpe(piece, out);
}

uint32_t PieceEncoder::single(std::string_view character) {
    if (character.size() != 1) return find_text_token(view_, character);
    uint32_t& id = singles_[uint8_t(character[0])];
    if (id == kNotLooked) id = find_text_token(view_, character);
    return id;
}

uint32_t PieceEncoder::byte_token(uint8_t byte) {
    if (bytes_[byte] == kNotLooked) bytes_[byte] = find_byte_token(view_, byte);
    return bytes_[byte];
}

void PieceEncoder::add_symbol(uint32_t id, size_t begin, size_t size) {
    const auto at = int32_t(symbols_.size());
    if (at > 0) symbols_.back().next = at;
    symbols_.push_back({id, uint32_t(begin), uint32_t(size), at - 1, kEnd});
}

/// The byte tokens of a character, if there are all of them.
bool PieceEncoder::add_bytes(std::string_view character, size_t begin) {
    if (!view_.traits.byte_fallback) return false;
    for (const char c : character)
        if (byte_token(uint8_t(c)) == kNoToken) return false;
    for (size_t i = 0; i < character.size(); i++)
        add_symbol(byte_token(uint8_t(character[i])), begin + i, 1);
    return true;
}

/// Symbols of a piece: bytes (byte level) or characters. One without a token becomes byte tokens,
/// or else an unknown token, or else nothing. As in the library, an unknown token waits for those
/// that it may be fused with, and byte tokens do not end the wait.
void PieceEncoder::split(std::string_view piece) {
    const TokenizerTraits& t = view_.traits;
    size_t begin = 0, waiting = 0;  // an unknown token of so many bytes
    const auto flush = [&] {
        if (waiting != 0) add_symbol(t.unk, begin, waiting);
        waiting = 0;
    };
    for (size_t i = 0, size = 1; i < piece.size(); i += size) {
        if (!t.byte_level) size = unicode::char_size(piece[i]);
        const std::string_view unit = piece.substr(i, size);
        const uint32_t id = single(unit);
        if (id != kNoToken) {
            flush();
            add_symbol(id, i, size);
        } else if ((t.byte_level || !add_bytes(unit, i)) && t.unk < view_.size()) {
            if (!t.fuse_unk) flush();
            if (waiting == 0) begin = i;
            waiting += size;
        }
    }
    flush();
}

/// The symbol after `left` becomes part of it.
void PieceEncoder::join(Symbol& left, uint32_t id) {
    Symbol& right = symbols_[size_t(left.next)];
    const int32_t at = right.prev;
    left.id = id;
    left.size += right.size;
    left.next = right.next;
    right.size = 0;
    if (left.next != kEnd) symbols_[size_t(left.next)].prev = at;
}

void PieceEncoder::queue_rank(int32_t left) {
    if (left == kEnd) return;
    const Symbol& a = symbols_[size_t(left)];
    if (a.next == kEnd) return;
    const uint32_t rank =
        find_merge(view_.merges, view_.merge_index, a.id, symbols_[size_t(a.next)].id);
    if (rank == kNoMerge) return;
    const uint32_t result = view_.merges[rank].result;
    // Text must never become a control token by merging.
    if (result >= view_.size() || type_of(view_, result) == kTokenControl) return;
    ranks_.push_back(uint64_t(rank) << 32 | uint32_t(left));
    std::push_heap(ranks_.begin(), ranks_.end(), std::greater<>());
}

void PieceEncoder::encode_bpe(std::string_view piece, std::vector<uint32_t>* out) {
    if (view_.traits.ignore_merges) {
        const uint32_t whole = find_text_token(view_, piece);
        if (whole != kNoToken) return out->push_back(whole);
    }
    split(piece);
    ranks_.clear();
    for (size_t i = 0; i + 1 < symbols_.size(); i++) queue_rank(int32_t(i));
    while (!ranks_.empty()) {
        std::pop_heap(ranks_.begin(), ranks_.end(), std::greater<>());
        const uint64_t top = ranks_.back();
        ranks_.pop_back();
        const auto at = int32_t(uint32_t(top));
        const Merge& merge = view_.merges[top >> 32];
        Symbol& left = symbols_[size_t(at)];
        if (left.size == 0 || left.next == kEnd) continue;
        const uint32_t right = symbols_[size_t(left.next)].id;
        if (left.id != merge.left || right != merge.right) {
            const uint32_t now = find_merge(view_.merges, view_.merge_index, left.id, right);
            if (now == kNoMerge || view_.merges[now].result != merge.result) continue;
        }
        join(left, merge.result);
        queue_rank(left.prev);
        queue_rank(at);
    }
    if (symbols_.empty()) return;
    for (int32_t i = 0; i != kEnd; i = symbols_[size_t(i)].next)
        out->push_back(symbols_[size_t(i)].id);
}

}  // namespace gosset
