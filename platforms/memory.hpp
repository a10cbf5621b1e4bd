/// Large blocks of memory straight from the operating system: zeroed, page-aligned, and on request
/// backed by 2 MiB pages, which saves most TLB misses when weights stream through the core.
/// Relies on platforms/pages; huge pages are Linux' transparent ones, a plain block elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "runtime/base/status.hpp"

namespace gosset {

inline constexpr size_t kHugePage = size_t(2) << 20;

class Memory {
  public:
    Memory() = default;
    ~Memory() { reset(); }
    Memory(Memory&& other) noexcept { swap(other); }
    Memory& operator=(Memory&& other) noexcept {
        if (this != &other) reset(), swap(other);
        return *this;
    }

    /// `size` zeroed bytes, page-aligned. Nothing is committed until it is touched.
    static Result<Memory> pages(size_t size);
    /// The same, aligned to 2 MiB and backed by 2 MiB pages where the system grants them;
    /// huge() tells whether it agreed (it may still run out of them later, silently).
    static Result<Memory> huge_pages(size_t size);

    uint8_t* data() const { return data_; }
    size_t size() const { return size_; }
    bool huge() const { return huge_; }
    std::span<uint8_t> bytes() const { return {data_, size_}; }
    void reset() noexcept;  ///< gives the block back

  private:
    void swap(Memory& other) noexcept {
        std::swap(base_, other.base_), std::swap(mapped_, other.mapped_);
        std::swap(data_, other.data_), std::swap(size_, other.size_);
        std::swap(huge_, other.huge_);
    }

    void* base_ = nullptr;
    size_t mapped_ = 0;
    uint8_t* data_ = nullptr;
    size_t size_ = 0;
    bool huge_ = false;
};

}  // namespace gosset
