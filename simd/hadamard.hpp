/// Hadamard rotations: which widths have one, as which Kronecker product, and the tables that the
/// hadamard kernel reads (simd/kernels.hpp). Everything here runs at load time, on any CPU.
/// Relies on runtime/base and simd/kernels.hpp.
///
/// Orders: powers of two (Sylvester), q + 1 for a prime power q = 3 mod 4 (Paley I) and 2 (q + 1)
/// for a prime power q = 1 mod 4 (Paley II); R. E. A. C. Paley, J. Math. Phys. 12 (1933) 311-320.
/// The canonical matrix of each order is symmetric with a first row and column of +1, so a
/// rotation is undone by the same factors (hadamard_matrix says how each is built).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "runtime/base/status.hpp"
#include "simd/kernels.hpp"

namespace gosset {

inline constexpr uint64_t kMaxHadamardWidth = uint64_t(1) << 20;
inline constexpr uint32_t kMaxHadamardDense = 2048;  ///< largest order that is not a power of two

/// How to rotate vectors of some width: zero-pad them to `width` and apply `factors` (first factor
/// outermost; their product is `width`). A file stores both, and a seed for the signs.
struct HadamardPlan {
    uint64_t width = 0;
    std::vector<uint32_t> factors;
};

/// The plan for vectors of `width` entries: the next multiple of 32 that has one. A power of two
/// alone where the odd part is 1; else one Paley order of at most 256 (the smallest) times a power
/// of two; else two Paley orders with the smallest sum; else the smallest Paley order there is.
/// width 0 or above kMaxHadamardWidth: an empty plan of width 0.
HadamardPlan plan_hadamard(uint64_t width);

/// Whether hadamard_matrix knows this order: a power of two from 2 to kMaxHadamardWidth, or a
/// Paley order up to kMaxHadamardDense.
bool hadamard_order_known(uint32_t order);

/// Whether a (hostile) file's factors are a rotation of exactly `width` columns; says why not.
Status hadamard_supported(std::span<const uint32_t> factors, uint64_t width);

/// The canonical matrix of an order that is known and at most kMaxHadamardDense: [order][order] of
/// +1 / -1. Powers of two: H[r][c] = (-1)^popcount(r & c). Empty where the order is not known.
std::vector<float> hadamard_matrix(uint32_t order);

/// n sign bits, 32 a word, from gosset::Rng(seed): word pairs are the low and high half of next().
/// Bits beyond n are 0. bits: [(n + 31) / 32].
void hadamard_signs(uint64_t seed, uint64_t n, uint32_t* bits);

/// Owns the tables of the rotations of a model; dense matrices are shared between them. A Hadamard
/// that get() returned lives as long as the set and may be read by any thread; get() itself is not
/// thread-safe.
class HadamardSet {
  public:
    /// The rotation of these factors and signs. Fails as hadamard_supported does.
    Result<const Hadamard*> get(std::span<const uint32_t> factors, uint64_t seed);
    /// Bytes of all tables.
    uint64_t bytes() const { return bytes_; }

  private:
    struct Entry {
        Hadamard view;
        std::vector<HadamardFactor> factors;
        std::vector<uint32_t> signs;
    };
    using Key = std::pair<std::vector<uint32_t>, uint64_t>;
    std::map<Key, std::unique_ptr<Entry>> entries_;
    std::map<uint32_t, std::vector<float>> matrices_;
    uint64_t bytes_ = 0;
};

}  // namespace gosset
