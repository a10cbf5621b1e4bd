#include "tools/import/element_type.hpp"

#include <bit>
#include <cstring>

#include "runtime/base/half.hpp"

namespace gosset {
namespace {

constexpr ElementInfo kInfo[] = {{"F32", 1, 4},    {"F16", 1, 2},    {"BF16", 1, 2},
                                 {"Q8_0", 32, 34}, {"Q4_0", 32, 18}, {"Q4_1", 32, 20}};

uint16_t load_u16(const uint8_t* p) {
    return uint16_t(p[0] | (p[1] << 8));
}
uint32_t load_u32(const uint8_t* p) {
    return uint32_t(load_u16(p)) | (uint32_t(load_u16(p + 2)) << 16);
}

void decode_q8_0(const uint8_t* block, float* out) {
    const float d = f16_to_f32(load_u16(block));
    for (int i = 0; i < 32; i++) out[i] = d * float(int8_t(block[2 + i]));
}

void decode_q4_0(const uint8_t* block, float* out) {
    const float d = f16_to_f32(load_u16(block));
    for (int i = 0; i < 16; i++) {
        out[i] = d * float(int(block[2 + i] & 15) - 8);
        out[i + 16] = d * float(int(block[2 + i] >> 4) - 8);
    }
}

void decode_q4_1(const uint8_t* block, float* out) {
    const float d = f16_to_f32(load_u16(block)), m = f16_to_f32(load_u16(block + 2));
    for (int i = 0; i < 16; i++) {
        out[i] = d * float(block[4 + i] & 15) + m;
        out[i + 16] = d * float(block[4 + i] >> 4) + m;
    }
}

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
            for (size_t i = 0; i < n; i++) out[i] = f16_to_f32(load_u16(source + 2 * i));
            return;
        case ElementType::bf16:
            for (size_t i = 0; i < n; i++) out[i] = bf16_to_f32(load_u16(source + 2 * i));
            return;
        case ElementType::q8_0:
        case ElementType::q4_0:
        case ElementType::q4_1: {
            const auto decode = type == ElementType::q8_0   ? decode_q8_0
                                : type == ElementType::q4_0 ? decode_q4_0
                                                            : decode_q4_1;
            for (size_t i = 0; i < n; i += 32, source += info.bytes) decode(source, out + i);
            return;
        }
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
