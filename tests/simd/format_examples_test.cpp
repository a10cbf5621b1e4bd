// The worked examples of docs/format.md for codecs without a test of their own.
#include <cstring>
#include <vector>

#include "simd/codec.hpp"
#include "tests/support/support.hpp"

using namespace gosset;

namespace {

/// Row 3 of a panel of zeros with these bytes at `at`.
std::vector<float> row3(const char* name, size_t at, std::vector<uint8_t> bytes, uint8_t index,
                        const Tables& tables) {
    const Codec* codec = find_codec(name, std::strlen(name));
    REQUIRE(codec);
    std::vector<uint8_t> panel(codec->panel_bytes);
    std::memcpy(&panel[at], bytes.data(), bytes.size());
    if (codec->scale == ScaleKind::block) panel[panel.size() - 8 + 1] = uint8_t(index << 4);
    const std::vector<uint16_t> row_scales(16, 0x2400);
    const Weights w = {panel.data(), row_scales.data(), tables.scale, tables.params, 1, 1};
    std::vector<float> out(32);
    codec->reference->decode_row(w, 3, out.data());
    return out;
}

}  // namespace

TEST_CASE("the worked examples of the format") {
    Tables tables;
    tables.scale[4] = 0.03f;
    CHECK(row3("f16", 326, {0x00, 0x3e}, 0, tables)[10] == 1.5f);
    CHECK(row3("q8", 141, {0xfb}, 4, tables)[10] == 0.015625f * (0.03f * -5));
    CHECK(row3("q4", 77, {0xc4}, 4, tables)[11] == 0.015625f * (0.03f * 9));
    CHECK(row3("q4", 77, {0xc4}, 4, tables)[10] == 0.015625f * (0.03f * -7));
}
