/// K = 25 in 32-bit lanes of AVX2 and NEON: the gain and the places of the halves in the list are
/// quotients and remainders by floats, exactly (pvq_test.cpp tries all).
#pragma once

#include "simd/codecs/pvq/groups.hpp"
#include "simd/codecs/pvq/halves.hpp"
#include "simd/codecs/pvq/tables25.hpp"

namespace gosset::GOSSET_ISA {
namespace {

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
}  // namespace gosset::GOSSET_ISA
