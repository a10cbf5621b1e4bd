#include "format/header.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "format/hash.hpp"
#include "runtime/base/checked.hpp"

namespace gosset {
namespace {

template <class T>
void put(uint8_t* at, T value) {
    for (size_t i = 0; i < sizeof(T); i++) at[i] = uint8_t(value >> (8 * i));
}

template <class T>
T get(const uint8_t* at) {
    T value = 0;
    for (size_t i = 0; i < sizeof(T); i++) value = T(value | T(at[i]) << (8 * i));
    return value;
}

std::string number(uint64_t n) {
    return std::to_string(n);
}

Status wrong_magic(std::span<const uint8_t> file) {
    if (file.size() >= 4 && std::memcmp(file.data(), "GGUF", 4) == 0)
        return unsupported("not a gosset file but a GGUF: convert it with `gosset quantize`");
    const size_t n = std::min(file.size(), kMagic.size());
    if (n > 0 && n < kMagic.size() && std::memcmp(file.data(), kMagic.data(), n) == 0)
        return corrupt("file is cut: only " + number(n) + " bytes");
    if (n >= 6 && std::memcmp(file.data(), kMagic.data(), 6) == 0)
        return corrupt("file is damaged: its line ends were converted (was it copied as text?)");
    return corrupt("not a gosset file (wrong magic)");
}

Status check_features(uint64_t features) {
    uint64_t unknown = features & ~kKnownFeatures;
    if (unknown == 0) return {};
    std::string bits;
    for (; unknown; unknown &= unknown - 1)
        bits += (bits.empty() ? "" : ", ") + number(uint64_t(std::countr_zero(unknown)));
    return unsupported("required feature bit " + bits + " is unknown: use a newer gosset");
}

Status check_layout(const Header& h, uint64_t real_size) {
    if (h.file_size != real_size)
        return corrupt("header says " + number(h.file_size) + " bytes, file has " +
                       number(real_size) + (real_size < h.file_size ? " (is it cut?)" : ""));
    if (h.data_offset % kDataAlign != 0 || h.data_offset < kHeaderSize ||
        h.data_offset > h.file_size)
        return corrupt("data offset " + number(h.data_offset) +
                       " is not a multiple of 16384 inside the file");
    if (h.metadata_offset % kSegmentAlign != 0 || h.metadata_offset < kHeaderSize ||
        !range_fits(h.metadata_offset, h.metadata_size, h.data_offset))
        return corrupt("metadata (" + number(h.metadata_size) + " bytes at " +
                       number(h.metadata_offset) + ") is not between header and data");
    if (h.metadata_size > kMaxMetadataSize)
        return corrupt("metadata of " + number(h.metadata_size) + " bytes is larger than 1 GiB");
    return {};
}

}  // namespace

std::array<uint8_t, kHeaderSize> encode_header(const Header& h) {
    std::array<uint8_t, kHeaderSize> b{};
    std::copy(kMagic.begin(), kMagic.end(), b.begin());
    put<uint32_t>(&b[8], h.version);
    put<uint32_t>(&b[12], uint32_t(kHeaderSize));
    put<uint64_t>(&b[16], h.features);
    put<uint64_t>(&b[24], h.file_size);
    put<uint64_t>(&b[32], h.metadata_offset);
    put<uint64_t>(&b[40], h.metadata_size);
    put<uint64_t>(&b[48], h.data_offset);
    put<uint64_t>(&b[kHashOffset], h.xxh3);
    return b;
}

Result<Header> decode_header(std::span<const uint8_t> file) {
    if (file.empty()) return corrupt("not a gosset file: it is empty");
    if (file.size() < kMagic.size() || !std::equal(kMagic.begin(), kMagic.end(), file.begin()))
        return wrong_magic(file);
    if (file.size() < kHeaderSize)
        return corrupt("file is cut: " + number(file.size()) + " bytes, the header alone has 64");

    const uint8_t* b = file.data();
    Header h;
    h.version = get<uint32_t>(b + 8);
    if (h.version != kFormatVersion)
        return unsupported("format version " + number(h.version) +
                           " is unknown (this gosset reads " + number(kFormatVersion) +
                           "): use another gosset");
    if (const uint32_t size = get<uint32_t>(b + 12); size != kHeaderSize)
        return corrupt("header size is " + number(size) + ", version 1 has 64");
    h.features = get<uint64_t>(b + 16);
    h.file_size = get<uint64_t>(b + 24);
    h.metadata_offset = get<uint64_t>(b + 32);
    h.metadata_size = get<uint64_t>(b + 40);
    h.data_offset = get<uint64_t>(b + 48);
    h.xxh3 = get<uint64_t>(b + kHashOffset);
    GOSSET_TRY(check_features(h.features));
    GOSSET_TRY(check_layout(h, file.size()));
    return h;
}

uint64_t hash_header(const Header& header, std::span<const uint8_t> metadata) {
    Header zeroed = header;
    zeroed.xxh3 = 0;
    const auto bytes = encode_header(zeroed);
    Hash hash;
    hash.add(bytes);
    hash.add(metadata);
    return hash.value();
}

}  // namespace gosset
