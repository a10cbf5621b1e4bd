#include "platforms/pages.hpp"

#include <sys/types.h>
#include <unistd.h>

#if defined(__wasm__)
#include <cerrno>
#include <cstdlib>
#include <cstring>
#else
#include <sys/mman.h>
#endif

#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS MAP_ANON
#endif

namespace gosset {

static_assert(sizeof(off_t) == 8, "build with _FILE_OFFSET_BITS=64");

#if defined(__wasm__)

size_t page_size() {
    return 64;  // what kernels and the file's segments are aligned to
}

void* map_zeroed(size_t size) {
    void* base = std::aligned_alloc(page_size(), size);
    return base ? std::memset(base, 0, size) : nullptr;
}

void* map_file(int fd, uint64_t offset, size_t size) {
    auto* base = static_cast<uint8_t*>(
        std::aligned_alloc(page_size(), (size + page_size() - 1) / page_size() * page_size()));
    if (!base) return nullptr;
    for (size_t at = 0; at < size;) {
        const ssize_t got = pread(fd, base + at, size - at, off_t(offset + at));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {  // 0: the file was cut after its size was asked
            const int error = got < 0 ? errno : EIO;
            std::free(base);
            errno = error;
            return nullptr;
        }
        at += size_t(got);
    }
    return base;
}

void unmap(void* base, size_t) {
    std::free(base);
}

#else

size_t page_size() {
    return size_t(sysconf(_SC_PAGESIZE));
}

void* map_zeroed(size_t size) {
    void* base = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return base == MAP_FAILED ? nullptr : base;
}

void* map_file(int fd, uint64_t offset, size_t size) {
    void* base = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, off_t(offset));
    return base == MAP_FAILED ? nullptr : base;
}

void unmap(void* base, size_t size) {
    munmap(base, size);
}

#endif

}  // namespace gosset
