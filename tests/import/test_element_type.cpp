#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "tests/support/support.hpp"
#include "tools/import/element_type.hpp"
#include "tools/import/gguf_types.hpp"

namespace gosset {
namespace {

#include "tests/import/golden_blocks.inc"

struct Golden {
    ElementType type;
    std::span<const uint8_t> bytes;
    std::span<const uint32_t> floats;
};
const Golden kGolden[] = {
    {ElementType::f32, kF32Bytes, kF32Floats},    {ElementType::f16, kF16Bytes, kF16Floats},
    {ElementType::bf16, kBF16Bytes, kBF16Floats}, {ElementType::q8_0, kQ8_0Bytes, kQ8_0Floats},
    {ElementType::q4_0, kQ4_0Bytes, kQ4_0Floats}, {ElementType::q4_1, kQ4_1Bytes, kQ4_1Floats},
};

TEST_CASE("every element type gives the bits of the public package, at any alignment") {
    for (const Golden& g : kGolden) {
        const ElementInfo& info = element_info(g.type);
        CAPTURE(std::string(info.name));
        REQUIRE(g.bytes.size() / info.bytes * info.length == g.floats.size());
        for (size_t shift = 0; shift < 4; shift++) {
            std::vector<uint8_t> moved(g.bytes.size() + shift);
            std::memcpy(moved.data() + shift, g.bytes.data(), g.bytes.size());
            std::vector<float> out(g.floats.size() + 1, 12345.0f);
            elements_to_float(g.type, moved.data() + shift, g.floats.size(), out.data());
            size_t wrong = 0;
            for (size_t i = 0; i < g.floats.size(); i++)
                wrong += std::bit_cast<uint32_t>(out[i]) != g.floats[i];
            CHECK(wrong == 0);
            CHECK(out.back() == 12345.0f);
        }
    }
}

TEST_CASE("the ggml types that are readable have the sizes of their element types") {
    int readable = 0;
    for (uint32_t id = 0; id < 64; id++) {
        const GgmlType* t = find_ggml_type(id);
        if (!t || !t->readable) continue;
        readable++;
        CHECK(std::string(t->name) == element_info(*t->readable).name);
        CHECK(t->length == element_info(*t->readable).length);
        CHECK(t->bytes == element_info(*t->readable).bytes);
    }
    CHECK(readable == 6);
    CHECK(find_ggml_type(4) == nullptr);  // removed from the format
}

TEST_CASE("the first value that is not finite is found") {
    const float bad[] = {std::numeric_limits<float>::infinity(),
                         -std::numeric_limits<float>::infinity(), std::nanf("")};
    for (const float b : bad) {
        for (size_t at = 0; at < 40; at++) {
            std::vector<float> v(40, std::numeric_limits<float>::max());
            v[at] = b;
            CHECK(first_non_finite(v.data(), v.size()) == at);
            CHECK(first_non_finite(v.data(), at) == at);
        }
    }
}

}  // namespace
}  // namespace gosset
