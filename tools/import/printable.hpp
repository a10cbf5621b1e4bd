/// Names out of untrusted files, made safe to show in a message. Relies on the standard library.
#pragma once

#include <string>
#include <string_view>

namespace gosset {

/// 'text' in single quotes: bytes outside printable ASCII become '?', long text is cut.
inline std::string printable(std::string_view text) {
    constexpr size_t kLongest = 96;
    std::string out = "'";
    for (const char c : text.substr(0, kLongest)) out += c >= 0x20 && c < 0x7f ? c : '?';
    if (text.size() > kLongest) out += "...";
    return out + "'";
}

}  // namespace gosset
