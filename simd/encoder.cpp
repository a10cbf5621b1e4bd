#include "simd/encoder.hpp"

#include <cstring>

#include "simd/family.hpp"

namespace gosset {

#define GOSSET_CODEC(family) extern const Encoder family##_encoder;
#include "simd/built.def"

const Encoder* find_encoder([[maybe_unused]] const Codec& codec) {
#define GOSSET_CODEC(name) \
    if (std::strcmp(codec.family, #name) == 0) return &name##_encoder;
#include "simd/built.def"
    return nullptr;
}

}  // namespace gosset
