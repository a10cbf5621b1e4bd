#include "simd/codec.hpp"
#include "simd/codecs/plain/layout.hpp"
#include "simd/family.hpp"

namespace gosset {

extern const CodecKernels plain_reference[3];

namespace {

constexpr Codec member(const char* name, const char* summary, float bits, uint32_t panel_bytes,
                       const CodecKernels* reference) {
    return {
        .name = name,
        .family = "plain",
        .summary = summary,
        .version = 1,
        .nominal_bits = bits,
        .act = ActKind::f32,
        .panel_bytes = panel_bytes,
        .scale = ScaleKind::none,
        .rotate = false,
        .act_ext_bytes = 0,
        .params_bytes = 0,
        .valid_params = nullptr,
        .reference = reference,
    };
}

constexpr Codec members[] = {
    member("f32", "IEEE single precision", 32, plain::kBytes<float>, &plain_reference[0]),
    member("f16", "IEEE half precision", 16, plain::kBytes<uint16_t>, &plain_reference[1]),
    member("bf16", "bfloat16: the upper half of f32", 16, plain::kBytes<uint16_t>,
           &plain_reference[2]),
};

}  // namespace

extern const Family plain_family;
constinit const Family plain_family = {"plain", members, 3};

}  // namespace gosset
