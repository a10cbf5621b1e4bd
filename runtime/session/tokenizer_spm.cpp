// Merges by score: of all adjacent pairs whose concatenation is a token, the one with the best
// score is joined first, the leftmost of equals (llama.cpp, llm_tokenizer_spm). A character that is
// no token in the end falls back to bytes. Unlike llama.cpp, and like SentencePiece itself, text
// never becomes a control or byte token by merging.
#include <algorithm>
#include <utility>

#include "runtime/session/tokenizer_merge.hpp"
#include "runtime/session/unicode.hpp"

namespace gosset {

namespace {
constexpr float kWorst = -3.4e38f;
}

void PieceEncoder::queue_score(std::string_view piece, int32_t left) {
    if (left == kEnd) return;
    const Symbol& a = symbols_[size_t(left)];
    if (a.next == kEnd) return;
    const uint32_t size = a.size + symbols_[size_t(a.next)].size;
    const uint32_t id = find_text_token(view_, piece.substr(a.begin, size));
    if (id == kNoToken) return;
    float score = id < view_.scores.size() ? view_.scores[id] : 0.0f;
    if (!(score >= kWorst)) score = kWorst;  // NaN has no place in an order
    scores_.push_back({score, uint32_t(left), size, id});
    std::push_heap(scores_.begin(), scores_.end());
}

void PieceEncoder::split_characters(std::string_view piece) {
    for (size_t i = 0; i < piece.size();) {
        const std::string_view character = piece.substr(i, unicode::char_size(piece[i]));
        add_symbol(single(character), i, character.size());
        i += character.size();
    }
}

/// Bytes, or else the unknown token (one for a run of unknown characters), or else nothing.
void PieceEncoder::add_fallback(std::string_view character, size_t begin) {
    if (add_bytes(character, begin) || view_.traits.unk >= view_.size()) return;
    const bool fused = !symbols_.empty() && symbols_.back().id == view_.traits.unk;
    if (!fused) add_symbol(view_.traits.unk, begin, character.size());
}

void PieceEncoder::encode_spm(std::string_view piece, std::vector<uint32_t>* out) {
    split_characters(piece);
    scores_.clear();
    for (size_t i = 0; i + 1 < symbols_.size(); i++) queue_score(piece, int32_t(i));
    while (!scores_.empty()) {
        std::pop_heap(scores_.begin(), scores_.end());
        const Scored top = scores_.back();
        scores_.pop_back();
        Symbol& left = symbols_[top.left];
        if (left.size == 0 || left.next == kEnd) continue;
        if (left.size + symbols_[size_t(left.next)].size != top.size) continue;  // has changed
        join(left, top.id);
        queue_score(piece, left.prev);
        queue_score(piece, int32_t(top.left));
    }
    const std::vector<Symbol> merged = std::move(symbols_);
    symbols_.clear();
    for (int32_t i = merged.empty() ? kEnd : 0; i != kEnd; i = merged[size_t(i)].next) {
        const Symbol& s = merged[size_t(i)];
        if (s.id != kNoToken)
            add_symbol(s.id, s.begin, s.size);
        else
            add_fallback(piece.substr(s.begin, s.size), s.begin);
    }
    for (const Symbol& s : symbols_) out->push_back(s.id);
}

}  // namespace gosset
