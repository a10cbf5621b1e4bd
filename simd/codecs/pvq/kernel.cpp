/// P(8, K) in lanes: a dword is a row. The index gives the number of pulses of each half and its
/// place among the representatives by lookups in registers and one division (by a reciprocal,
/// exact); the representatives are gathered from memory, 4 coordinates at a time. The units and the
/// exchange of the halves act on the activations: their dwords are looked up in the 16 that ext
/// has for a group, 8 of each half.
#include "simd/codecs/pvq/halves.hpp"
#include "simd/family.hpp"
#include "simd/parts/gather.hpp"
#include "simd/parts/panel_loop.hpp"

namespace gosset::GOSSET_ISA {

namespace {

using pvq::half_count;

/// One group of a slice: level = w - offset, for two halves, and which entries of the activations'
/// table and of its exchanged form they multiply.
struct Code {
    Bytes w1, w2, x1, x2;
    F32Rows gain;
};

class Pvq2 {
  public:
    static constexpr uint32_t kBytes = pvq::Layout<6>::kPanelBytes;
    static constexpr uint32_t kOffset1 = 0x06060606, kOffset2 = 0x06060606;

    explicit GOSSET_INLINE Pvq2(const Weights& w) : gains_(w.table[0], w.table[1]) {}

    /// Calls sink(Lane<g>(), code) for g = 0..3.
    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const Bytes a = load_once(panel + kSliceBytes * s);
        const Bytes b = load_once(panel + kSliceBytes * s + 64);
        const Bytes orbit = set32(0x7ff);
        sink(Lane<0>(), code(a & orbit, shr32<11>(a)));
        sink(Lane<1>(), code(shr32<21>(a), shr32<16>(a)));
        sink(Lane<2>(), code(b & orbit, shr32<11>(b)));
        sink(Lane<3>(), code(shr32<21>(b), shr32<16>(b)));
    }

  private:
    /// rest: unit, exchange, gain from bit 0.
    GOSSET_INLINE Code code(Bytes orbit, Bytes rest) const {
        const Bytes point = gather(pvq::kOrbitTable.entry, as_rows(orbit));
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
    static constexpr uint32_t kOffset1 = kBias, kOffset2 = kBias + 13;

    explicit GOSSET_INLINE Pvq3(const Weights& w)
        : split_(kTables13.split),
          start_(kTables13.start),
          reciprocal_(kTables13.reciprocal),
          count_(kTables13.count),
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
        const Bytes low = set32(0xffff);
        sink(Lane<g>(),
             code(first & low, second & low, shuffle4<0, 1, 1, 1>(a), shr32<8 * g>(units), w));
        sink(Lane<g + 1>(), code(shr32<16>(first), shr32<16>(second), shuffle4<2, 3, 3, 3>(a),
                                 shr32<8 * g + 8>(units), shr32<16>(w)));
    }
    GOSSET_INLINE Code code(Bytes first, Bytes second, Bytes a, Bytes units, Bytes word) const {
        const uint32_t* halves = pvq::kHalfTable.entry;
        const Bytes high = shr32<4>(units);
        return {add(gather(halves, as_rows(first)), a), sub(a, gather(halves, as_rows(second))),
                units, blend(set32(8), units, high), lookup(gains_, blend(set32(1), word, high))};
    }

    Table64 split_;
    WordTable8 start_, reciprocal_, count_;
    FloatTable16 gains_;
};

/// By a % 16, a = 13..25, and by gain: dwords for K = 25.
struct alignas(64) Tables25 {
    int32_t base[16], start[16], minus_count[16];
    float limit[16], reciprocal[16], shift[16];
    uint8_t split[64];
};
constexpr Tables25 make_tables25() {
    using S = pvq::Splits<25>;
    Tables25 t{};
    for (int g = 0; g < 16; g++) t.base[g] = int32_t(S::kBase) - g * int32_t(S::kPerGain);
    for (uint32_t a = S::kFirst; a < S::kFirst + S::kCount; a++) {
        const uint32_t start = S::start(a) + S::kBase, n = half_count(a);
        t.start[a % 16] = int32_t(start), t.minus_count[a % 16] = -int32_t(n);
        t.reciprocal[a % 16] = float(1.0 / n);
        t.shift[a % 16] = float((0.5 - start) / n);
        t.limit[a % 16] = a > S::kFirst ? float(S::start(a - 1) + S::kBase) - 0.5f : 3e38f;
    }
    // Exponent and three fraction bits of a float, 2^14 .. 2^22, mod 64: what the first index is.
    for (uint32_t exponent = 14; exponent < 22; exponent++)
        for (uint32_t eighth = 0; eighth < 8; eighth++) {
            const uint32_t from = (8 + eighth) << (exponent - 3);
            t.split[(exponent + 127) % 8 * 8 + eighth] = uint8_t(S::split_of(from - S::kBase));
        }
    return t;
}
constexpr Tables25 kTables25 = make_tables25();

class Pvq4 {
  public:
    static constexpr uint32_t kBytes = pvq::Layout<25>::kPanelBytes;
    static constexpr uint32_t kBias = kTables25.split[0] * 0x01010100u;
    static constexpr uint32_t kOffset1 = kBias, kOffset2 = kBias + 25;

    explicit GOSSET_INLINE Pvq4(const Weights& w)
        : split_(kTables25.split),
          base_(kTables25.base),
          start_(kTables25.start),
          minus_count_(kTables25.minus_count),
          limit_(kTables25.limit),
          reciprocal_(kTables25.reciprocal),
          shift_(kTables25.shift),
          gains_(w.table) {}

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const uint8_t* p = panel + kSliceBytes * s;
        sink(Lane<0>(), code(load_once(p)));
        sink(Lane<1>(), code(load_once(p + 64)));
        sink(Lane<2>(), code(load_once(p + 128)));
        sink(Lane<3>(), code(load_once(p + 192)));
    }

  private:
    GOSSET_INLINE Code code(Bytes w) const {
        constexpr float kEighths = 8.0f / float(pvq::Splits<25>::kPerGain);
        const F32Rows eighths = to_f32(as_rows(shr32<10>(w)));
        const Bytes gain =
            as_bytes(truncate(fma(eighths, set_f32(kEighths), set_f32(kEighths / 2))));
        const I32Rows index = as_rows(shr32<7>(w)) + as_rows(lookup(base_, gain));
        const F32Rows at = to_f32(index);
        const Bytes most = lookup(split_, shr32<20>(as_bytes(at)) & set32(63));
        const Bytes a = less_one(at, lookup(limit_, most), most);
        const I32Rows second = truncate(fma(at, lookup(reciprocal_, a), lookup(shift_, a)));
        const I32Rows first = mul_add(sub32(index, as_rows(lookup(start_, a))), second,
                                      as_rows(lookup(minus_count_, a)));
        const uint32_t* halves = pvq::kHalfTable.entry;
        return {add(gather(halves, first), a), sub(a, gather(halves, second)), w,
                blend(set32(8), w, shr32<4>(w)), lookup(gains_, gain)};
    }

    Table64 split_;
    RowTable16 base_, start_, minus_count_;
    FloatTable16 limit_, reciprocal_, shift_, gains_;
};

/// sum + gain * (the group's dot with the activations ext has for it).
template <class Member>
GOSSET_INLINE F32Rows fold_group(const Code& c, const uint8_t* ext, F32Rows sum) {
    const RowTable16 x(ext);
    const I32Rows dot = dot_offset(c.w1, lookup(x, c.x1), c.w2, lookup(x.exchanged(), c.x2),
                                   set32(Member::kOffset1), set32(Member::kOffset2));
    return fma(to_f32(dot), c.gain, sum);
}

template <class Member>
void gemv_groups(const MatvecArgs& a) {
    const Member member(a.w);
    const uint32_t blocks = a.w.blocks;
    const uint8_t* p = a.w.panels + size_t(a.row_block_begin) * blocks * Member::kBytes;
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++) {
        F32Rows f[kSlices];
        for_slices([&](auto s) __attribute__((always_inline)) { f[s] = zero_f32(); });
        const uint8_t* ext = a.x.ext;
        for (uint32_t b = 0; b < blocks; b++, p += Member::kBytes, ext += pvq::kExtBytes) {
            prefetch_panel<Member::kBytes>(p);
            for_slices([&](auto s) __attribute__((always_inline)) {
                F32Rows sum = zero_f32();
                member.template decode<s>(
                    p, [&](auto g, const Code& c) __attribute__((always_inline)) {
                        sum = fold_group<Member>(c, ext + 64 * g, sum);
                    });
                f[s] = fma(sum, set_f32(a.x.scale[b]), f[s]);
            });
        }
        for_slices([&](auto s) __attribute__((always_inline)) {
            const size_t row = size_t(16) * rb + kSliceRows * s;
            store(a.y + row, mul(f[s], load_f16(a.w.row_scales + row)));
        });
    }
}

template <class Member>
void gemm_groups_of(const MatvecArgs& a, uint32_t rb, uint32_t first, uint32_t n) {
    const Member member(a.w);
    const uint8_t* p = a.w.panels + size_t(rb) * a.w.blocks * Member::kBytes;
    F32Rows f[kGemmTokens][kSlices];
    for (uint32_t t = 0; t < n; t++)
        for (F32Rows& slice : f[t]) slice = zero_f32();
    for (uint32_t b = 0; b < a.w.blocks; b++, p += Member::kBytes) {
        prefetch_panel<Member::kBytes>(p);
        for_slices([&](auto s) __attribute__((always_inline)) {
            Code codes[4];
            member.template decode<s>(
                p, [&](auto g, const Code& c) __attribute__((always_inline)) { codes[g] = c; });
            for (uint32_t t = 0; t < n; t++) {
                const size_t at = size_t(first + t) * a.w.blocks + b;
                const uint8_t* ext = a.x.ext + at * pvq::kExtBytes;
                F32Rows sum = zero_f32();
                GOSSET_UNROLL
                for (int g = 0; g < 4; g++) sum = fold_group<Member>(codes[g], ext + 64 * g, sum);
                f[t][s] = fma(sum, set_f32(a.x.scale[at]), f[t][s]);
            }
        });
    }
    for_slices([&](auto s) __attribute__((always_inline)) {
        const size_t row = size_t(16) * rb + kSliceRows * s;
        const F32Rows row_scale = load_f16(a.w.row_scales + row);
        for (uint32_t t = 0; t < n; t++)
            store(a.y + (first + t) * a.y_stride + row, mul(f[t][s], row_scale));
    });
}

template <class Member>
void gemm_groups(const MatvecArgs& a) {
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++)
        for (uint32_t t = 0; t < a.tokens; t += kGemmTokens) {
            const uint32_t left = a.tokens - t;
            gemm_groups_of<Member>(a, rb, t, left < kGemmTokens ? left : kGemmTokens);
        }
}

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

template <class Member>
constexpr CodecKernels kernels = {gemv_groups<Member>, gemm_groups<Member>, nullptr, extend};
constexpr CodecKernels members[] = {kernels<Pvq2>, kernels<Pvq3>, kernels<Pvq4>};

}  // namespace

extern const FamilyKernels pvq_kernels;
constinit const FamilyKernels pvq_kernels = {members, 3};

}  // namespace gosset::GOSSET_ISA
