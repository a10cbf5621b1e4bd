// Every word of the panel vocabulary on every tier that runs here, against its scalar meaning.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <string>

#include "runtime/base/half.hpp"
#include "runtime/base/rng.hpp"
#include "simd/dispatch.hpp"
#include "tests/simd/slice_probe.hpp"
#include "tests/support/support.hpp"

using namespace gosset;

namespace gosset {
#define GOSSET_TIER(isa)                    \
    namespace isa {                         \
    extern const test::Probes slice_probes; \
    }
#include "simd/built.def"
}  // namespace gosset

namespace {

const std::map<std::string, const test::Probes*> tiers = {
#define GOSSET_TIER(isa) {#isa, &gosset::isa::slice_probes},
#include "simd/built.def"
};

struct Operands {
    alignas(64) uint8_t a[64], b[64], c[64];
};
using Expected = std::function<void(const Operands&, uint8_t* out)>;

Expected bytes(int (*f)(int a, int b, int c)) {
    return [f](const Operands& o, uint8_t* out) {
        for (int i = 0; i < 64; i++) out[i] = uint8_t(f(o.a[i], o.b[i], o.c[i]));
    };
}
Expected lanes(int (*f)(const Operands& o, int i)) {
    return [f](const Operands& o, uint8_t* out) {
        for (int i = 0; i < 64; i++) out[i] = uint8_t(f(o, i));
    };
}
Expected words(int (*f)(int a)) {
    return [f](const Operands& o, uint8_t* out) {
        for (int i = 0; i < 64; i += 2) {
            const int w = f(o.a[i] | o.a[i + 1] << 8);
            out[i] = uint8_t(w), out[i + 1] = uint8_t(w >> 8);
        }
    };
}
Expected words(int (*f)(int a, int b)) {
    return [f](const Operands& o, uint8_t* out) {
        for (int i = 0; i < 64; i += 2) {
            const int w = f(o.a[i] | o.a[i + 1] << 8, o.b[i] | o.b[i + 1] << 8);
            out[i] = uint8_t(w), out[i + 1] = uint8_t(w >> 8);
        }
    };
}
Expected dwords(uint32_t (*f)(const Operands& o, int row)) {
    return [f](const Operands& o, uint8_t* out) {
        for (int r = 0; r < 16; r++) {
            const uint32_t v = f(o, r);
            std::memcpy(out + 4 * r, &v, 4);
        }
    };
}
Expected rows(float (*f)(const Operands& o, int row)) {
    return [f](const Operands& o, uint8_t* out) {
        for (int r = 0; r < 16; r++) {
            const float v = f(o, r);
            std::memcpy(out + 4 * r, &v, 4);
        }
    };
}

template <class T>
T at(const uint8_t* p, int i) {
    T v;
    std::memcpy(&v, p + sizeof v * size_t(i), sizeof v);
    return v;
}
int signed_byte(const uint8_t* p, int i) {
    return int8_t(p[i]);
}
/// Sum over the 32 columns of a row of weight(byte) * x: every coordinate has the same weights.
template <class F>
float row_sum(const Operands& o, int row, F weight) {
    int sum = 0;
    for (int i = 0; i < 32; i++) sum += weight(o.a[4 * row + i % 4]) * signed_byte(o.c, i);
    return float(sum);
}

/// Byte i of the entry of slice_probe.cpp's Nibbles that 96 / 65536 of a 16-bit lane names.
int small_entry(const Operands& o, int i, int half) {
    const int entry = int(at<uint16_t>(o.a, i / 4 * 2 + half)) * 96 >> 16,
              at_byte = 4 * entry + i % 4;
    return o.b[at_byte % 64] >> (at_byte / 128) & 15;
}

const std::map<std::string, Expected> expected = {
    {"and", bytes([](int a, int b, int) { return a & b; })},
    {"or", bytes([](int a, int b, int) { return a | b; })},
    {"xor", bytes([](int a, int b, int) { return a ^ b; })},
    {"andnot", bytes([](int a, int b, int) { return ~a & b; })},
    {"xor3", bytes([](int a, int b, int c) { return a ^ b ^ c; })},
    {"or3", bytes([](int a, int b, int c) { return a | b | c; })},
    {"and_or", bytes([](int a, int b, int c) { return (a & b) | (c & ~b); })},
    {"blend", bytes([](int a, int b, int c) { return (a & b) | (~a & c); })},
    {"add", bytes([](int a, int b, int) { return a + b; })},
    {"sub", bytes([](int a, int b, int) { return a - b; })},
    {"adds", bytes([](int a, int b, int) { return std::min(a + b, 255); })},
    {"subs", bytes([](int a, int b, int) { return std::max(a - b, 0); })},
    {"avg", bytes([](int a, int b, int) { return (a + b + 1) / 2; })},
    {"min", bytes([](int a, int b, int) { return std::min(a, b); })},
    {"max", bytes([](int a, int b, int) { return std::max(a, b); })},
    {"shr", bytes([](int a, int, int) { return a >> 3; })},
    {"shr16", words([](int a) { return a >> 3; })},
    {"shl16", words([](int a) { return a << 5; })},
    {"set1", bytes([](int, int, int) { return 200; })},
    {"table16", lanes([](const Operands& o, int i) { return int(o.b[o.a[i] & 15]); })},
    {"table32", lanes([](const Operands& o, int i) { return int(o.b[o.a[i] & 31]); })},
    {"table64", lanes([](const Operands& o, int i) { return int(o.b[o.a[i] & 63]); })},
    {"group", lanes([](const Operands& o, int i) { return int(o.b[16 * (i % 4) + o.a[i] % 16]); })},
    {"pair_low", lanes([](const Operands& o, int i) {
         const uint8_t* table = o.a[i] & 4 ? o.b : o.a;
         return int(table[i / 16 * 16 + (o.c[i] & 15)]);
     })},
    {"pair_high", lanes([](const Operands& o, int i) {
         const uint8_t* table = o.b[i] & 128 ? o.b : o.a;
         return int(table[i / 16 * 16 + (o.c[i] >> 4)]);
     })},
    {"nibbles", lanes([](const Operands& o, int i) { return o.a[i % 32] >> i / 32 * 4 & 15; })},
    {"wide_table64", lanes([](const Operands& o, int i) { return int(o.b[o.a[i] & 63]); })},
    {"wide_bit_matrix", bytes([](int a, int, int) { return (a & 0xfe) | ((a ^ a >> 7) & 1); })},
    {"any_bit", bytes([](int a, int b, int) { return a & b ? 255 : 0; })},
    {"greater", bytes([](int a, int b, int) { return a > b ? 255 : 0; })},
    {"sign_bit", bytes([](int a, int, int) { return a & 128 ? 255 : 0; })},
    {"masks", bytes([](int a, int b, int c) { return ((a & b) | (b ^ c)) & 128 ? a : 0; })},
    {"select", bytes([](int a, int b, int c) { return a > b ? b : c; })},
    {"or_bits", bytes([](int a, int b, int) {
         return (b & 0xf1) | (a >> 7 & 1) << 1 | (a & 1) << 2 | (a >> 3 & 1) << 3;
     })},
    // form_s8 is its own inverse: levels come out plain.
    {"levels32", lanes([](const Operands& o, int i) { return int(o.b[o.a[i] & 31]); })},
    {"levels64", lanes([](const Operands& o, int i) { return int(o.b[o.a[i] & 63]); })},
    {"negate7", bytes([](int a, int b, int) { return a & 128 ? -b : b; })},
    {"negate6", bytes([](int a, int b, int) { return a & 64 ? -b : b; })},
    {"negate5", bytes([](int a, int b, int) { return a & 32 ? -b : b; })},
    {"xor_signs",
     bytes([](int a, int b, int c) { return (a >> 7 & 1) ^ (b > c) ^ (c >> 6 & 1) ? -b : b; })},
    {"quarter_bit0",
     lanes([](const Operands& o, int i) { return o.b[i % 16] >> 2 * (i / 16) & 1 ? o.a[i] : 0; })},
    {"quarter_bit1", lanes([](const Operands& o, int i) {
         return o.b[i % 16] >> (2 * (i / 16) + 1) & 1 ? o.a[i] : 0;
     })},
    {"u7_sums", rows([](const Operands& o, int r) {
         return row_sum(o, r, [](int w) { return (w & 127) - 3; });
     })},
    {"nibble_sums", rows([](const Operands& o, int r) {
         return row_sum(o, r, [](int w) { return 2 * (w & 15) - 15; });
     })},
    {"s8_sums",
     rows([](const Operands& o, int r) { return row_sum(o, r, [](int w) { return int8_t(w); }); })},
    {"narrow_sized_sums", rows([](const Operands& o, int r) {
         return row_sum(o, r, [](int a) { return int8_t(a | 1); });
     })},
    {"table_sums",
     rows([](const Operands& o, int r) { return row_sum(o, r, [](int w) { return int8_t(w); }); })},
    {"dot_lanes", rows([](const Operands& o, int r) {
         int sum = -5;
         for (int i = 4 * r; i < 4 * r + 4; i++) sum += (o.a[i] & 127) * signed_byte(o.c, i);
         return float(sum);
     })},
    {"shl", rows([](const Operands&, int) { return -8.0f; })},
    {"load_f16", rows([](const Operands& o, int r) { return f16_to_f32(at<uint16_t>(o.b, r)); })},
    {"load_bf16", rows([](const Operands& o, int r) { return bf16_to_f32(at<uint16_t>(o.b, r)); })},
    {"fma", rows([](const Operands& o, int r) {
         return std::fma(at<float>(o.a, r), at<float>(o.b, r) * 3, at<float>(o.c, r));
     })},
    {"gather", dwords([](const Operands& o, int r) { return at<uint32_t>(o.b, o.a[4 * r] & 15); })},
    {"sub32", dwords([](const Operands& o, int r) {
         return (at<uint32_t>(o.a, r) >> 7) - at<uint32_t>(o.b, r);
     })},
    {"mul_add", dwords([](const Operands& o, int r) {
         const uint32_t factor = (at<uint32_t>(o.c, r) >> 17) - (1u << 14);
         return at<uint32_t>(o.a, r) + (at<uint32_t>(o.b, r) >> 17) * factor;
     })},
    {"truncate", dwords([](const Operands& o, int r) {
         return uint32_t(int32_t(float(at<int32_t>(o.a, r)) * 0x1p-9f));
     })},
    {"less_one", dwords([](const Operands& o, int r) {
         const bool above = float(at<int32_t>(o.a, r)) > float(at<int32_t>(o.b, r));
         return at<uint32_t>(o.c, r) - uint32_t(above);
     })},
    {"sub16", words([](int a, int b) { return a - b; })},
    {"mul16", words([](int a, int b) { return int(uint32_t(a) * uint32_t(b)); })},
    {"mul16_high", words([](int a, int b) { return int(uint32_t(a) * uint32_t(b) >> 16); })},
    {"shuffle4", lanes([](const Operands& o, int i) {
         constexpr int from[4] = {2, 3, 3, 0};
         return int(o.a[i / 4 * 4 + from[i % 4]]);
     })},
    {"word_table",
     lanes([](const Operands& o, int i) { return int(o.b[2 * (o.a[i / 2 * 2] & 7) + i % 2]); })},
    {"small_low", lanes([](const Operands& o, int i) { return small_entry(o, i, 0); })},
    {"small_high", lanes([](const Operands& o, int i) { return small_entry(o, i, 1); })},
    {"blend_not", bytes([](int a, int b, int c) { return (a & ~b) | (~a & c); })},
    {"row_table",
     dwords([](const Operands& o, int r) { return at<uint32_t>(o.b, o.a[4 * r] & 15); })},
    {"row_table_exchanged",
     dwords([](const Operands& o, int r) { return at<uint32_t>(o.b, (o.a[4 * r] & 15) ^ 8); })},
    {"float_table",
     dwords([](const Operands& o, int r) { return at<uint32_t>(o.b, o.a[4 * r] & 15); })},
    {"float_pair", rows([](const Operands& o, int r) { return o.a[4 * r] & 16 ? -2.5f : 1.5f; })},
    {"dot_offset", rows([](const Operands& o, int r) {
         int sum = 0;
         for (int i = 0; i < 4; i++) {
             const int first = (o.a[4 * r + i] & 63) - (i == 0 ? 7 : 0);
             const int second = (o.b[4 * r + i] & 63) - 21;
             sum += first * signed_byte(o.c, 4 * r + i);
             sum += second * signed_byte(o.c, 4 * r + (i + 3) % 4);
         }
         return float(sum);
     })},
    {"narrow_scale_pairs",
     rows([](const Operands& o, int r) { return at<float>(o.b, o.a[r / 2] >> 4 * (r % 2) & 15); })},
    {"scales",
     rows([](const Operands& o, int r) { return at<float>(o.b, o.a[r / 2] >> 4 * (r % 2) & 15); })},
};

/// Random bytes; activations (c) in [-127, 127], all operands finite as f32, f16 and bf16; now and
/// then the extremes.
void fill(Operands& o, Rng& rng) {
    const uint32_t kind = rng.below(6);
    for (uint8_t* p : {o.a, o.b, o.c})
        for (int i = 0; i < 64; i++) p[i] = uint8_t(rng.next());
    if (kind == 0) std::memset(o.a, 0xff, 64), std::memset(o.c, 0x81, 64);
    if (kind == 1) std::memset(o.a, 0x80, 64), std::memset(o.c, 0x7f, 64);
    if (kind == 2) std::memset(o.a, 0xff, 64), std::memset(o.c, 0x7f, 64);
    for (int i = 0; i < 64; i++)
        if (o.c[i] == 0x80) o.c[i] = 0x81;
}
bool finite_operands(const Operands& o) {
    for (int i = 0; i < 16; i++)
        for (const uint8_t* p : {o.a, o.b, o.c})
            if (!std::isfinite(at<float>(p, i)) ||
                !std::isfinite(f16_to_f32(at<uint16_t>(o.b, i))) ||
                !std::isfinite(bf16_to_f32(at<uint16_t>(o.b, i))))
                return false;
    return true;
}

}  // namespace

TEST_CASE("every word means the same on every tier") {
    Rng rng(test::seed());
    for (const Isa* isa : supported_isas()) {
        const auto tier = tiers.find(isa_name(*isa));
        if (tier == tiers.end()) continue;  // scalar has no vocabulary
        size_t wanted = 0;                  // not all tiers have the wide words
        for (const auto& [name, f] : expected) {
            const bool wide = name.rfind("wide_", 0) == 0, narrow = name.rfind("narrow_", 0) == 0;
            wanted += wide ? tier->first == "avx512" : narrow ? tier->first == "avx2" : true;
        }
        REQUIRE(tier->second->count == wanted);
        for (size_t i = 0; i < tier->second->count; i++) {
            const test::Probe& probe = tier->second->list[i];
            const auto want = expected.find(probe.name);
            REQUIRE(want != expected.end());
            const std::string name = probe.name;
            const bool of_floats = name == "fma" || name.rfind("load_", 0) == 0;
            for (int round = 0; round < 300; round++) {
                Operands o;
                do fill(o, rng);
                while (of_floats && !finite_operands(o));
                alignas(64) uint8_t got[64], right[64];
                probe.run(o.a, o.b, o.c, got);
                want->second(o, right);
                INFO(name << " on " << std::string(tier->first));
                REQUIRE(std::memcmp(got, right, 64) == 0);
            }
        }
    }
}
