/// The journal's file: a line is there if, and only if, what it tells of is on the disk. Read by
/// the run that continues. Relies on POSIX.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/base/status.hpp"
#include "tools/quantize/journal_text.hpp"

namespace gosset::quantize {

class Journal {
  public:
    /// What the file says; empty if there is none, or nothing that can be trusted (then `damaged`).
    static std::optional<JournalText> read(const std::string& path, bool& damaged);

    Journal() = default;
    ~Journal();  ///< removes a file without a finished tensor
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Replaces the file atomically by one with this head and these tensors.
    Status create(const std::string& path, JournalText text,
                  const std::vector<FinishedTensor>& finished);
    /// Durable when it returns. Not thread-safe.
    Status append(const FinishedTensor& tensor);
    /// Deletes the file.
    void remove() noexcept;
    size_t size() const { return size_; }

  private:
    Status failure(const char* what) const;
    Status write(const std::string& text);

    std::string path_;
    std::optional<JournalText> text_;
    int fd_ = -1;
    size_t size_ = 0;  ///< tensors
};

}  // namespace gosset::quantize
