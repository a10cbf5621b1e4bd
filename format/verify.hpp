/// Reads a whole opened file and proves that no bit of it has changed since it was written: header
/// and metadata by their hash, segments by theirs, everything between them by being zero. Also
/// proves the tokenizer's stored tables. Private to format/; relies on metadata.hpp and xxHash.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "format/header.hpp"
#include "format/metadata.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

/// What ModelFile::verify does. `metadata` has passed validate() on these bytes.
Status verify_file(std::span<const uint8_t> file, const Header& header, const Metadata& metadata,
                   const std::function<bool(uint64_t, uint64_t)>& progress);

/// `index` is sorted by (bytes, id) and `merge_index` finds every merge.
Status verify_tokenizer(const TokenizerView& tokenizer);

}  // namespace gosset
