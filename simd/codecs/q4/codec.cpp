#include "simd/codec.hpp"
#include "simd/codecs/q4/layout.hpp"
#include "simd/family.hpp"

namespace gosset {

extern const CodecKernels q4_reference;

namespace {
constexpr Codec members[] = {{
    .name = "q4",
    .family = "q4",
    .summary = "16 evenly spaced levels, a scale per 32 columns",
    .version = 1,
    .nominal_bits = 4,
    .act = ActKind::i8,
    .panel_bytes = q4::kBytes,
    .scale = ScaleKind::block,
    .rotate = true,
    .act_ext_bytes = 0,
    .params_bytes = 0,
    .valid_params = nullptr,
    .reference = &q4_reference,
}};
}  // namespace

extern const Family q4_family;
constinit const Family q4_family = {"q4", members, 1};

}  // namespace gosset
