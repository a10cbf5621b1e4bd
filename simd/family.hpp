/// How a family of codecs (a folder under simd/codecs/) meets the registry. For family "q4":
///   codec.cpp   gosset::q4_family               its members
///   kernel.cpp  gosset::<isa>::q4_kernels       one entry a member, in the same order
///   encode.cpp  gosset::q4_encoder              one encoder for all members
/// All three are `extern const` objects with static initialization. Relies on simd/codec.hpp.
#pragma once

#include "simd/codec.hpp"

namespace gosset {

struct Encoder;

struct Family {
    const char* name;
    const Codec* members;  ///< [count]
    size_t count;
};

/// A null entry point means: the reference is used.
struct FamilyKernels {
    const CodecKernels* members;  ///< [count]
    size_t count;                 ///< of Family
};

/// The families of this build.
std::span<const Family* const> all_families();

}  // namespace gosset
