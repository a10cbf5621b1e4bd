#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/support.hpp"
#include "tools/import/element_type.hpp"
#include "tools/import/gguf_types.hpp"

namespace gosset {
namespace {

struct Golden {
    ElementType type;
    std::string_view bytes;   ///< two digits a byte
    std::string_view floats;  ///< eight digits a float: its bits
};
const Golden kGolden[] = {
#include "tests/import/golden_blocks.inc"
};

/// Numbers of `digits` hexadecimal digits each.
std::vector<uint32_t> from_hex(std::string_view text, size_t digits) {
    std::vector<uint32_t> out;
    for (size_t at = 0; at < text.size(); at += digits) {
        uint32_t v = 0;
        const char* const end = text.data() + at + digits;
        REQUIRE(std::from_chars(text.data() + at, end, v, 16).ptr == end);
        out.push_back(v);
    }
    return out;
}

TEST_CASE("every element type gives the bits of the public package, at any alignment") {
    std::set<ElementType> seen;
    for (const Golden& g : kGolden) {
        const ElementInfo& info = element_info(g.type);
        CAPTURE(std::string(info.name));
        CHECK(seen.insert(g.type).second);
        const std::vector<uint32_t> numbers = from_hex(g.bytes, 2), want = from_hex(g.floats, 8);
        const std::vector<uint8_t> bytes(numbers.begin(), numbers.end());
        REQUIRE(bytes.size() % info.bytes == 0);
        REQUIRE(bytes.size() / info.bytes * info.length == want.size());
        REQUIRE(want.size() >= 3 * info.length);
        for (size_t shift = 0; shift < 4; shift++) {
            // Exactly as long as the blocks, so that a sanitizer sees a byte read beyond them.
            const std::unique_ptr<uint8_t[]> moved(new uint8_t[bytes.size() + shift]);
            std::memcpy(moved.get() + shift, bytes.data(), bytes.size());
            std::vector<float> out(want.size() + 1, 12345.0f);
            elements_to_float(g.type, moved.get() + shift, want.size(), out.data());
            size_t wrong = 0, first = want.size();
            for (size_t i = want.size(); i-- > 0;)
                if (std::bit_cast<uint32_t>(out[i]) != want[i]) wrong++, first = i;
            CAPTURE(first);
            CHECK(wrong == 0);
            CHECK(out.back() == 12345.0f);
        }
    }
    CHECK(seen.size() == size_t(ElementType::iq4_xs) + 1);
}

TEST_CASE("a scale that is not finite gives no finite block") {
    for (const Golden& g : kGolden) {
        const ElementInfo& info = element_info(g.type);
        if (!info.decode) continue;
        CAPTURE(std::string(info.name));
        const std::vector<uint8_t> bytes(info.bytes, 0xff);  // every scale is a NaN
        std::vector<float> out(info.length, 0.0f);
        elements_to_float(g.type, bytes.data(), info.length, out.data());
        for (const float x : out) CHECK(std::isnan(x));
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
    CHECK(readable == int(ElementType::iq4_xs) + 1);
    CHECK(readable_ggml_types() ==
          "F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS, "
          "BF16");
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
