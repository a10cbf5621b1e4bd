#include "simd/codec.hpp"
#include "simd/codecs/higgs/layout.hpp"
#include "simd/family.hpp"

namespace gosset {

extern const CodecKernels higgs_reference[higgs::kMembers];

namespace {

using higgs::Layout;
using higgs::Member;

template <Member m>
constexpr Codec member(const char* name, const char* summary) {
    return {
        .name = name,
        .family = "higgs",
        .summary = summary,
        .version = 1,
        .nominal_bits = float(Layout<m>::kCodeBits) / 4,
        .act = ActKind::i8,
        .panel_bytes = Layout<m>::kPanelBytes,
        .scale = ScaleKind::row,
        .rotate = true,
        .act_ext_bytes = 0,
        .params_bytes = Layout<m>::kParams,
        .valid_params = nullptr,
        .reference = &higgs_reference[size_t(m)],
    };
}

constexpr Codec members[] = {
    member<Member::b2>("higgs2", "Gaussian grid (HIGGS), 4 columns, 256 points"),
    member<Member::b2h>("higgs2.5", "Gaussian grid (HIGGS), 4 columns, 1024 points"),
    member<Member::b3>("higgs3", "Gaussian grid (HIGGS), 2 columns, 64 points"),
    member<Member::b3q>("higgs3.25", "Gaussian grid (HIGGS), 4 columns, 8192 points"),
    member<Member::b4>("higgs4", "Gaussian grid (HIGGS), 2 columns, 256 points"),
};

}  // namespace

extern const Family higgs_family;
constinit const Family higgs_family = {"higgs", members, higgs::kMembers};

}  // namespace gosset
