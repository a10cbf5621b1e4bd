/// Kernels to compare, kinds of floats to feed them, and comparison of bits.
#pragma once

#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "runtime/base/rng.hpp"
#include "simd/dispatch.hpp"
#include "tests/support/support.hpp"

namespace gosset {
extern const OpKernels reference_ops;
namespace plain {
extern const OpKernels op_kernels;
}
}  // namespace gosset

namespace gosset::test {

struct Named {
    std::string name;
    const OpKernels* ops;
};
/// Every tier that this machine runs, and the kernels over plain arrays.
inline std::vector<Named> all_ops() {
    std::vector<Named> list = {{"plain", &plain::op_kernels}};
    for (const Isa* isa : supported_isas()) list.push_back({isa_name(*isa), &op_kernels(*isa)});
    return list;
}

enum class Kind { normal, zeros, subnormal, huge, any_finite, any_bits };
inline constexpr Kind kKinds[] = {Kind::normal, Kind::zeros,      Kind::subnormal,
                                  Kind::huge,   Kind::any_finite, Kind::any_bits};

inline float draw(Rng& rng, Kind kind) {
    switch (kind) {
        case Kind::normal:
            return rng.normal();
        case Kind::zeros:
            return rng.below(2) ? 0.0f : -0.0f;
        case Kind::subnormal:
            return rng.normal() * 1e-39f;
        case Kind::huge:
            return rng.normal() * 1e37f;
        default:
            break;
    }
    for (;;) {
        const float f = std::bit_cast<float>(uint32_t(rng.next()));
        if (kind == Kind::any_bits || std::isfinite(f)) return f;
    }
}
inline std::vector<float> draws(Rng& rng, Kind kind, size_t n) {
    std::vector<float> v(n);
    for (float& f : v) f = draw(rng, kind);
    return v;
}

/// The same bits, or both NaN.
inline bool same(float a, float b) {
    return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) || (a != a && b != b);
}
template <class A, class B>
bool same_all(const A& a, const B& b) {
    for (size_t i = 0; i < a.size(); i++)
        if (!same(a[i], b[i])) {
            MESSAGE("element " << i << ": " << a[i] << " against " << b[i]);
            return false;
        }
    return true;
}

/// Lengths around every boundary of 16, 32 and 64 lanes.
inline std::vector<size_t> lengths() {
    std::vector<size_t> list;
    for (size_t n = 1; n <= 100; n++) list.push_back(n);
    for (size_t n : {127, 128, 129, 511, 576, 1000}) list.push_back(n);
    return list;
}

}  // namespace gosset::test
