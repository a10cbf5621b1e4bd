/// What every kernel file begins with: the ISA's namespace and the inline attribute. Kernel code
/// lives in `namespace gosset::GOSSET_ISA { namespace { ... } }`, so that nothing of it can be
/// merged with code that was compiled for another processor. Relies on -DGOSSET_ISA=<tier>.
#pragma once

#ifndef GOSSET_ISA
#error "kernel headers are for kernel files: simd/CMakeLists.txt compiles those once per ISA"
#endif

#define GOSSET_INLINE inline __attribute__((always_inline))

/// Goes before each loop of few, constant turns over an array of vectors: at -O2 the array would
/// otherwise live in memory.
#if defined(__clang__)
#define GOSSET_UNROLL _Pragma("unroll")
#else
#define GOSSET_UNROLL _Pragma("GCC unroll 32")
#endif
