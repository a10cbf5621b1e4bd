/// Makes the list of halves (halves.hpp) at compile time, for the table itself and for its inverse
/// in the encoder. Relies on halves.hpp.
#pragma once

#include "simd/codecs/pvq/halves.hpp"

namespace gosset::pvq {

constexpr int size(int x) {
    return x < 0 ? -x : x;
}
constexpr int largest(int b, int c, int d) {
    const int m = size(b) > size(c) ? size(b) : size(c);
    return m > size(d) ? m : size(d);
}
/// Numbers (b, c, d), coordinates of at most 12, from 0 to 25^3 - 1.
constexpr int rank(int b, int c, int d) {
    return (b + 12) * 625 + (c + 12) * 25 + d + 12;
}

/// Of the representatives of one point that has its largest coordinate more than once: whether this
/// is the one that counts.
constexpr bool is_first(int m, int b, int c, int d) {
    const int x[4] = {m, b, c, d};
    for (uint32_t at = 1; at < 4; at++) {
        if (size(x[at]) != m) continue;
        int y[4] = {};
        turn(conj(x[at] < 0 ? at + 4 : at), x, y);  // puts coordinate `at` in front, positive
        if (rank(y[1], y[2], y[3]) < rank(b, c, d)) return false;
    }
    return true;
}

/// Two passes over all (b, c, d), by level t + max and, inside a level, those that represent a
/// point of that k first: the first counts, the second places.
constexpr HalfTable make_halves() {
    constexpr int kMost = 25;
    HalfTable out{};
    uint32_t next[2 * kMost + 3] = {};
    for (int pass = 0; pass < 2; pass++) {
        for (int b = -12; b <= 12; b++)
            for (int c = -12; c <= 12; c++) {
                if (size(b) + size(c) + largest(b, c, 0) > kMost) continue;
                for (int d = -12; d <= 12; d++) {
                    const int t = size(b) + size(c) + size(d), m = largest(b, c, d), level = t + m;
                    if (level > kMost) continue;
                    const int place = 2 * level + (is_first(m, b, c, d) ? 0 : 1);
                    const uint32_t at = next[pass ? place : place + 1]++;
                    if (pass && at < kHalves)
                        out.entry[at] = uint32_t(-t & 255) | uint32_t(b & 255) << 8 |
                                        uint32_t(c & 255) << 16 | uint32_t(d & 255) << 24;
                }
            }
        if (!pass)
            for (int i = 1; i < 2 * kMost + 3; i++) next[i] += next[i - 1];
    }
    return out;
}

}  // namespace gosset::pvq
