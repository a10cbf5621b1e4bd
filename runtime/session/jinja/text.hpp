/// Text that remembers, byte by byte, who wrote it: the template or its caller. Whatever is cut,
/// joined or repeated keeps the origin of each byte, so that a tokenizer can tell a control token
/// of the template from one that a user spelled. Always valid UTF-8. Relies on unicode.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gosset::jinja {

enum class Origin : char { model, caller };

class Text {
  public:
    Text() = default;
    Text(std::string_view bytes, Origin origin) { append(bytes, origin); }

    const std::string& bytes() const { return bytes_; }
    size_t size() const { return bytes_.size(); }
    bool empty() const { return bytes_.empty(); }
    Origin origin_at(size_t byte) const { return Origin(origins_[byte]); }

    void append(std::string_view bytes, Origin origin) {
        bytes_ += bytes;
        origins_.append(bytes.size(), char(origin));
    }
    void append(const Text& other) { append(other, 0, other.size()); }
    /// Bytes [begin, end) of another text.
    void append(const Text& other, size_t begin, size_t end) {
        bytes_.append(other.bytes_, begin, end - begin);
        origins_.append(other.origins_, begin, end - begin);
    }
    Text slice(size_t begin, size_t end) const {
        Text out;
        out.append(*this, begin, end);
        return out;
    }

  private:
    std::string bytes_, origins_;
};

/// What Python's str.isspace() calls white space.
bool is_space(uint32_t cp);
/// Where white space ends at the front / begins at the back.
size_t skip_spaces(std::string_view text, size_t from = 0);
size_t spaces_begin(std::string_view text);

/// Number of characters.
size_t count_characters(std::string_view text);
/// Byte offsets of all characters, and of the end.
std::vector<size_t> character_offsets(std::string_view text);

enum class Case { upper, lower };
/// `text` in the other case, by Unicode's full mappings as Python has them.
Text change_case(const Text& text, Case to);

}  // namespace gosset::jinja
