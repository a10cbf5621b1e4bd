/// Bytes that end where memory ends: the page behind them may not be touched, so that a kernel that
/// reads or writes one byte too far crashes. Where there is no mmap, plain memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#include <unistd.h>
#define GOSSET_TEST_GUARD 1
#endif

namespace gosset::test {

class Guarded {
  public:
    /// `size` bytes of zeros whose start is a multiple of `align`, at most align - 1 bytes before
    /// the forbidden page (exactly before it when align is 1).
    explicit Guarded(size_t size, size_t align = 1) {
#if GOSSET_TEST_GUARD
        const size_t page = size_t(sysconf(_SC_PAGESIZE));
        const size_t body = (size + align + page - 1) / page * page;
        mapped_ = body + page;
        base_ = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
        if (base_ == MAP_FAILED) throw std::bad_alloc();
        mprotect(static_cast<uint8_t*>(base_) + body, page, PROT_NONE);
        data_ = static_cast<uint8_t*>(base_) + (body - size) / align * align;
#else
        mapped_ = size + align;
        base_ = ::operator new(mapped_);
        const uintptr_t at = reinterpret_cast<uintptr_t>(base_);
        data_ = static_cast<uint8_t*>(base_) + (align - at % align) % align;
#endif
    }
    ~Guarded() {
#if GOSSET_TEST_GUARD
        munmap(base_, mapped_);
#else
        ::operator delete(base_);
#endif
    }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    template <class T = uint8_t>
    T* as() const {
        return reinterpret_cast<T*>(data_);
    }

  private:
    void* base_;
    uint8_t* data_;
    size_t mapped_;
};

}  // namespace gosset::test
