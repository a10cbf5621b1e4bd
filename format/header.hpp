/// The first 64 bytes of a .gosset file. Relies on xxHash (XXH3-64). All numbers little-endian:
///
///      0               8         12        16              24
///     +---------------+---------+---------+---------------+---------------+
///     | magic         | version | 64      | features      | file size     |
///     +---------------+---------+---------+---------------+---------------+
///     | meta offset   | meta size         | data offset   | xxh3          |
///     +---------------+-------------------+---------------+---------------+
///     32              40                  48              56              64
///
/// magic     89 'G' 'O' 'S' 'S' 'T' 0D 0A: not text, and broken by newline conversion
/// version   1; another one is refused
/// 64        size of this header
/// features  bits that a reader must know to read the file at all; v1 has none
/// file size exact: the file ends with its last segment
/// meta      the FlatBuffer (model.fbs)
/// data      start of the data region, a multiple of 16 KiB
/// xxh3      XXH3-64 of these 64 bytes with this field as 0, followed by the metadata
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "runtime/base/status.hpp"

namespace gosset {

inline constexpr uint32_t kFormatVersion = 1;
inline constexpr uint64_t kHeaderSize = 64;
inline constexpr uint64_t kHashOffset = 56;  ///< of the field `xxh3`
inline constexpr uint64_t kKnownFeatures = 0;
inline constexpr uint64_t kDataAlign = 16384;                    ///< of the data region
inline constexpr uint64_t kSegmentAlign = 64;                    ///< of every segment
inline constexpr uint64_t kMaxMetadataSize = uint64_t(1) << 30;  ///< FlatBuffers end at 2 GiB
inline constexpr std::array<uint8_t, 8> kMagic = {0x89, 'G', 'O', 'S', 'S', 'T', '\r', '\n'};

struct Header {
    uint32_t version = kFormatVersion;
    uint64_t features = 0;
    uint64_t file_size = 0;
    uint64_t metadata_offset = 0, metadata_size = 0;
    uint64_t data_offset = 0;
    uint64_t xxh3 = 0;
};

std::array<uint8_t, kHeaderSize> encode_header(const Header& header);

/// Reads and checks the header of `file`, whose size is the real one: magic, version, features,
/// that sizes agree with each other and with the file, and alignments. Not the hash.
Result<Header> decode_header(std::span<const uint8_t> file);

/// The hash that belongs into `header` for this metadata (its own xxh3 field counts as 0).
uint64_t hash_header(const Header& header, std::span<const uint8_t> metadata);

}  // namespace gosset
