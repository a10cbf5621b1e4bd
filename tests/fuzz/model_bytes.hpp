/// Model files for the fuzzers that read them: an input that begins with the magic is a whole file,
/// any other one is metadata around which a file is built; either way the header's hash is made
/// right, so that the fuzzer gets past it. Relies on format/.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "format/header.hpp"
#include "format/metadata.hpp"
#include "format/reader.hpp"
#include "runtime/base/checked.hpp"

namespace gosset::fuzz {

struct Free {
    void operator()(uint8_t* p) const { std::free(p); }
};
using Block = std::unique_ptr<uint8_t, Free>;

/// 64-byte aligned and of the exact size, so that a sanitizer sees the first byte too far.
inline Block block_of(const std::vector<uint8_t>& bytes) {
    void* p = nullptr;
    if (posix_memalign(&p, 64, std::max<size_t>(bytes.size(), 1)) != 0) return nullptr;
    if (!bytes.empty()) std::memcpy(p, bytes.data(), bytes.size());
    return Block(static_cast<uint8_t*>(p));
}

inline void fix_hash(std::vector<uint8_t>& file) {
    Result<Header> header = decode_header(file);
    if (!header.ok()) return;
    header->xxh3 = hash_header(*header, std::span(file).subspan(size_t(header->metadata_offset),
                                                                size_t(header->metadata_size)));
    const auto head = encode_header(*header);
    std::copy(head.begin(), head.end(), file.begin());
}

/// Header, these metadata, and as much data as they ask for (up to 256 KiB).
inline std::vector<uint8_t> file_around(std::span<const uint8_t> metadata) {
    Header header;
    header.metadata_offset = kHeaderSize;
    header.metadata_size = metadata.size();
    header.data_offset = align_up(kHeaderSize + metadata.size(), kDataAlign);
    header.file_size = header.data_offset;
    const uint64_t most = header.data_offset + (1 << 18);
    const Block copy = block_of({metadata.begin(), metadata.end()});
    const auto unpacked = unpack_metadata({copy.get(), metadata.size()}, nullptr, most);
    if (unpacked.ok())
        for (const TensorView& t : unpacked->tensors)
            for (const SegmentView& s : t.segments)
                header.file_size = std::max(header.file_size, s.offset + s.bytes.size());
    header.xxh3 = hash_header(header, metadata);
    const auto head = encode_header(header);
    std::vector<uint8_t> file(size_t(header.file_size));
    std::copy(head.begin(), head.end(), file.begin());
    std::copy(metadata.begin(), metadata.end(), file.begin() + kHeaderSize);
    return file;
}

/// The file that an input stands for.
inline std::vector<uint8_t> whole_file(const uint8_t* data, size_t size) {
    if (size < kMagic.size() || !std::equal(kMagic.begin(), kMagic.end(), data))
        return file_around({data, size});
    std::vector<uint8_t> file(data, data + size);
    fix_hash(file);
    return file;
}

}  // namespace gosset::fuzz
