#include "tools/import/source_bytes.hpp"

#include <utility>

#include "platforms/file_map.hpp"

namespace gosset {

Result<SourceBytes> SourceBytes::map(const std::string& path) {
    GOSSET_ASSIGN(FileMap file, FileMap::open(path));
    if (file.bytes().empty()) return corrupt(path + ": the file is empty");
    const auto owner = std::make_shared<const FileMap>(std::move(file));
    SourceBytes bytes;
    bytes.span_ = owner->bytes();
    bytes.owner_ = owner;
    return bytes;
}

SourceBytes SourceBytes::borrow(std::span<const uint8_t> bytes) {
    SourceBytes result;
    result.span_ = bytes;
    return result;
}

}  // namespace gosset
