/// The one random generator of the product: the same seed gives the same numbers on every machine,
/// with every compiler. splitmix64 (Steele, Lea, Flood 2014) seeds and xoshiro256** (Blackman,
/// Vigna 2018) draws. Relies on nothing; not for secrets.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gosset {

/// One step of splitmix64: a good 64-bit mix of a counter. state advances.
inline uint64_t splitmix64(uint64_t& state) {
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

class Rng {
  public:
    explicit Rng(uint64_t seed = 0);
    uint64_t next();             ///< uniform 64 bits
    uint32_t below(uint32_t n);  ///< uniform in [0, n), n > 0, unbiased
    double uniform();            ///< [0, 1), 53 bits
    /// Standard normal, by summation-free inversion: exact to double rounding of + - * / sqrt only.
    float normal();
    void normals(float* out, size_t n);

  private:
    uint64_t s_[4];
};

}  // namespace gosset
