/// K = 25 on AVX-512. Numbers are integers and floats at once: x + 2^23 has the integer x in its
/// low bits, and adding 2^23 with rounding downwards makes a quotient's floor (pvq_test.cpp tries
/// all). A gather occupies the front end for nine cycles and waits for a long chain of steps, so
/// gemv works those out a panel ahead.
#pragma once

#include "simd/codecs/pvq/groups.hpp"
#include "simd/codecs/pvq/halves.hpp"
#include "simd/codecs/pvq/tables25.hpp"

namespace gosset::GOSSET_ISA {
namespace {

constexpr uint32_t kFloatBits = 0x4b000000;  ///< of 2^23

/// What is known of a panel's groups before its gathers.
struct Ahead {
    alignas(64) uint32_t first[4][16], second[4][16], split[4][16], gain[4][16];
};

class Pvq4 {
  public:
    static constexpr uint32_t kBytes = pvq::Layout<25>::kPanelBytes;
    /// The bytes of b, c and d get what split_ has for the constant bits beside its index.
    static constexpr uint32_t kBias =
        kTables25.split[4] * 0x100u + kTables25.split[0] * 0x01010000u;
    static constexpr uint32_t kOffset1 = kBias, kOffset2 = kBias + 25;

    /// at: with the bit of the exchange inverted.
    static GOSSET_INLINE Bytes second(const RowTable16& x, Bytes at) { return lookup(x, at); }

    // The other factor of the high words is that of 2^23.
    explicit GOSSET_INLINE Pvq4(const Weights& w)
        : split_(kTables25.split),
          base_(kTables25.base),
          minus_count_(RowTable16(kTables25.minus_count).low_words()),
          start_(kTables25.float_start),
          limit_(kTables25.limit),
          reciprocal_(kTables25.reciprocal),
          gains_(w.table),
          halves_(reinterpret_cast<const uint32_t*>(
              reinterpret_cast<uintptr_t>(pvq::kHalfTable.entry) - uint64_t(kFloatBits) * 4)) {}

    GOSSET_INLINE void prepare(const uint8_t* panel, int g, Ahead& to) const {
        const Bytes w = load_once(panel + 64 * g);
        // 1 / (128 * kPerGain), 4e-8 of it too large: no code is so near to the next gain.
        const Bytes gain = floor_of_product(unsigned_to_f32(w), set_f32(0x1.a00042p-29f));
        const F32Rows index = to_f32(as_rows(shr32<7>(w)) + as_rows(lookup(base_, gain)));
        const Bytes most = lookup(split_, shr32<20>(as_bytes(index)));
        const Bytes a = less_one(index, lookup(limit_, most), most);
        const F32Rows rest = difference(index, lookup(start_, a));
        const Bytes second = floor_of_product(rest, lookup(reciprocal_, a));
        const I32Rows rest_bits = as_rows(as_bytes(add(rest, set_f32(0x1p23f))));
        const I32Rows first = mul_add(rest_bits, as_rows(second), as_rows(lookup(minus_count_, a)));
        store(to.first[g], as_bytes(first)), store(to.second[g], second);
        store(to.split[g], a), store(to.gain[g], gain);
    }
    GOSSET_INLINE Code finish(const uint8_t* panel, int g, const Ahead& from) const {
        const Bytes w = load_once(panel + 64 * g), a = load(from.split[g]);
        const Bytes one = add(gather(halves_, as_rows(load(from.first[g]))), a);
        const Bytes two = sub(a, gather(halves_, as_rows(load(from.second[g]))));
        return {one, two, w, blend_not(set32(8), w, shr32<4>(w)),
                lookup(gains_, load(from.gain[g]))};
    }

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        Ahead ahead;
        each_group([&](auto g) __attribute__((always_inline)) { prepare(panel, g, ahead); });
        each_group([&](auto g)
                       __attribute__((always_inline)) { sink(g, finish(panel, g, ahead)); });
    }
    template <class F>
    static GOSSET_INLINE void each_group(F f) {
        f(Lane<0>()), f(Lane<1>()), f(Lane<2>()), f(Lane<3>());
    }

  private:
    Table64 split_;
    RowTable16 base_, minus_count_;
    FloatTable16 start_, limit_, reciprocal_, gains_;
    const uint32_t* halves_;  ///< indexed by kFloatBits + place in the list
};
static_assert(pvq::Splits<25>::kPerGain == 2581104);

/// gemv_groups, with `prepare` of each panel between the gathers of the one before.
GOSSET_INLINE void gemv_ahead(const MatvecArgs& a) {
    if (a.row_block_begin == a.row_block_end) return;
    const Pvq4 member(a.w);
    const uint32_t blocks = a.w.blocks;
    const uint8_t* p = a.w.panels + size_t(a.row_block_begin) * blocks * Pvq4::kBytes;
    const uint8_t* const last = a.w.panels + (size_t(a.row_block_end) * blocks - 1) * Pvq4::kBytes;
    Ahead ahead[2];
    Pvq4::each_group([&](auto g)
                         __attribute__((always_inline)) { member.prepare(p, g, ahead[0]); });
    uint32_t turn = 0;
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++) {
        F32Rows f = zero_f32();
        const uint8_t* ext = a.x.ext;
        for (uint32_t b = 0; b < blocks; b++, turn ^= 1, ext += pvq::kExtBytes) {
            prefetch_panel<Pvq4::kBytes>(p);
            const uint8_t* const next = p + (p != last) * size_t(Pvq4::kBytes);
            F32Rows sum = zero_f32();
            Pvq4::each_group([&](auto g) __attribute__((always_inline)) {
                const Code code = member.finish(p, g, ahead[turn]);
                member.prepare(next, g, ahead[turn ^ 1]);
                sum = fold_group<Pvq4>(code, ext + 64 * g, sum);
            });
            f = fma(sum, set_f32(a.x.scale[b]), f);
            p = next;
        }
        const size_t row = size_t(16) * rb;
        store(a.y + row, mul(f, load_f16(a.w.row_scales + row)));
    }
}
}  // namespace
}  // namespace gosset::GOSSET_ISA
