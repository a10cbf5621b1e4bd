/// A read-only mapping of a file, or of a range of an open descriptor at any offset. Relies on
/// platforms/pages. The bytes are the file's: who shrinks the file while it is mapped makes reads
/// beyond its new end fault, so replace models by rename, never in place.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "runtime/base/status.hpp"

namespace gosset {

class FileMap {
  public:
    FileMap() = default;
    ~FileMap() { reset(); }
    FileMap(FileMap&& other) noexcept { swap(other); }
    FileMap& operator=(FileMap&& other) noexcept {
        if (this != &other) reset(), swap(other);
        return *this;
    }

    /// Maps a whole regular file. An empty file gives empty bytes. Errors name the path.
    static Result<FileMap> open(const std::string& path);
    /// Maps [offset, offset + length) of `fd`, which stays the caller's and may be closed
    /// afterwards. The offset needs no alignment; bytes().data() is aligned only as far as it is.
    static Result<FileMap> map_fd(int fd, uint64_t offset, uint64_t length);

    std::span<const uint8_t> bytes() const { return bytes_; }
    void reset() noexcept;  ///< unmaps; bytes() becomes empty

  private:
    void swap(FileMap& other) noexcept {
        std::swap(base_, other.base_), std::swap(mapped_, other.mapped_);
        std::swap(bytes_, other.bytes_);
    }

    void* base_ = nullptr;  ///< what was mapped: from the page that holds `offset`
    size_t mapped_ = 0;
    std::span<const uint8_t> bytes_;
};

}  // namespace gosset
