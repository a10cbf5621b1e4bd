// Ids to text. A token's bytes need not be whole characters, so everything is joined as bytes
// first.
#include "runtime/session/byte_unicode.hpp"
#include "runtime/session/tokenizer.hpp"
#include "runtime/session/tokenizer_lookup.hpp"
#include "runtime/session/unicode.hpp"

namespace gosset {

namespace {

bool is_special(TokenType type) {
    return type == kTokenControl || type == kTokenUnknown;
}

/// drop_meta: U+2581 prints nothing, not a space.
void append_token(const TokenizerView& view, uint32_t id, bool keep_special, bool drop_meta,
                  std::string* out) {
    if (id >= view.size()) return;
    const TokenType type = type_of(view, id);
    if (is_special(type) && !keep_special) return;
    const std::string_view bytes = view.bytes(id);
    if (view.traits.byte_level && is_added_type(type)) {
        // The decoder of the library takes added tokens too for bytes spelled in characters.
        const std::optional<std::string> spelled = bytes_from_printable(bytes);
        out->append(spelled ? std::string_view(*spelled) : bytes);
        return;
    }
    if (type == kTokenByte) {
        if (const int byte = byte_of_token(bytes); byte >= 0) out->push_back(char(byte));
        return;
    }
    if (!view.traits.space_to_meta) {
        out->append(bytes);
        return;
    }
    for (size_t pos = 0; pos < bytes.size();) {
        const bool meta = bytes.compare(pos, kMetaSpace.size(), kMetaSpace) == 0;
        if (!meta || !drop_meta) out->push_back(meta ? ' ' : bytes[pos]);
        pos += meta ? kMetaSpace.size() : 1;
    }
}

/// Appends a token to the bytes of a text, whose first space goes if the tokenizer put it there.
/// *first: nothing has been printed yet.
void append_text(const TokenizerView& view, uint32_t id, bool keep_special, bool* first,
                 std::string* out) {
    const size_t before = out->size();
    const bool drop_meta = *first && view.traits.strip_first_token;
    append_token(view, id, keep_special, drop_meta, out);
    if (drop_meta) *first = id >= view.size() || (is_special(type_of(view, id)) && !keep_special);
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
