/// A file that appears under its name only when it is complete: written as "<path>.tmp-<pid>",
/// then fsynced and renamed. Whatever fails on the way, nothing is left behind; or, written as
/// "<path>.partial", what keep() made durable is there for the next process. Private to format/ and
/// linked by tools only; relies on POSIX.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "runtime/base/status.hpp"

namespace gosset {

class TempFile {
  public:
    TempFile() = default;
    ~TempFile() { discard(); }
    TempFile(const TempFile&) = delete;
    TempFile& operator=(const TempFile&) = delete;

    /// Creates the temporary file and reserves `size` bytes on the disk, where it can.
    Status create(const std::string& path, uint64_t size);
    /// Opens "<path>.partial" as a process before left it, or creates it, and gives it `size` bytes
    /// (new ones are zero). While it is open no other process gets it. What was there before stays
    /// when this fails; after that the file goes with this object unless keep() is called.
    Status open_partial(const std::string& path, uint64_t size);
    /// Makes the bytes durable; from here on a partial file outlives this object.
    Status keep();
    /// Writes / reads all of `bytes` at `offset`. Thread-safe.
    Status write(uint64_t offset, std::span<const uint8_t> bytes) const;
    Status read(uint64_t offset, std::span<uint8_t> bytes) const;
    /// Makes the bytes durable and gives the file its name; then the object is empty.
    Status commit();
    /// Closes the temporary file, if there is one, and removes it unless it is kept.
    void discard() noexcept;

    bool is_open() const { return fd_ >= 0; }

  private:
    Status start(const std::string& path, uint64_t size);
    Status lock() const;
    Status failure(const std::string& what, int error) const;

    int fd_ = -1;
    int slot_ = -1;  ///< in the list that remove_temp_files() walks; a partial file is not there
    bool kept_ = false;
    uint64_t size_ = 0;
    std::string path_, temp_;
};

}  // namespace gosset
