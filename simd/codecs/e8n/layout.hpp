/// The bytes of an e8n panel: 16 rows x 32 columns of residue codes, then 16 scale indices.
/// Relies on nothing; shared by the reference, the kernels and the encoder.
///
/// A group is 8 consecutive columns of one row; its 8 codes c0..c7 have log2(Q) bits each and sit
/// in byte lane 4 * row + g (g = 0..3, the group's place in the 32 columns) of log2(Q) planes of 64
/// bytes. The odd codes sit at bits 1.. of their byte because the kernels want 2 * c + h: such a
/// field needs one masked or, the others one affine (bit matrix) instruction more.
///
///     Q = 16   bit    7    6    5    4    3    2    1    0       cK.b = bit b of code K
///     plane 0      c2.2 c2.1 c2.0 c1.3 c1.2 c1.1 c1.0 c2.3
///     plane 1      c4.2 c4.1 c4.0 c3.3 c3.2 c3.1 c3.0 c4.3
///     plane 2      c6.2 c6.1 c6.0 c5.3 c5.2 c5.1 c5.0 c6.3
///     plane 3      c0.3 c0.2 c0.1 c0.0 c7.3 c7.2 c7.1 c7.0
///
///     Q = 8    bit    7    6    5    4    3    2    1    0
///     plane 0      c2.2 c2.1 c2.0 c6.0 c1.2 c1.1 c1.0 c5.0
///     plane 1      c4.2 c4.1 c4.0 c6.1 c3.2 c3.1 c3.0 c5.1
///     plane 2      c0.2 c0.1 c0.0 c6.2 c5.2 c7.2 c7.1 c7.0
///
///     Q = 4    bit    7    6    5    4    3    2    1    0
///     plane 0      c4.0 c3.1 c3.0 c2.1 c2.0 c1.1 c1.0 c4.1
///     plane 1      c0.1 c0.0 c6.1 c6.0 c5.1 c5.0 c7.1 c7.0
///
/// After the planes, 8 bytes of scale indices: row r in byte r / 2, the even row in the low nibble.
#pragma once

#include <cstdint>

namespace gosset::e8n {

/// Geometry of the member with Q levels a coordinate (Q = 4, 8, 16): log2(Q) + 0.125 bits a weight.
template <int Q>
struct Layout {
    static_assert(Q == 4 || Q == 8 || Q == 16);
    static constexpr int kBits = Q == 16 ? 4 : Q == 8 ? 3 : 2;  ///< per code; also planes
    static constexpr uint32_t kCodeBytes = 64 * kBits;
    static constexpr uint32_t kPanelBytes = kCodeBytes + 8;
    static constexpr int kMaxLevel = 2 * Q;  ///< decoded levels lie in [-kMaxLevel, kMaxLevel]
};
static_assert(Layout<16>::kPanelBytes == 264 && Layout<8>::kPanelBytes == 200);
static_assert(Layout<4>::kPanelBytes == 136);

/// Bytes of activations that the kernels want beside q, per token and 32 columns: for group g,
/// coordinate i and sign s, byte 16 * g + 2 * i + s is q of that column, negated when s = 0.
inline constexpr uint32_t kExtBytes = 64;

/// Writes the codes of the group in byte lane `lane` (4 * row + g) of a panel.
template <int Q>
constexpr void put_codes(uint8_t* panel, int lane, const uint8_t c[8]) {
    uint8_t* p = panel + lane;
    if constexpr (Q == 16) {
        for (int j = 0; j < 3; ++j)
            p[64 * j] = uint8_t(c[2 * j + 1] << 1 | (c[2 * j + 2] & 7) << 5 | c[2 * j + 2] >> 3);
        p[192] = uint8_t(c[7] | c[0] << 4);
    } else if constexpr (Q == 8) {
        for (int j = 0; j < 2; ++j)
            p[64 * j] = uint8_t(c[2 * j + 1] << 1 | c[2 * j + 2] << 5 | (c[5] >> j & 1) |
                                (c[6] >> j & 1) << 4);
        p[128] = uint8_t(c[7] | (c[5] >> 2) << 3 | (c[6] >> 2) << 4 | c[0] << 5);
    } else {
        p[0] = uint8_t(c[1] << 1 | c[2] << 3 | c[3] << 5 | (c[4] & 1) << 7 | c[4] >> 1);
        p[64] = uint8_t(c[7] | c[5] << 2 | c[6] << 4 | c[0] << 6);
    }
}

/// Reads them back: the inverse of put_codes for every byte value.
template <int Q>
constexpr void get_codes(const uint8_t* panel, int lane, uint8_t c[8]) {
    const uint8_t* p = panel + lane;
    if constexpr (Q == 16) {
        for (int j = 0; j < 3; ++j) {
            c[2 * j + 1] = p[64 * j] >> 1 & 15;
            c[2 * j + 2] = uint8_t(p[64 * j] >> 5 | (p[64 * j] & 1) << 3);
        }
        c[7] = p[192] & 15, c[0] = p[192] >> 4;
    } else if constexpr (Q == 8) {
        for (int j = 0; j < 2; ++j)
            c[2 * j + 1] = p[64 * j] >> 1 & 7, c[2 * j + 2] = p[64 * j] >> 5;
        c[5] = uint8_t((p[0] & 1) | (p[64] & 1) << 1 | (p[128] >> 3 & 1) << 2);
        c[6] = uint8_t((p[0] >> 4 & 1) | (p[64] >> 4 & 1) << 1 | (p[128] >> 4 & 1) << 2);
        c[7] = p[128] & 7, c[0] = p[128] >> 5;
    } else {
        c[1] = p[0] >> 1 & 3, c[2] = p[0] >> 3 & 3, c[3] = p[0] >> 5 & 3;
        c[4] = uint8_t(p[0] >> 7 | (p[0] & 1) << 1);
        c[7] = p[64] & 3, c[5] = p[64] >> 2 & 3, c[6] = p[64] >> 4 & 3, c[0] = p[64] >> 6;
    }
}

/// The scale index of a row of the panel.
template <int Q>
constexpr int get_scale(const uint8_t* panel, int row) {
    return panel[Layout<Q>::kCodeBytes + row / 2] >> (row % 2 * 4) & 15;
}
/// Sets it; the panel's index bytes start as 0.
template <int Q>
constexpr void put_scale(uint8_t* panel, int row, int index) {
    panel[Layout<Q>::kCodeBytes + row / 2] |= uint8_t(index << (row % 2 * 4));
}

}  // namespace gosset::e8n
