/// Nested E8 in lanes: a byte lane is a group, so that everything is vertical. The repair of the
/// parity stays outside the coordinates: a key names the coordinate that moves and its direction,
/// one lookup in the signed activations of the block (layout.hpp, kExtBytes) gives what the move
/// multiplies, and one more dot adds 2Q times that. residue.hpp is the definition.
#include "simd/codecs/e8n/layout.hpp"
#include "simd/family.hpp"
#include "simd/parts/panel_loop.hpp"
#include "simd/parts/slice_bits.hpp"

namespace gosset::GOSSET_ISA {

namespace {

/// Residues r[i] = n[i] mod 2Q, and what else the planes say.
struct Residues {
    Bytes r[8];
    Bytes last;  ///< bit 7: bit log2(2Q) of n[0]
    Bytes h;     ///< the common lowest bit
    Bytes fold;  ///< xor of all r
};

template <int Q>
GOSSET_INLINE Residues unpack(const uint8_t* p) {
    Residues u;
    Bytes* r = u.r;
    const Bytes a = load_once(p), b = load_once(p + 64), one = set1(1), field = set1(2 * Q - 2);
    if constexpr (Q == 16) {
        const Bytes c = load_once(p + 128), last = load_once(p + 192), h = last & one;
        r[1] = and_or(a, field, h), r[2] = or_bits<5, 6, 7, 0>(a, h);
        r[3] = and_or(b, field, h), r[4] = or_bits<5, 6, 7, 0>(b, h);
        r[5] = and_or(c, field, h), r[6] = or_bits<5, 6, 7, 0>(c, h);
        r[7] = last & set1(15), r[0] = and_or(shr16<2>(last), set1(0x1c), h);
        u.last = last, u.h = h;
    } else if constexpr (Q == 8) {
        const Bytes last = load_once(p + 128), h = last & one;
        r[1] = and_or(a, field, h), r[2] = or_bits<5, 6, 7, -1>(a, h);
        r[3] = and_or(b, field, h), r[4] = or_bits<5, 6, 7, -1>(b, h);
        r[5] = or_bits<0, -1, -1, -1>(a, or_bits<-1, 0, -1, -1>(b, and_or(last, set1(8), h)));
        r[6] =
            or_bits<4, -1, -1, -1>(a, or_bits<-1, 4, -1, -1>(b, or_bits<-1, -1, 4, -1>(last, h)));
        r[7] = last & set1(7), r[0] = and_or(shr16<3>(last), set1(0x0c), h);
        u.last = last, u.h = h;
    } else {
        const Bytes h = b & one;
        r[1] = and_or(a, field, h), r[2] = or_bits<3, 4, -1, -1>(a, h);
        r[3] = or_bits<5, 6, -1, -1>(a, h), r[4] = or_bits<7, 0, -1, -1>(a, h);
        r[5] = or_bits<2, 3, -1, -1>(b, h), r[6] = or_bits<4, 5, -1, -1>(b, h);
        r[7] = b & set1(3), r[0] = and_or(shr16<4>(b), set1(4), h);
        u.last = b, u.h = h;
    }
    // Bit 1 of n[0] makes the sum 0 mod 4.
    const Bytes rest = xor3(xor3(r[1], r[2], r[3]), xor3(r[4], r[5], r[6]), r[7]);
    r[0] = and_or(rest, set1(2), r[0]);
    u.fold = rest ^ r[0];
    return u;
}

/// Key of residue r at coordinate i: 16 * (|d| / 2) + 2 * i + (d < 0). Ordered by |d| (in a group
/// all |d| have the parity h), then by i; the low nibble names the coordinate and its sign.
template <int Q>
struct KeyTables {
    uint8_t at[8][32];
};
template <int Q>
constexpr KeyTables<Q> make_keys() {
    KeyTables<Q> t{};
    for (int i = 0; i < 8; ++i)
        for (int x = 0; x < 32; ++x) {
            const int r = x % (2 * Q), size = r < Q ? r : 2 * Q - r;
            t.at[i][x] = uint8_t(16 * (size / 2) + 2 * i + (r >= Q));
        }
    return t;
}
template <int Q>
alignas(64) constexpr KeyTables<Q> kKeys = make_keys<Q>();

/// Levels but for the parity repair.
struct Decoded {
    Bytes w[8];  ///< level + Q, in [0, 2Q)
    Bytes move;  ///< low nibble 2 * i + s: coordinate i moves by 2Q, down if s is 0, up if 1 ...
    Mask flip;   ///< ... in these lanes
};

template <class F>
GOSSET_INLINE Bytes tree(const Bytes* k, F f) {
    return f(f(f(k[0], k[1]), f(k[2], k[3])), f(f(k[4], k[5]), f(k[6], k[7])));
}

template <int Q>
GOSSET_INLINE Decoded decode(const uint8_t* slice) {
    const Residues u = unpack<Q>(slice);
    Bytes k[8];
    for_lanes([&](auto i) __attribute__((always_inline)) {
        k[i] = lookup(Table32(kKeys<Q>.at[i]), u.r[i]);
    });
    // A tree of rounding averages: sum(k) / 4 = 4 sum(|d| / 2) + bias, the keys' low nibbles and
    // the roundings giving a bias in [14, 20]. The two sides of the norm test differ by multiples
    // of 8 on this scale, so that the bias does not change its outcome.
    const Bytes sum =
        adds(avg(avg(k[0], k[1]), avg(k[2], k[3])), avg(avg(k[4], k[5]), avg(k[6], k[7])));
    const Bytes longest = tree(
        k, [](Bytes a, Bytes b) __attribute__((always_inline)) { return max(a, b); });
    const Bytes shortest = tree(
        k, [](Bytes a, Bytes b) __attribute__((always_inline)) { return min(a, b); });

    const Mask negatives = any_bit(u.fold, set1(Q)), p2 = sign_bit(u.last), p1 = p2 ^ negatives;
    const Bytes size = set1(0xf0), h8 = shl16<3>(u.h);
    const Bytes longest4 = avg(longest & size, h8), shortest4 = avg(shortest & size, h8);  // 4 |d|
    const Bytes left = adds(sum, keep(p1, sub(set1(4 * Q), longest4)));
    const Bytes right = add(sub(set1(8 * Q + 21), shl16<1>(h8)), keep(p2, shortest4));
    const Mask second = greater(left, right);

    Decoded d;
    d.flip = p1 ^ (second & negatives);
    d.move = select(second, shortest ^ set1(1), longest);
    // First candidate: d + Q = r ^ Q; second: (r - Q) + Q.
    const Bytes toggle = select(second, zero(), set1(Q));
    for_lanes([&](auto i) __attribute__((always_inline)) { d.w[i] = u.r[i] ^ toggle; });
    return d;
}

/// f + the block of one slice: x its activations, sum theirs, moves what the repairs multiply.
template <int Q>
GOSSET_INLINE F32Rows fold_slice(const uint8_t* slice, const Inputs& x, int32_t sum,
                                 const GroupTable& moves, F32Rows scale, F32Rows f) {
    const Decoded d = decode<Q>(slice);
    // 16-bit sums, where there are any: 4 vectors give at most 4 * 2 * 31 * 127 < 32768.
    U4Acc even = zero_u4(), odd = zero_u4();
    for_lanes([&](auto i) __attribute__((always_inline)) {
        U4Acc& acc = i % 2 == 0 ? even : odd;
        acc = dot_u4<i>(acc, d.w[i], x);
    });
    const Bytes moved = keep(d.flip, lookup(moves, d.move & set1(15)));
    const I32Rows start = dot_u7_lanes(set_rows(-Q * sum), set1(2 * Q), moved);
    const I32Rows acc = total_u4(even, zero_u4()) + total_u4(odd, zero_u4()) + start;
    return fma(to_f32(acc), scale, f);
}

template <int Q>
void gemv_ext(const MatvecArgs& a) {
    constexpr uint32_t kBytes = e8n::Layout<Q>::kPanelBytes, kIndexAt = e8n::Layout<Q>::kCodeBytes;
    const ScaleTable table(a.w.table);
    const uint32_t blocks = a.w.blocks;
    const uint8_t* p = a.w.panels + size_t(a.row_block_begin) * blocks * kBytes;
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++) {
        F32Rows f[kSlices];
        for_slices([&](auto s) __attribute__((always_inline)) { f[s] = zero_f32(); });
        const int8_t* q = a.x.q;
        const uint8_t* ext = a.x.ext;
        for (uint32_t b = 0; b < blocks; b++, p += kBytes, q += kPanelCols, ext += e8n::kExtBytes) {
            prefetch_panel<kBytes>(p);
            const Inputs x(q);
            const ScaleIndex index(p + kIndexAt);
            const GroupTable moves(ext);
            for_slices([&](auto s) __attribute__((always_inline)) {
                const F32Rows scale = mul(lookup<s>(table, index), set_f32(a.x.scale[b]));
                f[s] = fold_slice<Q>(p + kSliceBytes * s, x, a.x.sum[b], moves, scale, f[s]);
            });
        }
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
        const Decoded d = GOSSET_ISA::decode<Q>(panel + kSliceBytes * s);
        const Bytes bit = keep(d.flip, lookup(Table16(kBit), d.move & set1(15)));
        const Bytes up = set1(2 * Q), down = set1(-2 * Q);
        const Bytes step = select(any_bit(d.move, set1(1)), up, down);
        for_lanes([&](auto i) __attribute__((always_inline)) {
            const Bytes repair = keep(any_bit(bit, set1(1 << i)), step);
            sink(i, add(add(d.w[i], set1(Q)), repair));
        });
    }
};

template <int Q>
constexpr CodecKernels kernels = {gemv_ext<Q>, gemm<RepairedPanel<Q>>, nullptr, nullptr};
constexpr CodecKernels members[] = {kernels<4>, kernels<8>, kernels<16>};

}  // namespace

extern const FamilyKernels e8n_kernels;
constinit const FamilyKernels e8n_kernels = {members, 3};

}  // namespace gosset::GOSSET_ISA
