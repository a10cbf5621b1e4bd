#include <cstring>

#include "runtime/base/half.hpp"
#include "simd/codecs/plain/layout.hpp"
#include "simd/encoder.hpp"

namespace gosset {

namespace {

/// Rounding past the largest finite number gives that number, never an infinity; NaNs stay.
uint16_t finite(uint16_t h, uint16_t infinity) {
    return (h & 0x7fff) == infinity ? uint16_t(h - 1) : h;
}
uint16_t to_f16(float x) {
    return finite(f32_to_f16(x), 0x7c00);
}
uint16_t to_bf16(float x) {
    return finite(f32_to_bf16(x), 0x7f80);
}
float to_f32(float x) {
    return x;
}

template <class Element>
void encode(const float* rows, size_t cols, uint8_t* panels, Element (*convert)(float)) {
    for (uint32_t r = 0; r < kPanelRows; r++)
        for (size_t c = 0; c < cols; c++) {
            const Element e = convert(rows[r * cols + c]);
            uint8_t* panel = panels + c / kPanelCols * plain::kBytes<Element>;
            std::memcpy(panel + plain::element_of(r, uint32_t(c % kPanelCols)) * sizeof e, &e,
                        sizeof e);
        }
}

void encode_rows(const Codec& codec, const float* rows, size_t cols, const float*, const Tables&,
                 uint8_t* panels, uint16_t* row_scales) {
    if (!std::strcmp(codec.name, "f32")) encode(rows, cols, panels, to_f32);
    if (!std::strcmp(codec.name, "f16")) encode(rows, cols, panels, to_f16);
    if (!std::strcmp(codec.name, "bf16")) encode(rows, cols, panels, to_bf16);
    if (row_scales) std::memset(row_scales, 0, kPanelRows * sizeof *row_scales);
}

}  // namespace

extern const Encoder plain_encoder;
constinit const Encoder plain_encoder = {nullptr, encode_rows};

}  // namespace gosset
