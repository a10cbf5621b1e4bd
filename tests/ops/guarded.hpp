/// Memory for kernel tests: an array that ends (or begins) at a page that may not be touched, and
/// whose other side is filled with a poison that is checked when asked.
#pragma once

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <vector>

namespace gosset::test {

/// Where the untouchable page is.
enum class Edge { after, before };

template <class T>
class GuardedArray {
  public:
    GuardedArray(size_t n, Edge edge) : n_(n) {
        const size_t page = size_t(sysconf(_SC_PAGESIZE)), bytes = n * sizeof(T);
        room_ = (bytes + kMargin + page - 1) / page * page;
        mapped_ = room_ + 2 * page;
        void* p = mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(p != MAP_FAILED);
        base_ = static_cast<uint8_t*>(p);
        inside_ = base_ + page;
        REQUIRE(mprotect(inside_, room_, PROT_READ | PROT_WRITE) == 0);
        std::memset(inside_, kPoison, room_);
        data_ = reinterpret_cast<T*>(edge == Edge::after ? inside_ + room_ - bytes : inside_);
    }
    GuardedArray(const std::vector<T>& v, Edge edge) : GuardedArray(v.size(), edge) {
        if (n_ > 0) std::memcpy(data_, v.data(), n_ * sizeof(T));
    }
    GuardedArray(const GuardedArray&) = delete;
    GuardedArray& operator=(const GuardedArray&) = delete;
    ~GuardedArray() { munmap(base_, mapped_); }

    T* data() { return data_; }
    const T& operator[](size_t i) const { return data_[i]; }
    size_t size() const { return n_; }
    /// Whether nothing outside the array was written.
    bool intact() const {
        const uint8_t *begin = reinterpret_cast<const uint8_t*>(data_),
                      *end = begin + n_ * sizeof(T);
        for (const uint8_t* p = inside_; p < inside_ + room_; p++)
            if ((p < begin || p >= end) && *p != kPoison) return false;
        return true;
    }

  private:
    static constexpr int kPoison = 0xa7;
    static constexpr size_t kMargin = 64;
    size_t n_, room_, mapped_;
    uint8_t *base_, *inside_;
    T* data_;
};

}  // namespace gosset::test
