// Ids to text. A token's bytes need not be whole characters, so everything is joined as bytes
// first.
#include "runtime/session/tokenizer.hpp"
#include "runtime/session/tokenizer_lookup.hpp"
#include "runtime/session/unicode.hpp"

namespace gosset {

namespace {

void append_token(const TokenizerView& view, uint32_t id, bool keep_special, std::string* out) {
    if (id >= view.size()) return;
    const TokenType type = type_of(view, id);
    const bool special = type == kTokenControl || type == kTokenUnknown;
    if (special && !keep_special) return;
    const std::string_view bytes = view.bytes(id);
    if (type == kTokenByte) {
        if (const int byte = byte_of_token(bytes); byte >= 0) out->push_back(char(byte));
        return;
    }
    if (special || !view.traits.space_to_meta) {
        out->append(bytes);
        return;
    }
    for (size_t pos = 0; pos < bytes.size();) {
        const bool meta = bytes.compare(pos, kMetaSpace.size(), kMetaSpace) == 0;
        out->push_back(meta ? ' ' : bytes[pos]);
        pos += meta ? kMetaSpace.size() : 1;
    }
}

/// Appends a token to the bytes of a text, whose first space goes if the tokenizer put it there.
/// *first: nothing has been printed yet.
void append_text(const TokenizerView& view, uint32_t id, bool keep_special, bool* first,
                 std::string* out) {
    const size_t before = out->size();
    append_token(view, id, keep_special, out);
    if (!*first || out->size() == before) return;
    *first = false;
    if (view.traits.strip_left_space && (*out)[before] == ' ') out->erase(before, 1);
}

}  // namespace

std::string Tokenizer::decode(const uint32_t* ids, size_t n, bool keep_special) const {
    std::string bytes;
    bool first = true;
    for (size_t i = 0; i < n; i++) append_text(*view_, ids[i], keep_special, &first, &bytes);
    return unicode::find_invalid_utf8(bytes) == std::string::npos ? bytes
                                                                  : unicode::sanitize_utf8(bytes);
}

std::string StreamDecoder::next(uint32_t id) {
    append_text(tokenizer_->view(), id, keep_special_, &first_, &pending_);
    size_t ready = 0;
    while (ready < pending_.size()) {
        const unicode::Utf8Step step = unicode::utf8_step(pending_, ready);
        if (step.kind == unicode::Utf8Step::partial) break;
        ready += step.size;
    }
    std::string text = unicode::sanitize_utf8(std::string_view(pending_).substr(0, ready));
    pending_.erase(0, ready);
    return text;
}

std::string StreamDecoder::finish() {
    std::string text = unicode::sanitize_utf8(pending_);
    pending_.clear();
    return text;
}

}  // namespace gosset
