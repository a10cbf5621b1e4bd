/// The bytes of an e8c panel: 16 rows x 32 columns of level indices, then 16 scale indices. Relies
/// on simd/kernels.hpp; shared by the reference, the kernels and the encoder.
///
/// A group is 8 consecutive columns of one row, in byte lane L = 4 * row + g (g = 0..3, the group's
/// place in the 32 columns) of planes of 64 bytes. Its indices m0..m7 choose from the tensor's list
/// of levels. They are not free: together their low bits make the lattice E8 (README.md), and what
/// they imply is not stored. mJ.b is bit b of mJ.
///
/// Whole rates (H even, H / 2 planes): all mJ.0 are the same bit c, and the mJ.1 are even in
/// number; m7.1 is not stored.
///
///     e8c2    bit    7    6    5    4    3    2    1    0
///     plane 0      m3.2 m3.1 m2.2 m2.1 m1.2 m1.1 m0.2 m0.1
///     plane 1      m6.2 m6.1 m7.2 c    m5.2 m5.1 m4.2 m4.1
///
///     e8c3    bit    7    6    5    4    3    2    1    0
///     plane 0      m2.2 m2.1 m1.3 m1.2 m1.1 m0.3 m0.2 m0.1
///     plane 1      m5.2 m5.1 m4.3 m4.2 m4.1 m3.3 m3.2 m3.1
///     plane 2      m7.3 m7.2 m6.3 m5.3 c    m2.3 m6.2 m6.1
///
///     e8c4    bit    7    6    5    4    3    2    1    0
///     plane k      n.4  n.3  n.2  n.1  l.4  l.3  l.2  l.1   l = m(2k), n = m(2k + 1), k = 0, 1, 2
///     plane 3      m7.4 m7.3 m7.2 c    m6.4 m6.3 m6.2 m6.1
///
/// Half rates (H odd, H / 2 planes and a nibble N): the mJ.0 are a codeword of the extended Hamming
/// code [8,4]: m4.0 = m0.0 ^ m1.0 ^ m2.0, m5.0 = m0.0 ^ m1.0 ^ m3.0, m6.0 = m0.0 ^ m2.0 ^ m3.0,
/// m7.0 = m1.0 ^ m2.0 ^ m3.0; these four are not stored. The nibbles are 32 bytes behind the
/// planes: lane L has the low half of byte L if L < 32, else the high half of byte L - 32.
///
///     e8c1.5  bit    7    6    5    4    3    2    1    0
///     plane 0      m3.1 m3.0 m2.1 m2.0 m1.1 m1.0 m0.1 m0.0
///     N                                m7.1 m6.1 m5.1 m4.1
///
///     e8c2.5  bit    7    6    5    4    3    2    1    0
///     plane 0      m4.2 m4.1 m1.2 m1.1 m1.0 m0.2 m0.1 m0.0
///     plane 1      m5.2 m5.1 m3.2 m3.1 m3.0 m2.2 m2.1 m2.0
///     N                                m7.2 m7.1 m6.2 m6.1
///
///     e8c3.5  bit    7    6    5    4    3    2    1    0
///     plane 0      m1.3 m1.2 m1.1 m1.0 m0.3 m0.2 m0.1 m0.0
///     plane 1      m3.3 m3.2 m3.1 m3.0 m2.3 m2.2 m2.1 m2.0
///     plane 2      m5.3 m5.2 m5.1 m7.2 m4.3 m4.2 m4.1 m7.1
///     N                                m6.3 m6.2 m6.1 m7.3
///
///     e8c4.5  bit    7    6    5    4    3    2    1    0
///     plane k      n.4  n.3  n.2  n.1  l.4  l.3  l.2  l.1   l = m(2k), n = m(2k + 1), k = 0 .. 3
///     N                                m3.0 m2.0 m1.0 m0.0
///
/// After the codes, but for e8c1.5, 8 bytes of scale indices: row r in byte r / 2, the even row in
/// the low nibble. (At 1.5 bits they would cost more than they bring: 0.75 dB for 0.3.)
#pragma once

#include "simd/kernels.hpp"

namespace gosset::e8c {

/// Geometry of the member with H / 2 bits a weight, scales not counted.
template <int H>
struct Layout {
    static_assert(3 <= H && H <= 9);
    static constexpr bool kHalf = H % 2 == 1;
    static constexpr bool kIndexed = H != 3;  ///< has a scale index per row and 32 columns
    static constexpr int kPlanes = H / 2;
    static constexpr int kLevels = 2 << (H / 2);  ///< of the list; m in [0, kLevels)
    static constexpr uint32_t kCodeBytes = 32 * H;
    static constexpr uint32_t kPanelBytes = kCodeBytes + (kIndexed ? 8 : 0);
};
static_assert(Layout<3>::kPanelBytes == 96 && Layout<3>::kLevels == 4);
static_assert(Layout<9>::kPanelBytes == 296 && Layout<9>::kLevels == 32);
static_assert(Layout<8>::kPanelBytes == 264 && Layout<8>::kLevels == 32);

/// A list of levels as params: kLevels int8, ascending in the lists that the encoder makes, then
/// zeros. Any bytes are levels.
inline constexpr uint32_t kParamsBytes = 32;

/// Bits [first, first + bits) of m[index] at `at` of a group's 4 H bits: bit b of plane k is at
/// 8 * k + b, and the nibble follows the planes. Index 7, bit 0 of a whole rate is c.
struct Field {
    uint8_t index, first, bits, at;
};

template <int H>
struct Plan {
    Field field[16];
    int count;
    constexpr void add(int index, int first, int bits, int at) {
        field[count++] = {uint8_t(index), uint8_t(first), uint8_t(bits), uint8_t(at)};
    }
};

template <int H>
constexpr Plan<H> make_plan() {
    Plan<H> p{};
    const int nibble = 8 * Layout<H>::kPlanes;
    if constexpr (H == 4) {
        for (int j = 0; j < 7; ++j) p.add(j, 1, 2, j < 6 ? 2 * j : 14);
        p.add(7, 0, 1, 12), p.add(7, 2, 1, 13);
    } else if constexpr (H == 6) {
        p.add(0, 1, 3, 0), p.add(1, 1, 3, 3), p.add(2, 1, 2, 6);
        p.add(3, 1, 3, 8), p.add(4, 1, 3, 11), p.add(5, 1, 2, 14);
        p.add(6, 1, 2, 16), p.add(2, 3, 1, 18), p.add(7, 0, 1, 19);
        p.add(5, 3, 1, 20), p.add(6, 3, 1, 21), p.add(7, 2, 2, 22);
    } else if constexpr (H == 8) {
        for (int j = 0; j < 7; ++j) p.add(j, 1, 4, 4 * j);
        p.add(7, 0, 1, 28), p.add(7, 2, 3, 29);
    } else if constexpr (H == 3) {
        for (int j = 0; j < 4; ++j) p.add(j, 0, 2, 2 * j), p.add(4 + j, 1, 1, nibble + j);
    } else if constexpr (H == 5) {
        p.add(0, 0, 3, 0), p.add(1, 0, 3, 3), p.add(4, 1, 2, 6);
        p.add(2, 0, 3, 8), p.add(3, 0, 3, 11), p.add(5, 1, 2, 14);
        p.add(6, 1, 2, nibble), p.add(7, 1, 2, nibble + 2);
    } else if constexpr (H == 7) {
        for (int j = 0; j < 4; ++j) p.add(j, 0, 4, 4 * j);
        p.add(7, 1, 1, 16), p.add(4, 1, 3, 17), p.add(7, 2, 1, 20), p.add(5, 1, 3, 21);
        p.add(7, 3, 1, nibble), p.add(6, 1, 3, nibble + 1);
    } else {
        for (int j = 0; j < 8; ++j) p.add(j, 1, 4, 4 * j);
        for (int j = 0; j < 4; ++j) p.add(j, 0, 1, nibble + j);
    }
    return p;
}
template <int H>
inline constexpr Plan<H> kPlan = make_plan<H>();

/// The bits that the others imply.
template <int H>
constexpr void imply(uint8_t m[8]) {
    if constexpr (Layout<H>::kHalf) {
        m[4] |= (m[0] ^ m[1] ^ m[2]) & 1, m[5] |= (m[0] ^ m[1] ^ m[3]) & 1;
        m[6] |= (m[0] ^ m[2] ^ m[3]) & 1, m[7] |= (m[1] ^ m[2] ^ m[3]) & 1;
    } else {
        for (int j = 0; j < 7; ++j) m[j] |= m[7] & 1, m[7] ^= m[j] & 2;
    }
}

/// The indices of the group in byte lane `lane` of a panel, for any bytes.
template <int H>
constexpr void get_group(const uint8_t* panel, int lane, uint8_t m[8]) {
    constexpr int kPlanes = Layout<H>::kPlanes;
    uint64_t code = 0;
    for (int k = 0; k < kPlanes; ++k) code |= uint64_t(panel[64 * k + lane]) << 8 * k;
    if constexpr (Layout<H>::kHalf)
        code |= uint64_t(panel[64 * kPlanes + lane % 32] >> lane / 32 * 4 & 15) << 8 * kPlanes;
    for (int j = 0; j < 8; ++j) m[j] = 0;
    for (int i = 0; i < kPlan<H>.count; ++i) {
        const Field f = kPlan<H>.field[i];
        m[f.index] |= uint8_t((code >> f.at & ((1u << f.bits) - 1)) << f.first);
    }
    imply<H>(m);
}

/// Stores the indices of a group; the panel's bytes were 0.
template <int H>
constexpr void put_group(uint8_t* panel, int lane, const uint8_t m[8]) {
    constexpr int kPlanes = Layout<H>::kPlanes;
    uint64_t code = 0;
    for (int i = 0; i < kPlan<H>.count; ++i) {
        const Field f = kPlan<H>.field[i];
        code |= uint64_t(m[f.index] >> f.first & ((1u << f.bits) - 1)) << f.at;
    }
    for (int k = 0; k < kPlanes; ++k) panel[64 * k + lane] = uint8_t(code >> 8 * k);
    if constexpr (Layout<H>::kHalf)
        panel[64 * kPlanes + lane % 32] |= uint8_t(code >> 8 * kPlanes << lane / 32 * 4);
}

}  // namespace gosset::e8c
