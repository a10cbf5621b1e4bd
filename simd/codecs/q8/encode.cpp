#include "simd/codecs/q8/layout.hpp"
#include "simd/encode_uniform.hpp"

namespace gosset {

namespace {

void put(uint8_t* panel, uint32_t row, const int8_t n[kPanelCols]) {
    for (uint32_t c = 0; c < kPanelCols; c++) panel[q8::byte_of(row, c)] = uint8_t(n[c]);
}

constexpr UniformGrid grid = {
    .step = 1,
    .offset = 0,
    .low = -127,
    .high = 127,
    .max_level = q8::kMaxLevel,
    .panel_bytes = q8::kBytes,
    .index_at = q8::kIndexAt,
    .put = put,
};

}  // namespace

extern const Encoder q8_encoder;
constinit const Encoder q8_encoder = UniformEncoder<grid>::value;

}  // namespace gosset
