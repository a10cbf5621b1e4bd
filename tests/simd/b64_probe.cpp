// Compiled once per ISA, as kernels are. b64_test.cpp has the scalar twin of each probe by name.
#include "tests/simd/b64_probe.hpp"

#include "simd/parts/b64.hpp"
#include "simd/parts/b64_bits.hpp"

namespace gosset::GOSSET_ISA {

namespace {

using Bytes = const uint8_t*;

void store_rows(uint8_t* out, I32Rows v) {
    alignas(64) float as_float[16];
    store(as_float, to_f32(v));
    std::memcpy(out, as_float, sizeof as_float);
}
void store_f32(uint8_t* out, F32Rows v) {
    alignas(64) float f[16];
    store(f, v);
    std::memcpy(out, f, sizeof f);
}
const int8_t* act(Bytes x) {
    return reinterpret_cast<const int8_t*>(x);
}

// The operands are a, b, c as bytes and x, y, z as B64.
#define ANY_PROBE(name, stored)                                                                \
    {                                                                                          \
        name, []([[maybe_unused]] Bytes a, [[maybe_unused]] Bytes b, [[maybe_unused]] Bytes c, \
                 uint8_t* out) {                                                               \
            [[maybe_unused]] const B64 x = load(a), y = load(b), z = load(c);                  \
            stored;                                                                            \
        }                                                                                      \
    }
#define PROBE(name, expression) ANY_PROBE(name, store(out, expression))
#define ROWS(name, expression) ANY_PROBE(name, store_rows(out, expression))
#define FLOATS(name, expression) ANY_PROBE(name, store_f32(out, expression))

const test::Probe probes[] = {
    PROBE("and", x& y),
    PROBE("or", x | y),
    PROBE("xor", x ^ y),
    PROBE("andnot", andnot(x, y)),
    PROBE("xor3", xor3(x, y, z)),
    PROBE("or3", or3(x, y, z)),
    PROBE("and_or", and_or(x, y, z)),
    PROBE("blend", blend(x, y, z)),
    PROBE("add", add(x, y)),
    PROBE("sub", sub(x, y)),
    PROBE("adds", adds(x, y)),
    PROBE("subs", subs(x, y)),
    PROBE("avg", avg(x, y)),
    PROBE("min", min(x, y)),
    PROBE("max", max(x, y)),
    PROBE("shr16", shr16<3>(x)),
    PROBE("shl16", shl16<5>(x)),
    PROBE("set1", add(set1(200), zero())),
    PROBE("table16", lookup(Table16(b), x& set1(15))),
    PROBE("table32", lookup(Table32(b), x& set1(31))),
    PROBE("table64", lookup(Table64(b), x& set1(63))),
    PROBE("group", lookup(GroupTable(b), x& set1(15))),
    PROBE("any_bit", keep(any_bit(x, y), set1(255))),
    PROBE("greater", keep(greater(x, y), set1(255))),
    PROBE("sign_bit", keep(sign_bit(x), set1(255))),
    PROBE("masks", keep((sign_bit(x) & sign_bit(y)) | (sign_bit(y) ^ sign_bit(z)), x)),
    PROBE("select", select(greater(x, y), y, z)),
    PROBE("or_bits", (or_bits<7, 0, 3, -1>(x, y))),
    ROWS("dot_u7", dot_u7(set_rows(-5), x& set1(127), broadcast4(act(c)))),
    ROWS("dot_u4", total_u4(dot_u4(zero_u4(), x& set1(15), broadcast4(act(c))),
                            dot_u4(zero_u4(), x& set1(15), broadcast4(act(c) + 4)))),
    ROWS("dot_s8", dot_s8(start_s8(act(c)[0] + act(c)[1] + act(c)[2] + act(c)[3]), form_s8(x),
                          broadcast4(act(c)))),
    ROWS("dot_lanes", dot_u7_lanes(zero_rows(), x& set1(127), load(c))),
    ROWS("shl", shl<2>(set_rows(-3) + set_rows(1))),
    FLOATS("load_f16", load_f16(b)),
    FLOATS("load_bf16", load_bf16(b)),
    FLOATS("fma", fma(load_f32(a), mul(load_f32(b), set_f32(3)), add(load_f32(c), zero_f32()))),
    FLOATS("scales", lookup(ScaleTable(reinterpret_cast<const float*>(b)), a)),
};

}  // namespace

extern const test::Probes b64_probes;
constinit const test::Probes b64_probes = {probes, sizeof probes / sizeof *probes};

}  // namespace gosset::GOSSET_ISA
