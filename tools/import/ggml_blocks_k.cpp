#include "tools/import/ggml_blocks.hpp"
#include "tools/import/ggml_bytes.hpp"

// The "K" types: 256 weights, in 16 groups of 16 (Q2_K, Q3_K, Q6_K) or 8 of 32 (Q4_K, Q5_K), each
// with an integer scale that the d of the block multiplies. The bits of a weight are spread over
// arrays, in which weights a multiple of 32 apart share a byte. Weight i, with l = i % 32, has
//
//   2 bits   byte 32 * (i / 128) + l; for i < 128:
//            | i = l + 96 : 2 | l + 64 : 2 | l + 32 : 2 | l : 2 |
//   4 bits   byte 32 * (i / 64) + l; for i < 64 (Q6_K has an order of its own):
//            | i = l + 32 : 4 | l : 4 |
//   1 bit    byte l
//            | i = l + 224 : 1 | l + 192 : 1 | ... | l + 32 : 1 | l : 1 |

namespace gosset {
namespace {

/// The 2-bit code of weight l of 16-group g.
int code2(const uint8_t* q, int g, int l) {
    return (q[32 * (g / 8) + 16 * (g % 2) + l] >> (2 * (g % 8 / 2))) & 3;
}

/// The 4-bit code of weight l of 32-group g.
int code4(const uint8_t* q, int g, int l) {
    return (q[32 * (g / 2) + l] >> (4 * (g % 2))) & 15;
}

/// Scale of 16-group g of Q3_K, -32 to 31. Six bits and an offset of 32; group number in the boxes:
///
///     s[0..7]     byte j       | low of j + 8 : 4 | low of j : 4 |
///     s[8..11]    byte 8 + j   | high of j + 12 : 2 | j + 8 : 2 | j + 4 : 2 | j : 2 |
int q3_scale(const uint8_t* s, int g) {
    const int low = (s[g % 8] >> (4 * (g / 8))) & 15;
    const int high = (s[8 + g % 4] >> (2 * (g / 4))) & 3;
    return (high << 4 | low) - 32;
}

struct ScaleMin {
    int scale, min;
};

/// Scale and minimum of 32-group g of Q4_K and Q5_K, six bits each:
///
///     s[0..3]     byte j       | top of scale j + 4 : 2 | scale j : 6 |
///     s[4..7]     byte 4 + j   | top of min j + 4 : 2   | min j : 6   |
///     s[8..11]    byte 8 + j   | low of min j + 4 : 4 | low of scale j + 4 : 4 |
///
/// s[1] = 0x81, s[5] = 0x42, s[9] = 0x73: group 1 has 1 and 2, group 5 has 0x23 and 0x17.
ScaleMin scale_min(const uint8_t* s, int g) {
    if (g < 4) return {s[g] & 63, s[g + 4] & 63};
    const uint8_t low = s[g + 4];
    return {(s[g - 4] >> 6) << 4 | (low & 15), (s[g] >> 6) << 4 | low >> 4};
}

}  // namespace

// Q2_K   84 bytes   | s:16 | q:64 | d:2 | m:2 |
// s[g] = | min : 4 | scale : 4 | of 16-group g           x = d * scale * code2 - m * min
void decode_q2_k(const uint8_t* block, float* out) {
    const float d = load_f16(block + 80), m = load_f16(block + 82);
    for (int g = 0; g < 16; g++) {
        const float scale = d * float(block[g] & 15), min = m * float(block[g] >> 4);
        for (int l = 0; l < 16; l++) *out++ = scale * float(code2(block + 16, g, l)) - min;
    }
}

// Q3_K   110 bytes   | h:32 | q:64 | s:12 | d:2 |
// h has the third bits, in the order of 1 bit            x = d * scale * (4 * bit + code2 - 4)
void decode_q3_k(const uint8_t* block, float* out) {
    const float d = load_f16(block + 108);
    for (int g = 0; g < 16; g++) {
        const float scale = d * float(q3_scale(block + 96, g));
        for (int l = 0; l < 16; l++) {
            const int bit = (block[16 * (g % 2) + l] >> (g / 2)) & 1;
            *out++ = scale * float(4 * bit + code2(block + 32, g, l) - 4);
        }
    }
}

// Q4_K   144 bytes   | d:2 | m:2 | s:12 | q:128 |        x = d * scale * code4 - m * min
void decode_q4_k(const uint8_t* block, float* out) {
    const float d = load_f16(block), m = load_f16(block + 2);
    for (int g = 0; g < 8; g++) {
        const ScaleMin s = scale_min(block + 4, g);
        const float scale = d * float(s.scale), min = m * float(s.min);
        for (int l = 0; l < 32; l++) *out++ = scale * float(code4(block + 16, g, l)) - min;
    }
}

// Q5_K   176 bytes   | d:2 | m:2 | s:12 | h:32 | q:128 |
// h has the fifth bits, in the order of 1 bit            x = d * scale * (16 * bit + code4) - m *
// min
void decode_q5_k(const uint8_t* block, float* out) {
    const float d = load_f16(block), m = load_f16(block + 2);
    for (int g = 0; g < 8; g++) {
        const ScaleMin s = scale_min(block + 4, g);
        const float scale = d * float(s.scale), min = m * float(s.min);
        for (int l = 0; l < 32; l++) {
            const int bit = (block[16 + l] >> g) & 1;
            *out++ = scale * float(16 * bit + code4(block + 48, g, l)) - min;
        }
    }
}

// Q6_K   210 bytes   | q:128 | h:64 | s:16 | d:2 |
// s[g] is the signed scale of 16-group g; h has the upper bits, in the order of 2 bits; q the lower
// four. Of 128 weights each, with j = 0..63:   q[j] = | i = j + 64 : 4 | j : 4 |
//                                                        x = d * scale * (16 * code2 + low - 32)
void decode_q6_k(const uint8_t* block, float* out) {
    const float d = load_f16(block + 208);
    for (int g = 0; g < 16; g++) {
        const float scale = d * float(int8_t(block[192 + g]));
        const uint8_t* q = block + 64 * (g / 8) + 16 * (g % 4);
        const int shift = 4 * (g % 8 / 4);
        for (int l = 0; l < 16; l++) {
            const int low = (q[l] >> shift) & 15;
            *out++ = scale * float(16 * code2(block + 128, g, l) + low - 32);
        }
    }
}

}  // namespace gosset
