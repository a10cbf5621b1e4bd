#include "tools/quantize/journal_text.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "format/hash.hpp"

namespace gosset::quantize {

namespace {

constexpr std::string_view kFirst = "gosset quantize journal 1";
constexpr size_t kMostTensors = size_t(1) << 24, kMostNames = 64;

std::string hex(uint64_t value, size_t digits) {
    std::string text(digits, '0');
    for (size_t i = digits; i-- > 0; value >>= 4) text[i] = "0123456789abcdef"[value & 15];
    return text;
}

/// Of `before` (what the line must follow) and the line.
std::string check_of(std::string_view before, std::string_view line) {
    Hash hash;
    for (std::string_view part : {before, line})
        hash.add({reinterpret_cast<const uint8_t*>(part.data()), part.size()});
    return hex(hash.value(), 16);
}

/// A file's name may hold anything.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (uint8_t(c) >= 0x20 && c != '\\')
            out += c;
        else
            out += "\\" + hex(uint8_t(c), 2);
    }
    return out;
}

template <class T>
bool read_number(std::string_view text, T& value, int base) {
    const char* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value, base);
    return error == std::errc() && at == end;
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); i++) {
        uint8_t byte = 0;
        if (text[i] == '\\' && read_number(text.substr(std::min(i + 1, text.size()), 2), byte, 16))
            out += char(byte), i += 2;
        else
            out += text[i];
    }
    return out;
}

/// Takes a word and the space behind it off the front.
std::string_view take_word(std::string_view& text) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    return word;
}

/// Takes a whole line off the front, without its checksum; empty if that is wrong.
std::string_view take_line(std::string_view& text, std::string_view before) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const size_t space = line.rfind(' ');
    if (end == std::string_view::npos || space == std::string_view::npos) return {};
    const std::string_view said = line.substr(0, space);
    return check_of(before, said) == line.substr(space + 1) ? said : std::string_view();
}

bool read_finished(std::string_view line, size_t tensors, FinishedTensor& t) {
    uint64_t error = 0, energy = 0;
    if (take_word(line) != "done" || !read_number(take_word(line), t.tensor, 10) ||
        t.tensor >= tensors || !read_number(take_word(line), t.hash, 16) ||
        !read_number(take_word(line), error, 16) || !read_number(take_word(line), energy, 16) ||
        line.size() != 8 * t.table.size())
        return false;
    t.error = std::bit_cast<double>(error), t.energy = std::bit_cast<double>(energy);
    if (!(t.error >= 0 && t.energy >= 0 && std::isfinite(t.error) && std::isfinite(t.energy)))
        return false;
    for (size_t i = 0; i < t.table.size(); i++) {
        uint32_t bits = 0;
        if (!read_number(line.substr(8 * i, 8), bits, 16)) return false;
        t.table[i] = std::bit_cast<float>(bits);
        if (!std::isfinite(t.table[i])) return false;
    }
    return true;
}

}  // namespace

JournalText::JournalText(RunIdentity identity, size_t tensors)
    : identity_(std::move(identity)), tensors_(tensors) {
    const auto add = [&](const std::string& line) {
        head_ += line + " " + check_of(head_, line) + "\n";
    };
    add(std::string(kFirst));
    for (const auto& [name, value] : identity_) add("is " + name + " " + escaped(value));
    add("tensors " + std::to_string(tensors_));
}

std::string JournalText::line(const FinishedTensor& t) const {
    std::string line = "done " + std::to_string(t.tensor) + " " + hex(t.hash, 16) + " " +
                       hex(std::bit_cast<uint64_t>(t.error), 16) + " " +
                       hex(std::bit_cast<uint64_t>(t.energy), 16) + " ";
    for (const float value : t.table) line += hex(std::bit_cast<uint32_t>(value), 8);
    return line + " " + check_of(head_, line) + "\n";
}

std::optional<JournalText> JournalText::parse(std::string_view text) {
    const std::string_view whole = text;
    const auto next = [&] { return take_line(text, whole.substr(0, whole.size() - text.size())); };
    if (next() != kFirst) return {};
    RunIdentity identity;
    size_t tensors = 0;
    for (;;) {
        std::string_view line = next();
        const std::string_view kind = take_word(line);
        if (kind == "tensors" && read_number(line, tensors, 10) && tensors <= kMostTensors) break;
        if (kind != "is" || identity.size() == kMostNames) return {};
        const std::string name(take_word(line));
        identity.emplace_back(name, unescaped(line));
    }
    JournalText journal(std::move(identity), tensors);
    std::vector<bool> seen(tensors);
    while (!text.empty()) {
        FinishedTensor t;
        if (read_finished(take_line(text, journal.head_), tensors, t) && !seen[t.tensor]) {
            seen[t.tensor] = true;
            journal.finished_.push_back(t);
        } else {
            journal.damaged_++;
        }
    }
    return journal;
}

}  // namespace gosset::quantize
