#include "simd/codecs/q4/layout.hpp"
#include "simd/encode_uniform.hpp"

namespace gosset {

namespace {

void put(uint8_t* panel, uint32_t row, const int8_t n[kPanelCols]) {
    for (uint32_t c = 0; c < kPanelCols; c++)
        panel[q4::byte_of(row, c)] |= uint8_t(n[c] << q4::shift_of(c));
}

constexpr UniformGrid grid = {
    .step = 2,
    .offset = 15,
    .low = 0,
    .high = 15,
    .max_level = q4::kMaxLevel,
    .panel_bytes = q4::kBytes,
    .index_at = q4::kIndexAt,
    .put = put,
};

}  // namespace

extern const Encoder q4_encoder;
constinit const Encoder q4_encoder = UniformEncoder<grid>::value;

}  // namespace gosset
