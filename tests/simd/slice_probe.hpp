/// One function of simd/parts/slice.hpp behind plain bytes, so that a test can call every
/// ISA's copy. Relies on nothing: slice_probe.cpp includes it with an ISA's flags.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gosset::test {

struct Probe {
    const char* name;
    /// a, b, c, table: 64 bytes each; out: 64 bytes.
    void (*run)(const uint8_t* a, const uint8_t* b, const uint8_t* c, uint8_t* out);
};
struct Probes {
    const Probe* list;
    size_t count;
};

}  // namespace gosset::test
