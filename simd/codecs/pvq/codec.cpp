#include "simd/codec.hpp"
#include "simd/codecs/pvq/layout.hpp"
#include "simd/family.hpp"

namespace gosset {

extern const CodecKernels pvq_reference[3];

namespace {

template <uint32_t K>
constexpr Codec member(const char* name, const char* summary, const CodecKernels* reference) {
    return {
        .name = name,
        .family = "pvq",
        .summary = summary,
        .version = 1,
        .nominal_bits = float(pvq::Layout<K>::kBits),
        .act = ActKind::i8,
        .panel_bytes = pvq::Layout<K>::kPanelBytes,
        .scale = ScaleKind::group,
        .rotate = true,
        .act_ext_bytes = pvq::kExtBytes,
        .params_bytes = 0,
        .valid_params = nullptr,
        .reference = reference,
    };
}

constexpr Codec members[] = {
    member<6>("pvq2", "pyramid P(8, 6), one of 2 gains per 8 columns", &pvq_reference[0]),
    member<13>("pvq3", "pyramid P(8, 13), one of 4 gains per 8 columns", &pvq_reference[1]),
    member<25>("pvq4", "pyramid P(8, 25), one of 13 gains per 8 columns", &pvq_reference[2]),
};

}  // namespace

extern const Family pvq_family;
constinit const Family pvq_family = {"pvq", members, 3};

}  // namespace gosset
