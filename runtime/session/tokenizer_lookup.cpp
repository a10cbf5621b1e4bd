#include "runtime/session/tokenizer_lookup.hpp"

#include <algorithm>

namespace gosset {

namespace {
const uint32_t* lower_bound(const TokenizerView& view, std::string_view bytes) {
    const uint32_t* begin = view.index.data();
    return std::lower_bound(begin, begin + view.index.size(), bytes,
                            [&](uint32_t id, std::string_view b) { return view.bytes(id) < b; });
}
}  // namespace

TokenType type_of(const TokenizerView& view, uint32_t id) {
    return id < view.types.size() ? token_type(view.types[id]) : kTokenNormal;
}

uint32_t find_token(const TokenizerView& view, std::string_view bytes) {
    const uint32_t* it = lower_bound(view, bytes);
    const uint32_t* end = view.index.data() + view.index.size();
    return it != end && view.bytes(*it) == bytes ? *it : kNoToken;
}

uint32_t find_text_token(const TokenizerView& view, std::string_view bytes) {
    const uint32_t* it = lower_bound(view, bytes);
    const uint32_t* end = view.index.data() + view.index.size();
    uint32_t found = kNoToken;
    for (size_t i = 0; i < kMostEqual && it != end && view.bytes(*it) == bytes; i++, it++) {
        const TokenType type = type_of(view, *it);
        if (type == kTokenNormal || type == kTokenUnused) return *it;
        if (type == kTokenUserDefined && found == kNoToken) found = *it;
    }
    return found;
}

uint32_t find_byte_token(const TokenizerView& view, uint8_t byte) {
    const char* digits = "0123456789ABCDEF";
    const char name[] = {'<', '0', 'x', digits[byte >> 4], digits[byte & 15], '>'};
    const uint32_t id = find_token(view, std::string_view(name, sizeof name));
    return id != kNoToken && type_of(view, id) == kTokenByte ? id : kNoToken;
}

int byte_of_token(std::string_view bytes) {
    if (bytes.size() != 6 || bytes.substr(0, 3) != "<0x" || bytes[5] != '>') return -1;
    int value = 0;
    for (const char c : bytes.substr(3, 2)) {
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                                 : -1;
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

}  // namespace gosset
