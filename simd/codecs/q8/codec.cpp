#include "simd/codec.hpp"
#include "simd/codecs/q8/layout.hpp"
#include "simd/family.hpp"

namespace gosset {

extern const CodecKernels q8_reference;

namespace {
constexpr Codec members[] = {{
    .name = "q8",
    .family = "q8",
    .summary = "int8, a scale per 32 columns; near lossless",
    .version = 1,
    .nominal_bits = 8,
    .act = ActKind::i8,
    .panel_bytes = q8::kBytes,
    .scale = ScaleKind::block,
    .rotate = true,
    .act_ext_bytes = 0,
    .params_bytes = 0,
    .valid_params = nullptr,
    .reference = &q8_reference,
}};
}  // namespace

extern const Family q8_family;
constinit const Family q8_family = {"q8", members, 1};

}  // namespace gosset
