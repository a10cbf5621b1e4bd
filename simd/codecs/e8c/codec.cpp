#include "simd/codec.hpp"
#include "simd/codecs/e8c/layout.hpp"
#include "simd/family.hpp"

namespace gosset {

extern const CodecKernels e8c_reference[7];

namespace {

template <int H>
constexpr Codec member(const char* name, const char* summary) {
    return {
        .name = name,
        .family = "e8c",
        .summary = summary,
        .version = 1,
        .nominal_bits = float(H) / 2,
        .act = ActKind::i8,
        .panel_bytes = e8c::Layout<H>::kPanelBytes,
        .scale = e8c::Layout<H>::kIndexed ? ScaleKind::block : ScaleKind::row,
        .rotate = true,
        .act_ext_bytes = 0,
        .params_bytes = e8c::kParamsBytes,
        .valid_params = nullptr,
        .reference = &e8c_reference[H - 3],
    };
}

constexpr Codec members[] = {
    member<3>("e8c1.5", "E8 by Hamming coset, 4 companded levels, a scale per row"),
    member<4>("e8c2", "E8 by parity and coset, 2 x 4 companded levels, a scale per 32 columns"),
    member<5>("e8c2.5", "E8 by Hamming coset, 8 companded levels, a scale per 32 columns"),
    member<6>("e8c3", "E8 by parity and coset, 2 x 8 companded levels, a scale per 32 columns"),
    member<7>("e8c3.5", "E8 by Hamming coset, 16 companded levels, a scale per 32 columns"),
    member<8>("e8c4", "E8 by parity and coset, 2 x 16 companded levels, a scale per 32 columns"),
    member<9>("e8c4.5", "E8 by Hamming coset, 32 companded levels, a scale per 32 columns"),
};

}  // namespace

extern const Family e8c_family;
constinit const Family e8c_family = {"e8c", members, 7};

}  // namespace gosset
