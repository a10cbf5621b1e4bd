#include "tests/runtime/failing_memory.hpp"

#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>

extern "C" {
void* __real_malloc(size_t size);
int __real_posix_memalign(void** out, size_t alignment, size_t size);
void __real_free(void* memory);
void* __real_mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset);
int __real_munmap(void* memory, size_t size);
}

namespace gosset::test {

namespace {

std::atomic<long> made{0}, living{0}, left{0};
std::atomic<bool> failed{false};

// Counts a request; false: it fails.
bool granted() {
    made++;
    if (left.load() > 0 && --left == 0) {
        failed = true;
        return false;
    }
    living++;
    return true;
}

void* get(size_t size, size_t alignment) {
    if (!granted()) return nullptr;
    void* memory = nullptr;
    return __real_posix_memalign(&memory, alignment, size ? size : 1) == 0 ? memory : nullptr;
}

void* get_or_throw(size_t size, size_t alignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
    if (void* memory = get(size, alignment)) return memory;
    throw std::bad_alloc();
}

void give_back(void* memory) {
    if (!memory) return;
    living--;
    __real_free(memory);
}

}  // namespace

long requests() {
    return made;
}
long alive() {
    return living;
}
void fail_request(long n) {
    if (n > 0) failed = false;
    left = n;
}
bool has_failed() {
    return failed;
}

}  // namespace gosset::test

using namespace gosset::test;

extern "C" {
void* __wrap_malloc(size_t size) {
    return granted() ? __real_malloc(size) : nullptr;
}
int __wrap_posix_memalign(void** out, size_t alignment, size_t size) {
    return granted() ? __real_posix_memalign(out, alignment, size) : ENOMEM;
}
void __wrap_free(void* memory) {
    give_back(memory);
}
void* __wrap_mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset) {
    if (granted()) return __real_mmap(at, size, protection, flags, fd, offset);
    errno = ENOMEM;
    return MAP_FAILED;
}
// What glibc calls it where _FILE_OFFSET_BITS is 64.
void* __wrap_mmap64(void* at, size_t size, int protection, int flags, int fd, off_t offset) {
    return __wrap_mmap(at, size, protection, flags, fd, offset);
}
int __wrap_munmap(void* memory, size_t size) {
    living--;
    return __real_munmap(memory, size);
}
}

void* operator new(size_t size) {
    return get_or_throw(size);
}
void* operator new[](size_t size) {
    return get_or_throw(size);
}
void* operator new(size_t size, std::align_val_t alignment) {
    return get_or_throw(size, size_t(alignment));
}
void* operator new[](size_t size, std::align_val_t alignment) {
    return get_or_throw(size, size_t(alignment));
}
void operator delete(void* p) noexcept {
    give_back(p);
}
void operator delete[](void* p) noexcept {
    give_back(p);
}
void operator delete(void* p, size_t) noexcept {
    give_back(p);
}
void operator delete[](void* p, size_t) noexcept {
    give_back(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
    give_back(p);
}
void operator delete[](void* p, std::align_val_t) noexcept {
    give_back(p);
}
void operator delete(void* p, size_t, std::align_val_t) noexcept {
    give_back(p);
}
void operator delete[](void* p, size_t, std::align_val_t) noexcept {
    give_back(p);
}
