/// K = 25, in 32-bit lanes: the gain and the places of the halves in the list are quotients and
/// remainders by floats, exactly (pvq_test.cpp tries all); both halves are gathered. In a file of
/// its own because its long chains of dependent steps gain a tenth when GCC interleaves them
/// (sources.cmake).
#include "simd/codecs/pvq/groups.hpp"
#include "simd/codecs/pvq/halves.hpp"
#include "simd/family.hpp"

namespace gosset::GOSSET_ISA {

namespace {

using pvq::half_count;

/// By a % 16, a = 13..25, and by gain: dwords for K = 25.
struct alignas(64) Tables25 {
    int32_t base[16], start[16], minus_count[16];
    float limit[16], reciprocal[16];  ///< of half_count(a), 2^-20 too large: exact, pvq_test.cpp
    uint8_t split[64];
};
constexpr Tables25 make_tables25() {
    using S = pvq::Splits<25>;
    Tables25 t{};
    for (int g = 0; g < 16; g++) t.base[g] = int32_t(S::kBase) - g * int32_t(S::kPerGain);
    for (uint32_t a = S::kFirst; a < S::kFirst + S::kCount; a++) {
        const uint32_t start = S::start(a) + S::kBase, n = half_count(a);
        t.start[a % 16] = int32_t(start), t.minus_count[a % 16] = -int32_t(n);
        t.reciprocal[a % 16] = float((1 + 0x1p-20) / n);
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

    /// at: with the bit of the exchange inverted.
    static GOSSET_INLINE Bytes second(const RowTable16& x, Bytes at) { return lookup(x, at); }

    explicit GOSSET_INLINE Pvq4(const Weights& w)
        : split_(kTables25.split),
          base_(kTables25.base),
          start_(kTables25.start),
          minus_count_(kTables25.minus_count),
          limit_(kTables25.limit),
          reciprocal_(kTables25.reciprocal),
          gains_(w.table) {}

    /// Step by step for all groups: a group's steps wait for each other.
    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const uint32_t* halves = pvq::kHalfTable.entry;
        Bytes w[4], gain[4], a[4], one[4], two[4];
        I32Rows index[4], first[4], second[4];
        each([&](auto g) __attribute__((always_inline)) {
            w[g] = load_once(panel + kSliceBytes * s + 64 * g);
            const Bytes all = shr32<7>(w[g]);
            gain[g] = gain_of(all);
            index[g] = as_rows(all) + as_rows(lookup(base_, gain[g]));
        });
        each([&](auto g) __attribute__((always_inline)) { a[g] = split_of(to_f32(index[g])); });
        each([&](auto g) __attribute__((always_inline)) {
            const I32Rows rest = sub32(index[g], as_rows(lookup(start_, a[g])));
            second[g] = truncate(mul(to_f32(rest), lookup(reciprocal_, a[g])));
            first[g] = mul_add(rest, second[g], as_rows(lookup(minus_count_, a[g])));
        });
        each([&](auto g) __attribute__((always_inline)) {
            one[g] = add(gather(halves, first[g]), a[g]);
            two[g] = sub(a[g], gather(halves, second[g]));
        });
        each([&](auto g) __attribute__((always_inline)) {
            sink(g, Code{one[g], two[g], w[g], blend_not(set32(8), w[g], shr32<4>(w[g])),
                         lookup(gains_, gain[g])});
        });
    }

  private:
    template <class F>
    static GOSSET_INLINE void each(F f) {
        f(Lane<0>()), f(Lane<1>()), f(Lane<2>()), f(Lane<3>());
    }
    static GOSSET_INLINE Bytes gain_of(Bytes index) {
        constexpr float kInverse = 1.0f / float(pvq::Splits<25>::kPerGain);
        const F32Rows eights = to_f32(as_rows(index & set32(~7u)));  // exact
        return as_bytes(truncate(fma(eights, set_f32(kInverse), set_f32(4 * kInverse))));
    }
    GOSSET_INLINE Bytes split_of(F32Rows index) const {
        const Bytes most = lookup(split_, shr32<20>(as_bytes(index)) & set32(63));
        return less_one(index, lookup(limit_, most), most);
    }

    Table64 split_;
    RowTable16 base_, start_, minus_count_;
    FloatTable16 limit_, reciprocal_, gains_;
};

}  // namespace

void pvq4_gemv(const MatvecArgs&);
void pvq4_gemm(const MatvecArgs&);

void pvq4_gemv(const MatvecArgs& a) {
    gemv_groups<Pvq4>(a);
}
void pvq4_gemm(const MatvecArgs& a) {
    gemm_groups<Pvq4>(a);
}

}  // namespace gosset::GOSSET_ISA
