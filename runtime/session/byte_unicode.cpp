#include "runtime/session/byte_unicode.hpp"

#include <array>
#include <cstdint>

#include "runtime/session/unicode.hpp"

namespace gosset {

namespace {
constexpr uint32_t kCharacters = 256 + 68;
constexpr int16_t kNotOne = -1;

bool stands_for_itself(uint32_t byte) {
    return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) ||
           (byte >= 0xae && byte <= 0xff);
}

std::array<int16_t, kCharacters> make_table() {
    std::array<int16_t, kCharacters> table;
    table.fill(kNotOne);
    uint32_t next = 256;
    for (uint32_t byte = 0; byte < 256; byte++)
        table[stands_for_itself(byte) ? byte : next++] = int16_t(byte);
    return table;
}
}  // namespace

std::optional<std::string> bytes_from_printable(std::string_view token) {
    static const auto table = make_table();
    if (unicode::find_invalid_utf8(token) != std::string_view::npos) return std::nullopt;
    std::string bytes;
    for (size_t pos = 0; pos < token.size(); pos += unicode::char_size(token[pos])) {
        const uint32_t cp = unicode::char_at(token, pos);
        if (cp >= kCharacters || table[cp] == kNotOne) return std::nullopt;
        bytes += char(table[cp]);
    }
    return bytes;
}

}  // namespace gosset
