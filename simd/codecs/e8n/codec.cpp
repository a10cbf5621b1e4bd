#include "simd/codec.hpp"
#include "simd/codecs/e8n/layout.hpp"
#include "simd/family.hpp"

namespace gosset {

extern const CodecKernels e8n_reference[3];

namespace {

template <int Q>
constexpr Codec member(const char* name, const char* summary, const CodecKernels* reference) {
    return {
        .name = name,
        .family = "e8n",
        .summary = summary,
        .version = 1,
        .nominal_bits = float(e8n::Layout<Q>::kBits),
        .act = ActKind::i8,
        .panel_bytes = e8n::Layout<Q>::kPanelBytes,
        .scale = ScaleKind::block,
        .rotate = true,
        .act_ext_bytes = e8n::kExtBytes,
        .params_bytes = 0,
        .valid_params = nullptr,
        .reference = reference,
    };
}

constexpr Codec members[] = {
    member<4>("e8n2", "nested E8 (NestQuant), q = 4, a scale per 32 columns", &e8n_reference[0]),
    member<8>("e8n3", "nested E8 (NestQuant), q = 8, a scale per 32 columns", &e8n_reference[1]),
    member<16>("e8n4", "nested E8 (NestQuant), q = 16, a scale per 32 columns", &e8n_reference[2]),
};

}  // namespace

extern const Family e8n_family;
constinit const Family e8n_family = {"e8n", members, 3};

}  // namespace gosset
