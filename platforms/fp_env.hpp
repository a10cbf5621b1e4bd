/// The floating-point control register of the calling thread, made ours for a scope. The host may
/// have switched on flush-to-zero, another rounding or traps; every entry of the library and every
/// worker holds one of these, because the answer must not depend on the host. Relies on nothing.
#pragma once

#include <cstdint>

namespace gosset {

class FpEnv {
  public:
    /// Saves, then sets: round to nearest even, subnormals kept (no FTZ, no DAZ), no traps.
    FpEnv();
    /// Restores what was saved.
    ~FpEnv();
    FpEnv(const FpEnv&) = delete;
    FpEnv& operator=(const FpEnv&) = delete;

  private:
    uint64_t saved_;
};

}  // namespace gosset
