#include "simd/codecs/pvq/halves.hpp"

#include "simd/codecs/pvq/make_halves.hpp"

namespace gosset::pvq {

namespace {

constexpr HalfTable kMade = make_halves();

constexpr int half_coordinate(uint32_t r, int k, int i) {
    return int8_t(kMade.entry[r] >> 8 * i) + (i == 0 ? k : 0);
}

constexpr SmallHalfTable make_small_halves() {
    SmallHalfTable out{};
    for (uint32_t r = 0; r < 96; r++)
        for (int i = 0; i < 4; i++) {
            const int v = 8 - int8_t(kMade.entry[r] >> 8 * i);
            out.entry[r] |= uint32_t(v & 15) << 8 * i;
        }
    return out;
}

constexpr OrbitTable make_orbits() {
    OrbitTable out{};
    for (uint32_t& entry : out.entry) entry = 0x66666666;
    for (uint32_t a = 3; a <= 6; a++)
        for (uint32_t r2 = 0; r2 < half_count(6 - a); r2++)
            for (uint32_t unit = 0; unit < (a < 6 ? 8 : 1); unit++)
                for (uint32_t r1 = 0; r1 < half_count(a); r1++) {
                    const uint32_t at = orbit_index({a, r1, r2, unit});
                    if (at >= kOrbits) continue;  // the exchanged halves are listed
                    int second[4] = {}, turned[4] = {};
                    for (int i = 0; i < 4; i++) second[i] = half_coordinate(r2, int(6 - a), i);
                    turn(unit, second, turned);
                    out.entry[at] = 0;
                    for (int i = 0; i < 4; i++) {
                        const int first = half_coordinate(r1, int(a), i);
                        out.entry[at] |= uint32_t((first + 6) | (turned[i] + 6) << 4) << 8 * i;
                    }
                }
    return out;
}
}  // namespace

constinit const HalfTable kHalfTable = kMade;
constinit const SmallHalfTable kSmallHalfTable = make_small_halves();
constinit const OrbitTable kOrbitTable = make_orbits();

}  // namespace gosset::pvq
