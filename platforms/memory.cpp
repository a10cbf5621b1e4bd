#include "platforms/memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS MAP_ANON
#endif

namespace gosset {
namespace {

Status no_memory(size_t size) {
    return out_of_memory("cannot allocate " + std::to_string(size) + " bytes");
}

/// Maps `size` rounded up to pages plus `slack`; nullptr on failure.
void* map_pages(size_t size, size_t slack, size_t* mapped) {
    const size_t page = size_t(sysconf(_SC_PAGESIZE));
    if (size > size_t(PTRDIFF_MAX) - slack - page) return nullptr;
    *mapped = (size + slack + page - 1) / page * page;
    void* base = mmap(nullptr, *mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return base == MAP_FAILED ? nullptr : base;
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
    if (base_) munmap(base_, mapped_);
    base_ = nullptr;
    data_ = nullptr;
    mapped_ = size_ = 0;
    huge_ = false;
}

}  // namespace gosset
