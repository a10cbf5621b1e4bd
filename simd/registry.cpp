#include <cstring>
#include <vector>

#include "simd/codec.hpp"
#include "simd/family.hpp"

namespace gosset {

#define GOSSET_CODEC(family) extern const Family family##_family;
#include "simd/built.def"

std::span<const Family* const> all_families() {
    static const Family* const families[] = {
#define GOSSET_CODEC(family) &family##_family,
#include "simd/built.def"
        nullptr,  // so that a build without families is not an empty array
    };
    return {families, sizeof families / sizeof *families - 1};
}

std::span<const Codec* const> all_codecs() {
    static const std::vector<const Codec*> codecs = [] {
        std::vector<const Codec*> list;
        for (const Family* f : all_families())
            for (size_t i = 0; i < f->count; i++) list.push_back(&f->members[i]);
        return list;
    }();
    return codecs;
}

const Codec* find_codec(const char* name, size_t length) {
    for (const Codec* c : all_codecs())
        if (std::strlen(c->name) == length && std::memcmp(c->name, name, length) == 0) return c;
    return nullptr;
}

}  // namespace gosset
