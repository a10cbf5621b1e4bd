#include "format/hash.hpp"

namespace gosset {

Hash::Hash() {
    XXH3_64bits_reset(&state_);
}

void Hash::add(std::span<const uint8_t> bytes) {
    XXH3_64bits_update(&state_, bytes.data(), bytes.size());
}

uint64_t Hash::value() const {
    return XXH3_64bits_digest(&state_);
}

}  // namespace gosset
