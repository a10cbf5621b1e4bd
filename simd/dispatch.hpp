/// Chooses the kernels for this CPU once. Tiers from plain to best: scalar, avx2, avx512,
/// avx512_amx (x86); scalar, neon, neon_dotprod (aarch64). GOSSET_ISA=name forces one: a name that
/// is unknown, or that this CPU cannot run, is an error, never a silent fallback.
#pragma once

#include <span>
#include <string_view>

#include "runtime/base/status.hpp"
#include "simd/codec.hpp"
#include "simd/kernels.hpp"

namespace gosset {

struct Isa;  ///< one tier: its name and its tables

const char* isa_name(const Isa&);
/// Tiers of this build that this CPU (and its operating system) can run, plain to best.
std::span<const Isa* const> supported_isas();
/// Tiers of this build, runnable here or not.
std::span<const char* const> built_isas();
/// The tier of that name; empty: GOSSET_ISA if set, else the best.
Result<const Isa*> select_isa(std::string_view name = {});
const OpKernels& op_kernels(const Isa&);
/// Never null members where the scalar reference has one: missing entries come from it.
const CodecKernels& codec_kernels(const Isa&, const Codec&);

}  // namespace gosset
