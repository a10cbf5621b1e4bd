#include "tools/import/ggml_blocks.hpp"
#include "tools/import/ggml_bytes.hpp"

namespace gosset {
namespace {

/// What a 4-bit code stands for: levels that are denser near zero. Part of the format.
constexpr int8_t kLevels[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                1,    13,   25,  38,  53,  69,  89,  113};

/// 32 weights; i and i + 16 share a byte:   q[i] = | code(i + 16) : 4 | code(i) : 4 |
void decode_levels(const uint8_t* q, float scale, float* out) {
    for (int i = 0; i < 16; i++) {
        out[i] = scale * float(kLevels[q[i] & 15]);
        out[i + 16] = scale * float(kLevels[q[i] >> 4]);
    }
}

}  // namespace

// IQ4_NL   18 bytes   | d:2 | q:16 |       x[i] = d * level(code(i))
void decode_iq4_nl(const uint8_t* block, float* out) {
    decode_levels(block + 2, load_f16(block), out);
}

// IQ4_XS   136 bytes   | d:2 | h:2 | s:4 | q:128 |
// 8 groups of 32 weights with 16 bytes of q each, and scales of six bits with an offset of 32:
//     s[j] = | low of group 2j + 1 : 4 | low of group 2j : 4 |
//     h    = | high of group 7 : 2 | ... | high of group 1 : 2 | high of group 0 : 2 |
//                                          x = d * (16 * high + low - 32) * level(code)
void decode_iq4_xs(const uint8_t* block, float* out) {
    const float d = load_f16(block);
    const uint16_t h = load_u16(block + 2);
    for (int g = 0; g < 8; g++) {
        const int low = (block[4 + g / 2] >> (4 * (g % 2))) & 15, high = (h >> (2 * g)) & 3;
        decode_levels(block + 8 + 16 * g, d * float(16 * high + low - 32), out + 32 * g);
    }
}

}  // namespace gosset
