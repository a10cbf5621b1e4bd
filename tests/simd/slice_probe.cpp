// Compiled once per ISA, as kernels are. slice_test.cpp has the scalar twin of each probe by name.
#include "tests/simd/slice_probe.hpp"

#include "simd/parts/gather.hpp"
#include "simd/parts/slice.hpp"
#include "simd/parts/slice_bits.hpp"
#include "simd/parts/slice_grid.hpp"
#include "simd/parts/slice_tables.hpp"

namespace gosset::GOSSET_ISA {

namespace {

void store_rows(uint8_t* out, F32Rows v) {
    alignas(64) float f[kSliceRows];
    store(f, v);
    std::memcpy(out, f, sizeof f);
}
void store_rows(uint8_t* out, I32Rows v) {
    store_rows(out, to_f32(v));
}
const int8_t* act(const uint8_t* c) {
    return reinterpret_cast<const int8_t*>(c);
}
/// The 32 activations c on the same weights for every coordinate.
template <class Sums>
I32Rows sums_of(Bytes w, const uint8_t* c) {
    int32_t sum = 0;
    for (int i = 0; i < 32; i++) sum += act(c)[i];
    Sums sums(Sums::start(sum));
    const typename Sums::Block x(act(c));
    for_lanes([&](auto j) { sums.template add<j>(Sums::form(w), x); });
    return sums.total();
}
/// The 16 dwords b as gather's and FloatTable16's tables.
GOSSET_INLINE const uint32_t* dwords_of(const uint8_t* b) {
    return reinterpret_cast<const uint32_t*>(b);
}
GOSSET_INLINE const uint16_t* words_of(const uint8_t* b) {
    return reinterpret_cast<const uint16_t*>(b);
}
/// 96 dwords of bytes in [0, 15], from b.
struct Nibbles {
    explicit Nibbles(const uint8_t* b) {
        for (uint32_t i = 0; i < 384; i++) bytes[i] = uint8_t((b[i % 64] >> i / 128) & 15);
    }
    alignas(64) uint8_t bytes[384];
};
/// 16-bit lanes below 96.
GOSSET_INLINE Bytes index96(Bytes x) {
    return mul16_high(x, set32(96 << 16 | 96));
}
/// The rows of slice s in memory.
GOSSET_INLINE const float* f32_rows(const uint8_t* p, int s) {
    return reinterpret_cast<const float*>(p) + kSliceRows * uint32_t(s);
}
GOSSET_INLINE const uint16_t* half_rows(const uint8_t* p, int s) {
    return reinterpret_cast<const uint16_t*>(p) + kSliceRows * uint32_t(s);
}

// The operands are a, b, c as bytes and, slice s of them, x, y, z as Bytes.
#define ANY_PROBE(name, stored)                                                        \
    {                                                                                  \
        name, []([[maybe_unused]] const uint8_t* a, [[maybe_unused]] const uint8_t* b, \
                 [[maybe_unused]] const uint8_t* c, uint8_t* result) {                 \
            for_slices([&](auto s) {                                                   \
                [[maybe_unused]] const Bytes x = load(a + kSliceBytes * s),            \
                                             y = load(b + kSliceBytes * s),            \
                                             z = load(c + kSliceBytes * s);            \
                uint8_t* out = result + kSliceBytes * s;                               \
                stored;                                                                \
            });                                                                        \
        }                                                                              \
    }
#define PROBE(name, expression) ANY_PROBE(name, store(out, expression))
#define ROWS(name, expression) ANY_PROBE(name, store_rows(out, expression))

const test::Probe probes[] = {
    PROBE("and", x& y),
    PROBE("or", x | y),
    PROBE("xor", x ^ y),
    PROBE("andnot", andnot(x, y)),
    PROBE("xor3", xor3(x, y, z)),
    PROBE("or3", or3(x, y, z)),
    PROBE("and_or", and_or(x, y, andnot(y, z))),
    PROBE("blend", blend(x, y, z)),
    PROBE("add", add(x, y)),
    PROBE("sub", sub(x, y)),
    PROBE("adds", adds(x, y)),
    PROBE("subs", subs(x, y)),
    PROBE("avg", avg(x, y)),
    PROBE("min", min(x, y)),
    PROBE("max", max(x, y)),
    PROBE("shr", shr<3>(x)),
    PROBE("shr16", shr16<3>(x)),
    PROBE("shl16", shl16<5>(x)),
    PROBE("set1", add(set1(200), zero())),
    PROBE("table16", lookup(Table16(b), x& set1(15))),
    PROBE("table32", lookup(Table32(b), x& set1(31))),
    PROBE("table64", lookup(Table64(b), x& set1(63))),
    PROBE("group", lookup(GroupTable(b), x)),
    PROBE("pair_low", lookup_low(TablePair(x, y), z, choice<2>(x))),
    PROBE("pair_high", lookup_high(TablePair(x, y), z, choice<7>(y))),
    PROBE("nibbles", nibbles<s>(a) & set1(15)),
#if defined(__AVX512VBMI__)
    PROBE("wide_table64", lookup(Table64(y), x)),
    PROBE("wide_bit_matrix", bit_matrix<0x8040201008040281>(x)),
#endif
    PROBE("any_bit", keep(any_bit(x, y), set1(255))),
    PROBE("greater", keep(greater(x, y), set1(255))),
    PROBE("sign_bit", keep(sign_bit(x), set1(255))),
    PROBE("masks", keep((sign_bit(x) & sign_bit(y)) | (sign_bit(y) ^ sign_bit(z)), x)),
    PROBE("select", select(greater(x, y), y, z)),
    PROBE("or_bits", (or_bits<7, 0, 3, -1>(x, y& set1(0xf1)))),
    PROBE("levels32", form_s8(lookup(Levels<32>(b), LevelIndex<32>(x)))),
    PROBE("levels64", form_s8(lookup(Levels<64>(b), LevelIndex<64>(x)))),
    PROBE("negate7", form_s8(negate(sign_of<7>(x), form_s8(y)))),
    PROBE("negate6", form_s8(negate(sign_of<6>(x), form_s8(y)))),
    PROBE("negate5", form_s8(negate(sign_of<5>(x), form_s8(y)))),
    PROBE("xor_signs",
          form_s8(negate(sign_of<7>(x) ^ signs(greater(y, z)) ^ sign_of<6>(z), form_s8(y)))),
    PROBE("quarter_bit0", keep(quarter_bit<s, 0>(b), x)),
    PROBE("quarter_bit1", keep(quarter_bit<s, 1>(b), x)),
    ROWS("u7_sums", sums_of<U7Sums<3>>(x& set1(127), c)),
    ROWS("nibble_sums", (sums_of<NibbleSums<1, 15>>(x & set1(15), c))),
    ROWS("s8_sums", sums_of<S8Sums>(x, c)),
    ROWS("table_sums", sums_of<TableSums>(form_s8(x), c)),
    ROWS("dot_lanes", dot_u7_lanes(set_rows(-5), x& set1(127), z)),
    ROWS("shl", shl<2>(set_rows(-3) + set_rows(1))),
    ROWS("load_f16", load_f16(half_rows(b, s))),
    ROWS("load_bf16", load_bf16(half_rows(b, s))),
    ROWS("fma", fma(load_f32(f32_rows(a, s)), mul(load_f32(f32_rows(b, s)), set_f32(3)),
                    add(load_f32(f32_rows(c, s)), zero_f32()))),
    PROBE("gather", gather(dwords_of(b), as_rows(x& set32(15)))),
    PROBE("sub32", as_bytes(sub32(as_rows(shr32<7>(x)), as_rows(y)))),
    PROBE("mul_add", as_bytes(mul_add(as_rows(x), as_rows(shr32<17>(y)),
                                      sub32(as_rows(shr32<17>(z)), as_rows(set32(1 << 14)))))),
    PROBE("truncate", as_bytes(truncate(mul(to_f32(as_rows(x)), set_f32(0x1p-9f))))),
    PROBE("less_one", less_one(to_f32(as_rows(x)), to_f32(as_rows(y)), z)),
    PROBE("sub16", sub16(x, y)),
    PROBE("mul16", mul16(x, y)),
    PROBE("mul16_high", mul16_high(x, y)),
    PROBE("shuffle4", (shuffle4<2, 3, 3, 0>(x))),
    PROBE("word_table", lookup(WordTable8(words_of(b)), x)),
    ANY_PROBE("small_low",
              {
                  const Nibbles n(b);
                  const SmallTable t(dwords_of(n.bytes));
                  store(out, expand<0>(t, find(t, index96(x))));
              }),
    ANY_PROBE("small_high",
              {
                  const Nibbles n(b);
                  const SmallTable t(dwords_of(n.bytes));
                  store(out, expand<1>(t, find(t, index96(x))));
              }),
    PROBE("blend_not", blend_not(x, y, z)),
    PROBE("row_table", lookup(RowTable16(b), x)),
    PROBE("row_table_exchanged", lookup(RowTable16(b).exchanged(), x)),
    PROBE("float_table", as_bytes(lookup(FloatTable16(f32_rows(b, 0)), x))),
    PROBE("float_pair", as_bytes(lookup(FloatPair(1.5f, -2.5f), x))),
    ROWS("dot_offset",
         dot_offset(x& set1(63), z, y& set1(63), shuffle4<3, 0, 1, 2>(z), set32(7), set1(21))),
#if defined(__AVX2__) && !defined(__AVX512VBMI__)
    ROWS("narrow_sized_sums", sums_of<SizedSums>(x | set1(1), c)),
    ROWS("narrow_scale_pairs",
         lookup<s>(ScalePairs(reinterpret_cast<const float*>(b)), ScaleIndex(a))),
#endif
    ROWS("scales", lookup<s>(ScaleTable(reinterpret_cast<const float*>(b)), ScaleIndex(a))),
};

}  // namespace

extern const test::Probes slice_probes;
constinit const test::Probes slice_probes = {probes, sizeof probes / sizeof *probes};

}  // namespace gosset::GOSSET_ISA
