/// Overflow-safe arithmetic on sizes that come from files. Relies on nothing.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gosset {

/// *out = a * b; false (and *out untouched) when the product does not fit.
inline bool checked_mul(uint64_t a, uint64_t b, uint64_t* out) {
    if (a != 0 && b > UINT64_MAX / a) return false;
    *out = a * b;
    return true;
}

/// *out = a + b; false (and *out untouched) when the sum does not fit.
inline bool checked_add(uint64_t a, uint64_t b, uint64_t* out) {
    if (b > UINT64_MAX - a) return false;
    *out = a + b;
    return true;
}

/// Whether [offset, offset + size) lies inside [0, total).
inline bool range_fits(uint64_t offset, uint64_t size, uint64_t total) {
    return offset <= total && size <= total - offset;
}

constexpr uint64_t div_up(uint64_t a, uint64_t b) {
    return a / b + (a % b != 0);
}
/// a rounded up to a multiple of b; the caller has proven that it fits.
constexpr uint64_t align_up(uint64_t a, uint64_t b) {
    return div_up(a, b) * b;
}

}  // namespace gosset
