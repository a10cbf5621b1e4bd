/// K = 6 and K = 13, and the activations of all members. A code of K = 6 is one gather of an orbit,
/// 8 nibbles. For K = 13 the index gives the number of pulses of each half and its place among the
/// representatives by lookups in registers and one division, all in 16-bit lanes; the half of more
/// pulses is gathered from memory, the other is small enough to be looked up.
#include "simd/codecs/pvq/groups.hpp"
#include "simd/codecs/pvq/halves.hpp"
#include "simd/family.hpp"

namespace gosset::GOSSET_ISA {

// kernel25.cpp
void pvq4_gemv(const MatvecArgs&);
void pvq4_gemm(const MatvecArgs&);

namespace {

using pvq::half_count;

class Pvq2 {
  public:
    static constexpr uint32_t kBytes = pvq::Layout<6>::kPanelBytes;
    static constexpr uint32_t kOffset1 = 0x06060606, kOffset2 = 0x06060606;

    /// What the second half multiplies: one unit for both halves.
    static GOSSET_INLINE Bytes second(const RowTable16& x, Bytes at) {
        return lookup(x.exchanged(), at);
    }

    explicit GOSSET_INLINE Pvq2(const Weights& w) : gains_(w.table[0], w.table[1]) {}

    /// Calls sink(Lane<g>(), code) for g = 0..3.
    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const Bytes a = load_once(panel + kSliceBytes * s);
        const Bytes b = load_once(panel + kSliceBytes * s + 64);
        const Fields fa(a), fb(b);
        const uint32_t* orbits = pvq::kOrbitTable.entry;
        sink(Lane<0>(), code(gather<0, 11>(orbits, fa), shr32<11>(a)));
        sink(Lane<1>(), code(gather<21, 11>(orbits, fa), shr32<16>(a)));
        sink(Lane<2>(), code(gather<0, 11>(orbits, fb), shr32<11>(b)));
        sink(Lane<3>(), code(gather<21, 11>(orbits, fb), shr32<16>(b)));
    }

  private:
    /// rest: unit, exchange, gain from bit 0.
    GOSSET_INLINE Code code(Bytes point, Bytes rest) const {
        return {point & set1(15), shr<4>(point), rest, rest, lookup(gains_, rest)};
    }

    FloatPair gains_;
};

/// By a % 8, a = 7..13: 16-bit lanes of an index for K = 13.
struct alignas(64) Tables13 {
    uint8_t split[64];
    uint16_t start[8], reciprocal[8], count[8];
};
constexpr Tables13 make_tables13() {
    using S = pvq::Splits<13>;
    Tables13 t{};
    for (uint32_t i = 0; i < S::kBuckets; i++) t.split[i] = uint8_t(S::split_of(i * S::kBucket));
    for (uint32_t a = S::kFirst; a < S::kFirst + S::kCount; a++) {
        const uint32_t n = half_count(a);
        t.start[a % 8] = uint16_t(S::start(a));
        t.reciprocal[a % 8] = uint16_t(((1u << 22) + n - 1) / n);  // exact: pvq_test.cpp
        t.count[a % 8] = uint16_t(n);
    }
    return t;
}
constexpr Tables13 kTables13 = make_tables13();

class Pvq3 {
  public:
    static constexpr uint32_t kBytes = pvq::Layout<13>::kPanelBytes;
    // Lookups of a give kTables13.split[0] in the bytes above it, which go to b, c, d.
    static constexpr uint32_t kBias = kTables13.split[0] * 0x01010100u;
    static constexpr uint32_t kOffset1 = kBias, kOffset2 = kBias + 13 + 0x08080808u;

    /// at: with the bit of the exchange inverted.
    static GOSSET_INLINE Bytes second(const RowTable16& x, Bytes at) { return lookup(x, at); }

    explicit GOSSET_INLINE Pvq3(const Weights& w)
        : split_(kTables13.split),
          start_(kTables13.start),
          reciprocal_(kTables13.reciprocal),
          count_(kTables13.count),
          small_(pvq::kSmallHalfTable.entry),
          gains_(spread(w.table).entry) {}

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const uint8_t* p = panel + kSliceBytes * s;
        const Bytes units = load_once(p + 128);
        pair<0>(load_once(p), units, sink);
        pair<2>(load_once(p + 64), units, sink);
    }

  private:
    struct Spread {
        alignas(64) float entry[16];
    };
    /// The bits of a gain at bits 3 and 0.
    static GOSSET_INLINE Spread spread(const float* table) {
        Spread out;
        for (int i = 0; i < 16; i++) out.entry[i] = table[(i >> 3) | (i & 1) << 1];
        return out;
    }

    /// Groups g and g + 1, in the low and the high words of w.
    template <int g, class Sink>
    GOSSET_INLINE void pair(Bytes w, Bytes units, Sink sink) const {
        const Bytes a = lookup(split_, shr16<10>(w));
        const Bytes rest = sub16(shr16<1>(w), lookup(start_, a));
        const Bytes second = shr16<6>(mul16_high(rest, lookup(reciprocal_, a)));
        const Bytes first = sub16(rest, mul16(second, lookup(count_, a)));
        const Fields large(first);
        const auto small = find(small_, second);
        const uint32_t* halves = pvq::kHalfTable.entry;
        sink(Lane<g>(), code(gather<0, 16>(halves, large), expand<0>(small_, small),
                             shuffle4<0, 1, 1, 1>(a), shr32<8 * g>(units), w));
        sink(Lane<g + 1>(), code(gather<16, 16>(halves, large), expand<1>(small_, small),
                                 shuffle4<2, 3, 3, 3>(a), shr32<8 * g + 8>(units), shr32<16>(w)));
    }
    /// one: the bytes of the first half's entry; two: 8 - those of the second's.
    GOSSET_INLINE Code code(Bytes one, Bytes two, Bytes a, Bytes units, Bytes word) const {
        const Bytes high = shr32<4>(units);
        return {add(one, a), add(two, a), units, blend_not(set32(8), units, high),
                lookup(gains_, blend(set32(1), word, high))};
    }

    Table64 split_;
    WordTable8 start_, reciprocal_, count_;
    SmallTable small_;
    FloatTable16 gains_;
};

/// Where the bytes of ext come from among a block's 32 of q, and 0xff for those that are negated.
struct alignas(64) Turns {
    uint8_t from[pvq::kExtBytes], negated[64];
};
constexpr Turns make_turns() {
    Turns t{};
    for (uint32_t at = 0; at < pvq::kExtBytes; at++) {
        const uint32_t g = at / 64, half = at / 32 % 2, unit = pvq::conj(at / 4 % 8), i = at % 4;
        t.from[at] = uint8_t(4 * (4 * half + uint32_t(pvq::kTurnFrom[unit % 4][i])) + g);
        if (g == 0)
            t.negated[at] =
                (pvq::kTurnSign[unit % 4][i] < 0) != (unit >= 4) ? uint8_t(0xff) : uint8_t(0);
    }
    return t;
}
constexpr Turns kTurns = make_turns();

void extend(const int8_t* q, size_t blocks, uint8_t* ext) {
    for (size_t b = 0; b < blocks; b++, q += kPanelCols, ext += pvq::kExtBytes) {
        const Table32 block(q);
        GOSSET_UNROLL
        for (int g = 0; g < 4; g++)
            for_slices([&](auto s) __attribute__((always_inline)) {
                const int at = 64 * g + int(kSliceBytes) * s;
                const Bytes negated = load(kTurns.negated + kSliceBytes * s);
                const Bytes x = lookup(block, load(kTurns.from + at));
                store(ext + at, sub(x ^ negated, negated));
            });
    }
}

constexpr CodecKernels members[] = {
    {gemv_groups<Pvq2>, gemm_groups<Pvq2>, nullptr, extend},
    {gemv_groups<Pvq3>, gemm_groups<Pvq3>, nullptr, extend},
    {pvq4_gemv, pvq4_gemm, nullptr, extend},
};

}  // namespace

extern const FamilyKernels pvq_kernels;
constinit const FamilyKernels pvq_kernels = {members, 3};

}  // namespace gosset::GOSSET_ISA
