#include "tools/import/ggml_blocks.hpp"
#include "tools/import/ggml_bytes.hpp"

// Weights i and i + 16 share a byte:   q[i] = | code(i + 16) : 4 | code(i) : 4 |
// The fifth bits of Q5 are one integer:   h = | bit of 31 | ... | bit of 1 | bit of 0 |

namespace gosset {

// Q4_0   18 bytes   | d:2 | q:16 |                 x[i] = d * (code(i) - 8)
void decode_q4_0(const uint8_t* block, float* out) {
    const float d = load_f16(block);
    const uint8_t* q = block + 2;
    for (int i = 0; i < 16; i++) {
        out[i] = d * float((q[i] & 15) - 8);
        out[i + 16] = d * float((q[i] >> 4) - 8);
    }
}

// Q4_1   20 bytes   | d:2 | m:2 | q:16 |           x[i] = d * code(i) + m
void decode_q4_1(const uint8_t* block, float* out) {
    const float d = load_f16(block), m = load_f16(block + 2);
    const uint8_t* q = block + 4;
    for (int i = 0; i < 16; i++) {
        out[i] = d * float(q[i] & 15) + m;
        out[i + 16] = d * float(q[i] >> 4) + m;
    }
}

// Q5_0   22 bytes   | d:2 | h:4 | q:16 |           x[i] = d * (16 * bit(i) + code(i) - 16)
void decode_q5_0(const uint8_t* block, float* out) {
    const float d = load_f16(block);
    const uint32_t h = load_u32(block + 2);
    const uint8_t* q = block + 6;
    for (int i = 0; i < 16; i++) {
        const int bit = (h >> i) & 1, bit16 = (h >> (i + 16)) & 1;
        out[i] = d * float(16 * bit + (q[i] & 15) - 16);
        out[i + 16] = d * float(16 * bit16 + (q[i] >> 4) - 16);
    }
}

// Q5_1   24 bytes   | d:2 | m:2 | h:4 | q:16 |     x[i] = d * (16 * bit(i) + code(i)) + m
void decode_q5_1(const uint8_t* block, float* out) {
    const float d = load_f16(block), m = load_f16(block + 2);
    const uint32_t h = load_u32(block + 4);
    const uint8_t* q = block + 8;
    for (int i = 0; i < 16; i++) {
        const int bit = (h >> i) & 1, bit16 = (h >> (i + 16)) & 1;
        out[i] = d * float(16 * bit + (q[i] & 15)) + m;
        out[i + 16] = d * float(16 * bit16 + (q[i] >> 4)) + m;
    }
}

// Q8_0   34 bytes   | d:2 | q:32 |                 x[i] = d * q[i], with q[i] signed
void decode_q8_0(const uint8_t* block, float* out) {
    const float d = load_f16(block);
    for (int i = 0; i < 32; i++) out[i] = d * float(int8_t(block[2 + i]));
}

}  // namespace gosset
