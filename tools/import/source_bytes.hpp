/// The bytes of a source file: mapped read-only, or borrowed from the caller (tests, fuzzing).
/// Relies on platforms/file_map.hpp. Copies share the mapping; it lives as long as any of them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "runtime/base/status.hpp"

namespace gosset {

class SourceBytes {
  public:
    /// Maps a whole regular file; an empty one is an error.
    static Result<SourceBytes> map(const std::string& path);
    /// `bytes` must outlive every copy.
    static SourceBytes borrow(std::span<const uint8_t> bytes);

    std::span<const uint8_t> span() const { return span_; }

  private:
    std::shared_ptr<const void> owner_;
    std::span<const uint8_t> span_;
};

}  // namespace gosset
