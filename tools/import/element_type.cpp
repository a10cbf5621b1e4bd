#include "tools/import/element_type.hpp"

#include <bit>

#include "tools/import/ggml_bytes.hpp"

namespace gosset {
namespace {

// By ElementType.
constexpr ElementInfo kInfo[] = {
    {"F32", 1, 4, nullptr},
    {"F16", 1, 2, nullptr},
    {"BF16", 1, 2, nullptr},
    {"Q8_0", 32, 34, decode_q8_0},
    {"Q4_0", 32, 18, decode_q4_0},
    {"Q4_1", 32, 20, decode_q4_1},
    {"Q5_0", 32, 22, decode_q5_0},
    {"Q5_1", 32, 24, decode_q5_1},
    {"Q2_K", 256, 84, decode_q2_k},
    {"Q3_K", 256, 110, decode_q3_k},
    {"Q4_K", 256, 144, decode_q4_k},
    {"Q5_K", 256, 176, decode_q5_k},
    {"Q6_K", 256, 210, decode_q6_k},
    {"IQ4_NL", 32, 18, decode_iq4_nl},
    {"IQ4_XS", 256, 136, decode_iq4_xs},
};

}  // namespace

const ElementInfo& element_info(ElementType type) {
    return kInfo[size_t(type)];
}

void elements_to_float(ElementType type, const uint8_t* source, size_t n, float* out) {
    const ElementInfo& info = element_info(type);
    switch (type) {
        case ElementType::f32:
            for (size_t i = 0; i < n; i++) out[i] = std::bit_cast<float>(load_u32(source + 4 * i));
            return;
        case ElementType::f16:
            for (size_t i = 0; i < n; i++) out[i] = load_f16(source + 2 * i);
            return;
        case ElementType::bf16:
            for (size_t i = 0; i < n; i++) out[i] = bf16_to_f32(load_u16(source + 2 * i));
            return;
        default:
            for (size_t i = 0; i < n; i += info.length, source += info.bytes)
                info.decode(source, out + i);
    }
}

size_t first_non_finite(const float* values, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const uint32_t bits = std::bit_cast<uint32_t>(values[i]);
        if ((bits & 0x7f800000u) == 0x7f800000u) return i;
    }
    return n;
}

}  // namespace gosset
