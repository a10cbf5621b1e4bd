#include "platforms/memory.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <string>

#include "platforms/pages.hpp"

namespace gosset {
namespace {

Status no_memory(size_t size) {
    return out_of_memory("cannot allocate " + std::to_string(size) + " bytes");
}

/// Maps `size` rounded up to pages plus `slack`; nullptr on failure.
void* map_pages(size_t size, size_t slack, size_t* mapped) {
    const size_t page = page_size();
    if (size > size_t(PTRDIFF_MAX) - slack - page) return nullptr;
    *mapped = (size + slack + page - 1) / page * page;
    return map_zeroed(*mapped);
}

}  // namespace

Result<Memory> Memory::pages(size_t size) {
    Memory m;
    if (size == 0) return m;
    m.base_ = map_pages(size, 0, &m.mapped_);
    if (!m.base_) return no_memory(size);
    m.data_ = static_cast<uint8_t*>(m.base_);
    m.size_ = size;
    return m;
}

Result<Memory> Memory::huge_pages(size_t size) {
    Memory m;
    if (size == 0) return m;
    // Whole huge pages, and room to align the start: an unaligned tail would get small pages.
    if (size > size_t(PTRDIFF_MAX) - kHugePage) return no_memory(size);
    const size_t whole = (size + kHugePage - 1) / kHugePage * kHugePage;
    m.base_ = map_pages(whole, kHugePage, &m.mapped_);
    if (!m.base_) return pages(size);
    const size_t skip = (kHugePage - reinterpret_cast<uintptr_t>(m.base_) % kHugePage) % kHugePage;
    m.data_ = static_cast<uint8_t*>(m.base_) + skip;
    m.size_ = size;
#ifdef MADV_HUGEPAGE
    m.huge_ = madvise(m.data_, whole, MADV_HUGEPAGE) == 0;
#endif
    return m;
}

void Memory::reset() noexcept {
    if (base_) unmap(base_, mapped_);
    base_ = nullptr;
    data_ = nullptr;
    mapped_ = size_ = 0;
    huge_ = false;
}

}  // namespace gosset
