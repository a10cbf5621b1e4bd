/// The nested E8 code: 8 codes of log2(Q) bits <-> one of Q^8 points of the lattice 2 E8 (the
/// coordinates of E8, doubled to be integers), the shortest of its coset of Q * 2 E8.
/// Scalar and obvious: this is the definition; the kernels are compared with it. Relies on nothing.
///
/// E8 = D8 + (D8 + 1/2): doubled, all coordinates have one parity h and their sum is 0 mod 4.
/// Voronoi codes: Conway and Sloane, IEEE Trans. Inf. Theory 29(6), 1983; as weight codes:
/// NestQuant, arXiv 2502.09720. The codes are the coordinates of a fixed representative of the
/// coset, less the bits that h and the sum imply; README.md derives the norm test of decode.
#pragma once

#include <cstdint>

namespace gosset::e8n {

/// level[0..8): the point that the codes name. Every code value below Q is valid.
template <int Q>
constexpr void decode_group(const uint8_t c[8], int level[8]) {
    // The representative n: 0 <= n[1..6] < 2Q, 0 <= n[7] < Q, 0 <= n[0] < 4Q.
    int n[8] = {};
    const int h = c[7] & 1;
    int parity = c[7] >> 1 & 1;
    for (int i = 1; i < 7; ++i) n[i] = 2 * c[i] + h, parity ^= c[i] & 1;
    n[7] = c[7];
    n[0] = 4 * c[0] + 2 * parity + h;

    // Two candidates differ from n by the two cosets of Q * 2 D8 in Q * 2 E8: d, near 2Q *
    // integers, and r - Q, near their halves. p1, p2: whether the multiples of 2Q taken off so far
    // are odd in number, so that one coordinate must move by 2Q more: the one that lengthens the
    // point least.
    const int p2 = n[0] / (2 * Q);
    int p1 = p2, sum = 0, r[8] = {}, d[8] = {};
    int longest = -1, shortest = 1 << 20, i_longest = 0, i_shortest = 0;
    for (int i = 0; i < 8; ++i) {
        r[i] = n[i] % (2 * Q);
        d[i] = r[i] < Q ? r[i] : r[i] - 2 * Q;
        p1 ^= d[i] < 0;
        const int size = d[i] < 0 ? -d[i] : d[i];
        sum += size;
        const int key = 8 * size + i;  // ties go to the last (longest) and first (shortest)
        if (key > longest) longest = key, i_longest = i;
        if (key < shortest) shortest = key, i_shortest = i;
    }
    // |d|^2 <= |r - Q|^2, repairs included.
    const bool first = sum + 2 * p1 * (Q - longest / 8) <= 4 * Q + 2 * p2 * (shortest / 8);
    for (int i = 0; i < 8; ++i) level[i] = first ? d[i] : r[i] - Q;
    if (first ? p1 : p2) {
        int& v = level[first ? i_longest : i_shortest];
        v += v < 0 ? 2 * Q : -2 * Q;
    }
}

/// The codes of the coset of a point of 2 E8 (same parity throughout, sum 0 mod 4).
/// decode_group gives `level` back when the point lies strictly inside Q times the Voronoi cell,
/// and for one point of each coset on its boundary.
template <int Q>
constexpr void encode_group(const int level[8], uint8_t c[8]) {
    int n[8] = {};
    for (int i = 0; i < 8; ++i) n[i] = level[i];
    if (n[7] & Q)  // n[7] mod 2Q in [Q, 2Q): add the vector of Q * 2 E8 that is all -Q
        for (int& v : n) v -= Q;
    for (int i = 1; i < 8; ++i) {  // 2Q (e0 - ei) is in Q * 2 E8
        const int r = n[i] & (2 * Q - 1);
        n[0] += n[i] - r;
        n[i] = r;
    }
    c[0] = uint8_t((n[0] & (4 * Q - 1)) >> 2);
    for (int i = 1; i < 7; ++i) c[i] = uint8_t(n[i] >> 1);
    c[7] = uint8_t(n[7]);
}

}  // namespace gosset::e8n
