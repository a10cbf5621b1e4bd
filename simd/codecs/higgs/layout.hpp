/// The bytes of higgs panels, and how a code and a grid become levels: README.md has the why.
/// Relies on simd/kernels.hpp; shared by the reference, the kernels and the encoder.
///
/// Columns go by fours: half h (0, 1) of group g (8 columns) of row r has columns 8 * g + 4 * h +
/// t, t = 0..3. A grid is a table [kDims][kPoints] of int8, the tensor's params. A code of four
/// columns holds table indices i, and bits n, w that say how to reflect what is found there.
///
///     higgs4     n1 n0 i' n1 n0 i   a pair: table[0][i] negated by n0, table[1][i] by n1
///     higgs3.25  w n' i' n i        a pair: table[0][i] negated by n ^ w, table[1][i] by n
///     higgs3     n' i' n i          a pair: both negated by n
///     higgs2.5   w n2 n0 n1 i       t: table[t ^ w][i] negated by nt; n3 = n0 ^ n1 ^ n2
///     higgs2     n0 n1 n2 i         the same without w
///
/// (highest bit first; i has 6 bits, 5 in higgs2, 3 and 3.25). Byte lane l = 4 * r + g of planes of
/// 64 bytes, and of quarter planes of 16 bytes with two bits a lane:
///
///     higgs4     plane k = 0..3       pair k of the group: bits 0-5 i, 6 n1, 7 n0
///     higgs3     plane k = 0, 1, 2    pair k: bits 0-4 i, 7 n; in bits 5-6 pair 3: bits 2k, 2k + 1
///                                     of the six bits n i
///     higgs3.25  the same;  byte 192 + l % 16, bit 2 * (l / 16) + h: w
///     higgs2.5   plane h              bits 0-5 i, 6 n1, 7 n0
///                byte 128 + 16 * h + l % 16, bits 2 * (l / 16) and the next: n2, w
///     higgs2     plane h              bits 0-4 i, 5 n2, 6 n1, 7 n0
#pragma once

#include "simd/kernels.hpp"

namespace gosset::higgs {

enum class Member { b2, b2h, b3, b3q, b4 };  ///< in the order of the family
inline constexpr uint32_t kMembers = 5;

template <Member m>
struct Layout {
    static constexpr bool kFour = m == Member::b2 || m == Member::b2h;  ///< or two grids of pairs
    static constexpr uint32_t kDims = kFour ? 4 : 2;
    static constexpr uint32_t kPoints = m == Member::b2h || m == Member::b4 ? 64 : 32;
    static constexpr uint32_t kParams = kDims * kPoints;
    static constexpr uint32_t kCodeBits = m == Member::b2    ? 8
                                          : m == Member::b2h ? 10
                                          : m == Member::b3  ? 12
                                          : m == Member::b3q ? 13
                                                             : 16;
    static constexpr uint32_t kPanelBytes = kCodeBits * kPanelRows * kPanelCols / 4 / 8;
};
static_assert(Layout<Member::b2>::kPanelBytes == 128 && Layout<Member::b2h>::kPanelBytes == 160);
static_assert(Layout<Member::b3>::kPanelBytes == 192 && Layout<Member::b3q>::kPanelBytes == 208);
static_assert(Layout<Member::b4>::kPanelBytes == 256);

/// Calls f.operator()<m>() for the member whose panels have that many bytes.
template <class F>
void with_member(uint32_t panel_bytes, F f) {
    switch (panel_bytes) {
        case Layout<Member::b2>::kPanelBytes:
            return f.template operator()<Member::b2>();
        case Layout<Member::b2h>::kPanelBytes:
            return f.template operator()<Member::b2h>();
        case Layout<Member::b3>::kPanelBytes:
            return f.template operator()<Member::b3>();
        case Layout<Member::b3q>::kPanelBytes:
            return f.template operator()<Member::b3q>();
        default:
            return f.template operator()<Member::b4>();
    }
}

/// What a code says of its four columns: |level| of column t is that of table[dim[t]][index[t /
/// 2]].
struct Parts {
    uint32_t index[2];  ///< of the two pairs; the same where a table has four dimensions
    uint32_t dim[4];
    bool negative[4];
};

template <Member m>
constexpr Parts parts_of(uint32_t code) {
    const auto bit = [code](int k) { return (code >> k & 1) != 0; };
    if constexpr (m == Member::b4)
        return {{code & 63, code >> 8 & 63}, {0, 1, 0, 1}, {bit(7), bit(6), bit(15), bit(14)}};
    if constexpr (m == Member::b3 || m == Member::b3q) {
        const bool w = m == Member::b3q && bit(12), a = bit(5), b = bit(11);
        return {{code & 31, code >> 6 & 31}, {0, 1, 0, 1}, {a != w, a, b != w, b}};
    }
    const bool n0 = bit(7), n1 = bit(6), n2 = bit(m == Member::b2 ? 5 : 8), n3 = (n0 != n1) != n2;
    const uint32_t w = m == Member::b2h && bit(9), i = code & (Layout<m>::kPoints - 1);
    return {{i, i}, {w, 1 ^ w, 2 ^ w, 3 ^ w}, {n0, n1, n2, n3}};
}

/// The levels of four columns. Negation wraps: -128 stays.
template <Member m>
constexpr void decode_code(const uint8_t* params, uint32_t code, int8_t level[4]) {
    const Parts p = parts_of<m>(code);
    for (uint32_t t = 0; t < 4; ++t) {
        const uint8_t v = params[Layout<m>::kPoints * p.dim[t] + p.index[t / 2]];
        level[t] = int8_t(p.negative[t] ? uint8_t(0u - v) : v);
    }
}

/// The two bits of lane l in a quarter plane start at this bit of byte l % 16.
constexpr uint32_t quarter_shift(uint32_t lane) {
    return 2 * (lane / 16);
}

/// Writes the code of half h of byte lane `lane` = 4 * row + group; its bits were 0.
template <Member m>
constexpr void put_code(uint8_t* panel, uint32_t lane, uint32_t h, uint32_t code) {
    uint8_t* p = panel + lane;
    if constexpr (m == Member::b4) {
        p[128 * h] = uint8_t(code), p[128 * h + 64] = uint8_t(code >> 8);
    } else if constexpr (m == Member::b3 || m == Member::b3q) {
        const auto own = [](uint32_t pair) { return uint8_t((pair & 31) | (pair >> 5) << 7); };
        const uint32_t first = code & 63, second = code >> 6 & 63;
        p[128 * h] |= own(first);
        if (h == 0)
            p[64] |= own(second);
        else
            for (uint32_t k = 0; k < 3; ++k) p[64 * k] |= uint8_t((second >> 2 * k & 3) << 5);
        if constexpr (m == Member::b3q)
            panel[192 + lane % 16] |= uint8_t((code >> 12) << (quarter_shift(lane) + h));
    } else {
        p[64 * h] = uint8_t(code);
        if constexpr (m == Member::b2h)
            panel[128 + 16 * h + lane % 16] |= uint8_t((code >> 8) << quarter_shift(lane));
    }
}

/// Reads it back, from any bytes.
template <Member m>
constexpr uint32_t get_code(const uint8_t* panel, uint32_t lane, uint32_t h) {
    const uint8_t* p = panel + lane;
    if constexpr (m == Member::b4) {
        return p[128 * h] | uint32_t(p[128 * h + 64]) << 8;
    } else if constexpr (m == Member::b3 || m == Member::b3q) {
        const auto own = [](uint32_t byte) { return (byte & 31) | (byte >> 7) << 5; };
        const auto part = [p](uint32_t k) { return (p[64 * k] >> 5 & 3u) << 2 * k; };
        const uint32_t first = own(p[128 * h]);
        const uint32_t second = h == 0 ? own(p[64]) : part(0) | part(1) | part(2);
        uint32_t code = first | second << 6;
        if constexpr (m == Member::b3q)
            code |= (panel[192 + lane % 16] >> (quarter_shift(lane) + h) & 1u) << 12;
        return code;
    } else {
        uint32_t code = p[64 * h];
        if constexpr (m == Member::b2h)
            code |= (panel[128 + 16 * h + lane % 16] >> quarter_shift(lane) & 3u) << 8;
        return code;
    }
}

}  // namespace gosset::higgs
