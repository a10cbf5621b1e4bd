// Compiled with baseline flags: this runs before anything is known of the processor.
#include "simd/dispatch.hpp"

#include <cstdlib>
#include <string>
#include <vector>

#include "simd/tiers.hpp"

namespace gosset {

struct Isa {
    const Tier* tier;
    OpKernels ops;
    std::vector<CodecKernels> codecs;  ///< parallel to all_codecs()
};

namespace {

template <class F>
void fall_back(F& entry, F reference) {
    if (!entry) entry = reference;
}

CodecKernels merged(CodecKernels k, const CodecKernels& reference) {
    fall_back(k.gemv, reference.gemv);
    fall_back(k.gemm, reference.gemm);
    fall_back(k.decode_row, reference.decode_row);
    fall_back(k.extend, reference.extend);
    return k;
}

OpKernels merged(OpKernels k, const OpKernels& reference) {
    static_assert(sizeof k == 16 * sizeof k.quantize, "an operation is missing below");
    fall_back(k.quantize, reference.quantize);
    fall_back(k.round_tiles, reference.round_tiles);
    fall_back(k.rms_norm, reference.rms_norm);
    fall_back(k.hadamard, reference.hadamard);
    fall_back(k.rope, reference.rope);
    fall_back(k.silu_mul, reference.silu_mul);
    fall_back(k.add, reference.add);
    fall_back(k.f32_to_f16, reference.f32_to_f16);
    fall_back(k.attention_chunk, reference.attention_chunk);
    fall_back(k.attention_merge, reference.attention_merge);
    fall_back(k.dot, reference.dot);
    fall_back(k.log_sum_exp, reference.log_sum_exp);
    fall_back(k.softmax, reference.softmax);
    fall_back(k.matrix_update, reference.matrix_update);
    fall_back(k.gelu_tanh_mul, reference.gelu_tanh_mul);
    fall_back(k.softcap, reference.softcap);
    return k;
}

/// What the tier has for a member of the family; all null where it has nothing.
CodecKernels own_kernels(const char* tier, const Family& family, size_t member) {
    const FamilyKernels* own = tier_kernels(tier, family);
    return own && member < own->count ? own->members[member] : CodecKernels{};
}

Isa make_isa(const Tier& tier) {
    Isa isa{&tier, {}, {}};
    const OpKernels* reference = all_tiers().front().ops;
    if (reference) isa.ops = merged(tier.ops ? *tier.ops : OpKernels{}, *reference);
    for (const Family* family : all_families()) {
        for (size_t i = 0; i < family->count; i++) {
            CodecKernels own = own_kernels(tier.base ? tier.base : tier.name, *family, i);
            if (tier.base) own.gemm_rounded = own_kernels(tier.name, *family, i).gemm;
            isa.codecs.push_back(merged(own, *family->members[i].reference));
        }
    }
    return isa;
}

// Built once, never destroyed while code runs.
const std::vector<Isa>& runnable() {
    static const std::vector<Isa> isas = [] {
        std::vector<Isa> list;
        for (const Tier& tier : all_tiers())
            if (tier.runs_on(cpu_features())) list.push_back(make_isa(tier));
        return list;
    }();
    return isas;
}

std::string runnable_names() {
    std::string names;
    for (const Isa& isa : runnable())
        names += (names.empty() ? "" : ", ") + std::string(isa.tier->name);
    return names;
}

}  // namespace

const char* isa_name(const Isa& isa) {
    return isa.tier->name;
}

std::span<const Isa* const> supported_isas() {
    static const std::vector<const Isa*> pointers = [] {
        std::vector<const Isa*> list;
        for (const Isa& isa : runnable()) list.push_back(&isa);
        return list;
    }();
    return pointers;
}

std::span<const char* const> built_isas() {
    static const std::vector<const char*> names = [] {
        std::vector<const char*> list;
        for (const Tier& tier : all_tiers()) list.push_back(tier.name);
        return list;
    }();
    return names;
}

Result<const Isa*> select_isa(std::string_view name) {
    std::string origin = "ISA '";
    if (name.empty()) {
        const char* env = std::getenv("GOSSET_ISA");
        if (!env || !*env) return supported_isas().back();
        name = env;
        origin = "GOSSET_ISA='";
    }
    for (const Isa* isa : supported_isas())
        if (name == isa->tier->name) return isa;
    bool built = false;
    for (const char* tier : built_isas()) built |= name == tier;
    const std::string what = origin + std::string(name) + "'";
    if (built)
        return unsupported(
            what +
            ": this processor or operating system cannot run it; it can run: " + runnable_names());
    return invalid_argument(
        what + ": no such tier in this build; this machine can run: " + runnable_names());
}

const OpKernels& op_kernels(const Isa& isa) {
    return isa.ops;
}

const CodecKernels& codec_kernels(const Isa& isa, const Codec& codec) {
    const auto codecs = all_codecs();
    for (size_t i = 0; i < codecs.size(); i++)
        if (codecs[i] == &codec) return isa.codecs[i];
    return *codec.reference;
}

}  // namespace gosset
