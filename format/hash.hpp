/// XXH3-64 of bytes that come in parts. The one place that compiles xxHash, whose code is inlined
/// into whatever calls it. Relies on xxHash (types only, here).
#pragma once

#include <xxhash.h>

#include <cstdint>
#include <span>

namespace gosset {

class Hash {
  public:
    Hash();
    void add(std::span<const uint8_t> bytes);
    uint64_t value() const;

  private:
    XXH3_state_t state_;
};

}  // namespace gosset
