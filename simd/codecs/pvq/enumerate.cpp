#include "simd/codecs/pvq/enumerate.hpp"

#include "simd/codecs/pvq/make_halves.hpp"

namespace gosset::pvq {

namespace {

/// By rank(b, c, d): the place in the list of halves, kHalves for what is not there.
struct Places {
    uint16_t at[25 * 25 * 25];
};
constexpr Places make_places() {
    Places out{};
    for (uint16_t& at : out.at) at = uint16_t(kHalves);
    const HalfTable made = make_halves();
    for (uint32_t r = 0; r < kHalves; r++) {
        const uint32_t e = made.entry[r];
        out.at[rank(int8_t(e >> 8), int8_t(e >> 16), int8_t(e >> 24))] = uint16_t(r);
    }
    return out;
}
constexpr Places kPlaces = make_places();

struct Half {
    uint32_t unit, r;
};
/// y = unit * representative r. With a largest coordinate at several places each of them may stand
/// in front; the representative is the first of these in the list.
Half find_half(const int y[4]) {
    const int most =
        size(y[0]) > largest(y[1], y[2], y[3]) ? size(y[0]) : largest(y[1], y[2], y[3]);
    Half best = {0, kHalves};
    for (uint32_t i = 0; i < 4; i++) {
        if (size(y[i]) != most) continue;
        const uint32_t unit = y[i] < 0 ? i + 4 : i;
        int x[4];
        turn(conj(unit), y, x);
        const uint32_t r = kPlaces.at[rank(x[1], x[2], x[3])];
        if (r < best.r) best = {unit, r};
    }
    return best;
}

uint32_t pulses(const int y[4]) {
    return uint32_t(size(y[0]) + size(y[1]) + size(y[2]) + size(y[3]));
}

/// K = 6, with the first half of y or, for swap, the second as the first of the orbit.
Fields orbit_of(const int y[8], uint32_t swap) {
    const int *first = y + 4 * swap, *second = y + 4 - 4 * swap;
    const Half one = find_half(first);
    int turned[4];
    turn(conj(one.unit), second, turned);
    const Half two = find_half(turned);
    const uint32_t orbit = orbit_index({pulses(first), one.r, two.r, two.unit});
    return {orbit, one.unit, one.unit, swap, 0};
}

}  // namespace

template <uint32_t K>
Fields fields_of(const int y[8]) {
    const uint32_t swap = 2 * pulses(y) < K;
    if constexpr (K == 6) {
        const Fields f = orbit_of(y, swap);
        return f.index < kOrbits ? f : orbit_of(y, 1);
    } else {
        const int *first = y + 4 * swap, *second = y + 4 - 4 * swap;
        const int negated[4] = {-second[0], -second[1], -second[2], -second[3]};
        const Half one = find_half(first), two = find_half(negated);
        const uint32_t a = pulses(first);
        return {Splits<K>::start(a) + two.r * half_count(a) + one.r, one.unit, two.unit, swap, 0};
    }
}

template Fields fields_of<6>(const int y[8]);
template Fields fields_of<13>(const int y[8]);
template Fields fields_of<25>(const int y[8]);

}  // namespace gosset::pvq
