/// Nested E8. The repair of the parity stays outside the coordinates: decoding names the coordinate
/// that moves and its direction, one lookup in the signed activations of the block (layout.hpp,
/// kExtBytes) gives what the move multiplies, and one more dot adds 2Q times that. residue.hpp is
/// the definition.
#include <type_traits>

#include "simd/codecs/e8n/layout.hpp"
#include "simd/family.hpp"
#include "simd/parts/panel_loop.hpp"
#if defined(__AVX512VBMI__)
#include "simd/codecs/e8n/decode_avx512.hpp"
#else
#include "simd/codecs/e8n/decode.hpp"
#endif

namespace gosset::GOSSET_ISA {

namespace {

/// What the repairs and the offset of the levels add to a block: sum is that of its activations,
/// moves what the repairs multiply.
template <int Q>
GOSSET_INLINE I32Rows repairs(const Chosen<Q>& c, int32_t sum, const GroupTable& moves) {
    return dot_u7_lanes(set_rows(-Q * sum), set1(2 * Q), keep(c.flip, lookup(moves, c.move)));
}

/// The accumulator that begins at `start`, or at 0 with `rest` = start where sums are of 16 bits.
template <class A>
GOSSET_INLINE A started(I32Rows start, I32Rows& rest) {
    if constexpr (std::is_same_v<A, I32Rows>) {
        rest = zero_rows();
        return start;
    } else {
        rest = start;
        return zero_u4();
    }
}

/// start + the dot product of the slice that c was chosen for, without its repairs.
template <int Q>
GOSSET_INLINE I32Rows dots(const Chosen<Q>& c, const uint8_t* slice, const Inputs& x,
                           I32Rows start) {
    Bytes w[8];
    levels<Q>(c, slice, w);
    // 16-bit sums, where there are any: 4 vectors give at most 4 * 2 * 31 * 127 < 32768.
    I32Rows rest;
    U4Acc even = started<U4Acc>(start, rest), odd = zero_u4();
    for_lanes([&](auto i) __attribute__((always_inline)) {
        U4Acc& acc = i % 2 == 0 ? even : odd;
        acc = dot_u4<i>(acc, w[i], x);
    });
    return total_u4(even, zero_u4()) + total_u4(odd, zero_u4()) + rest;
}

/// One row block at p of a.w.blocks panels, slice by slice.
template <int Q>
GOSSET_INLINE void add_slices(const MatvecArgs& a, const ScaleTable& table, const uint8_t* p,
                              F32Rows (&f)[kSlices]) {
    constexpr uint32_t kBytes = e8n::Layout<Q>::kPanelBytes, kIndexAt = e8n::Layout<Q>::kCodeBytes;
    const int8_t* q = a.x.q;
    const uint8_t* ext = a.x.ext;
    for (uint32_t b = 0; b < a.w.blocks; b++, p += kBytes, q += kPanelCols, ext += e8n::kExtBytes) {
        prefetch_panel<kBytes>(p);
        const Inputs x(q);
        const ScaleIndex index(p + kIndexAt);
        const GroupTable moves(ext);
        for_slices([&](auto s) __attribute__((always_inline)) {
            const F32Rows scale = mul(lookup<s>(table, index), set_f32(a.x.scale[b]));
            const uint8_t* slice = p + kSliceBytes * s;
            Chosen<Q> c;
            choose<Q>(slice, c);
            const I32Rows start = repairs<Q>(c, a.x.sum[b], moves);
            const I32Rows acc = dots<Q>(c, slice, x, start);
            f[s] = fma(to_f32(acc), scale, f[s]);
        });
    }
}

/// The same where a slice is a panel. Choosing is a chain of dependent instructions longer than a
/// core looks ahead: the dot product of each panel comes after the choice for the next one and
/// fills its gaps.
template <int Q>
struct Pipeline {
    static constexpr uint32_t kBytes = e8n::Layout<Q>::kPanelBytes;

    struct Stage {
        Chosen<Q> c;
        I32Rows start;
    };

    GOSSET_INLINE void begin(uint32_t block, const uint8_t* panel, Stage& s) const {
        choose<Q>(panel, s.c);
        const GroupTable moves(a.x.ext + size_t(block) * e8n::kExtBytes);
        s.start = repairs<Q>(s.c, a.x.sum[block], moves);
    }
    GOSSET_INLINE F32Rows finish(const Stage& s, F32Rows f) const {
        const ScaleIndex index(p + e8n::Layout<Q>::kCodeBytes);
        const Inputs x(a.x.q + size_t(b) * kPanelCols);
        const F32Rows scale = mul(lookup<0>(table, index), set_f32(a.x.scale[b]));
        return fma(to_f32(dots<Q>(s.c, p, x, s.start)), scale, f);
    }
    /// Finishes block b, begun in s, and makes the next one b.
    GOSSET_INLINE F32Rows step(const Stage& s, Stage& next, F32Rows f) {
        begin(b + 1, p + kBytes, next);
        f = finish(s, f);
        p += kBytes, b++;
        return f;
    }
    GOSSET_INLINE F32Rows run(F32Rows f) {
        if (a.w.blocks == 0) return f;
        Stage even, odd;
        begin(0, p, even);
        while (b + 2 < a.w.blocks) {
            prefetch_panel<2 * kBytes>(p);
            f = step(even, odd, f);
            f = step(odd, even, f);
        }
        if (b + 1 == a.w.blocks) return finish(even, f);
        f = step(even, odd, f);
        return finish(odd, f);
    }

    const MatvecArgs& a;
    const ScaleTable& table;
    const uint8_t* p;
    uint32_t b = 0;
};

template <int Q>
void gemv_ext(const MatvecArgs& a) {
    const ScaleTable table(a.w.table);
    const size_t bytes = size_t(a.w.blocks) * e8n::Layout<Q>::kPanelBytes;
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++) {
        F32Rows f[kSlices];
        for_slices([&](auto s) __attribute__((always_inline)) { f[s] = zero_f32(); });
        const uint8_t* p = a.w.panels + rb * bytes;
        if constexpr (kSlices == 1)
            f[0] = Pipeline<Q>{a, table, p}.run(f[0]);
        else
            add_slices<Q>(a, table, p, f);
        for_slices([&](auto s) __attribute__((always_inline)) {
            const size_t row = size_t(16) * rb + kSliceRows * s;
            store(a.y + row, mul(f[s], load_f16(a.w.row_scales + row)));
        });
    }
}

/// For gemm, which decodes once for many tokens: the repair is made in the coordinates.
template <int Q>
struct RepairedPanel : BlockScaled<e8n::Layout<Q>::kPanelBytes, e8n::Layout<Q>::kCodeBytes> {
    using Sums = U7Sums<2 * Q>;  // level + 2Q in [0, 4Q]

    explicit GOSSET_INLINE RepairedPanel(const Weights&) {}
    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        // By the low nibble of the key: the coordinate as one bit, and the step mod 256.
        alignas(16) static constexpr uint8_t kBit[16] = {1,  1,  2,  2,  4,  4,  8,   8,
                                                         16, 16, 32, 32, 64, 64, 128, 128};
        Chosen<Q> d;
        Bytes w[8];
        choose<Q>(panel + kSliceBytes * s, d);
        levels<Q>(d, panel + kSliceBytes * s, w);
        const Bytes bit = keep(d.flip, lookup(Table16(kBit), d.move & set1(15)));
        const Bytes up = set1(2 * Q), down = set1(-2 * Q);
        const Bytes step = select(any_bit(d.move, set1(1)), up, down);
        for_lanes([&](auto i) __attribute__((always_inline)) {
            const Bytes repair = keep(any_bit(bit, set1(1 << i)), step);
            sink(i, add(add(w[i], set1(Q)), repair));
        });
    }
};

#if defined(GOSSET_TILES)  // only a gemm: the rest is that of the tier's base
template <int Q>
constexpr CodecKernels kernels = {nullptr, gemm<RepairedPanel<Q>>, nullptr, nullptr};
#else
template <int Q>
constexpr CodecKernels kernels = {gemv_ext<Q>, gemm<RepairedPanel<Q>>, nullptr, nullptr};
#endif
constexpr CodecKernels members[] = {kernels<4>, kernels<8>, kernels<16>};

}  // namespace

extern const FamilyKernels e8n_kernels;
constinit const FamilyKernels e8n_kernels = {members, 3};

}  // namespace gosset::GOSSET_ISA
