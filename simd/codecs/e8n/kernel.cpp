/// Nested E8 in lanes: a byte lane is a group, so that everything is vertical. The repair of the
/// parity stays outside the coordinates: a key names the coordinate that moves and its direction,
/// one lookup in the signed activations of the block (layout.hpp, kExtBytes) gives what the move
/// multiplies, and one more dot adds 2Q times that. residue.hpp is the definition.
#include "simd/codecs/e8n/layout.hpp"
#include "simd/family.hpp"
#include "simd/parts/b64_bits.hpp"
#include "simd/parts/panel_loop.hpp"

namespace gosset::GOSSET_ISA {

namespace {

/// Residues r[i] = n[i] mod 2Q, and what else the planes say.
struct Residues {
    B64 r[8];
    B64 last;  ///< bit 7: bit log2(2Q) of n[0]
    B64 h;     ///< the common lowest bit
    B64 fold;  ///< xor of all r
};

template <int Q>
GOSSET_INLINE Residues unpack(const uint8_t* p) {
    Residues u;
    B64* r = u.r;
    const B64 a = load_once(p), b = load_once(p + 64), one = set1(1), field = set1(2 * Q - 2);
    if constexpr (Q == 16) {
        const B64 c = load_once(p + 128), last = load_once(p + 192), h = last & one;
        r[1] = and_or(a, field, h), r[2] = or_bits<5, 6, 7, 0>(a, h);
        r[3] = and_or(b, field, h), r[4] = or_bits<5, 6, 7, 0>(b, h);
        r[5] = and_or(c, field, h), r[6] = or_bits<5, 6, 7, 0>(c, h);
        r[7] = last & set1(15), r[0] = and_or(shr16<2>(last), set1(0x1c), h);
        u.last = last, u.h = h;
    } else if constexpr (Q == 8) {
        const B64 last = load_once(p + 128), h = last & one;
        r[1] = and_or(a, field, h), r[2] = or_bits<5, 6, 7, -1>(a, h);
        r[3] = and_or(b, field, h), r[4] = or_bits<5, 6, 7, -1>(b, h);
        r[5] = or_bits<0, -1, -1, -1>(a, or_bits<-1, 0, -1, -1>(b, and_or(last, set1(8), h)));
        r[6] =
            or_bits<4, -1, -1, -1>(a, or_bits<-1, 4, -1, -1>(b, or_bits<-1, -1, 4, -1>(last, h)));
        r[7] = last & set1(7), r[0] = and_or(shr16<3>(last), set1(0x0c), h);
        u.last = last, u.h = h;
    } else {
        const B64 h = b & one;
        r[1] = and_or(a, field, h), r[2] = or_bits<3, 4, -1, -1>(a, h);
        r[3] = or_bits<5, 6, -1, -1>(a, h), r[4] = or_bits<7, 0, -1, -1>(a, h);
        r[5] = or_bits<2, 3, -1, -1>(b, h), r[6] = or_bits<4, 5, -1, -1>(b, h);
        r[7] = b & set1(3), r[0] = and_or(shr16<4>(b), set1(4), h);
        u.last = b, u.h = h;
    }
    // Bit 1 of n[0] makes the sum 0 mod 4.
    const B64 rest = xor3(xor3(r[1], r[2], r[3]), xor3(r[4], r[5], r[6]), r[7]);
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
    B64 w[8];     ///< level + Q, in [0, 2Q)
    B64 move;     ///< low nibble 2 * i + s: coordinate i moves by 2Q, down if s is 0, up if 1 ...
    Mask64 flip;  ///< ... in these lanes
};

template <class F>
GOSSET_INLINE B64 tree(const B64* k, F f) {
    return f(f(f(k[0], k[1]), f(k[2], k[3])), f(f(k[4], k[5]), f(k[6], k[7])));
}

template <int Q>
GOSSET_INLINE Decoded decode(const uint8_t* panel) {
    const Residues u = unpack<Q>(panel);
    B64 k[8];
    for_lanes([&](auto i) __attribute__((always_inline)) {
        k[i] = lookup(Table32(kKeys<Q>.at[i]), u.r[i]);
    });
    // A tree of rounding averages: sum(k) / 4 = 4 sum(|d| / 2) + bias, the keys' low nibbles and
    // the roundings giving a bias in [14, 20]. The two sides of the norm test differ by multiples
    // of 8 on this scale, so that the bias does not change its outcome.
    const B64 sum =
        adds(avg(avg(k[0], k[1]), avg(k[2], k[3])), avg(avg(k[4], k[5]), avg(k[6], k[7])));
    const B64 longest = tree(
        k, [](B64 a, B64 b) __attribute__((always_inline)) { return max(a, b); });
    const B64 shortest = tree(
        k, [](B64 a, B64 b) __attribute__((always_inline)) { return min(a, b); });

    const Mask64 negatives = any_bit(u.fold, set1(Q)), p2 = sign_bit(u.last), p1 = p2 ^ negatives;
    const B64 size = set1(0xf0), h8 = shl16<3>(u.h);
    const B64 longest4 = avg(longest & size, h8), shortest4 = avg(shortest & size, h8);  // 4 |d|
    const B64 left = adds(sum, keep(p1, sub(set1(4 * Q), longest4)));
    const B64 right = add(sub(set1(8 * Q + 21), shl16<1>(h8)), keep(p2, shortest4));
    const Mask64 second = greater(left, right);

    Decoded d;
    d.flip = p1 ^ (second & negatives);
    d.move = select(second, shortest ^ set1(1), longest);
    // First candidate: d + Q = r ^ Q; second: (r - Q) + Q.
    const B64 toggle = select(second, zero(), set1(Q));
    for_lanes([&](auto i) __attribute__((always_inline)) { d.w[i] = u.r[i] ^ toggle; });
    return d;
}

template <int Q>
void gemv_ext(const MatvecArgs& a) {
    constexpr uint32_t kBytes = e8n::Layout<Q>::kPanelBytes, kIndexAt = e8n::Layout<Q>::kCodeBytes;
    const ScaleTable table(a.w.table);
    const uint32_t blocks = a.w.blocks;
    const uint8_t* p = a.w.panels + size_t(a.row_block_begin) * blocks * kBytes;
    for (uint32_t rb = a.row_block_begin; rb < a.row_block_end; rb++) {
        F32Rows f = zero_f32();
        const int8_t* q = a.x.q;
        const uint8_t* ext = a.x.ext;
        for (uint32_t b = 0; b < blocks; b++, p += kBytes, q += kPanelCols, ext += e8n::kExtBytes) {
            prefetch_panel<kBytes>(p);
            const Decoded d = decode<Q>(p);
            // 16-bit sums, where there are any: 4 vectors give at most 4 * 2 * 31 * 127 < 32768.
            U4Acc even = zero_u4(), odd = zero_u4();
            for_lanes([&](auto i) __attribute__((always_inline)) {
                U4Acc& acc = i % 2 == 0 ? even : odd;
                acc = dot_u4(acc, d.w[i], broadcast4(q + 4 * i));
            });
            const B64 moved = keep(d.flip, lookup(GroupTable(ext), d.move & set1(15)));
            const I32Rows start = dot_u7_lanes(set_rows(-Q * a.x.sum[b]), set1(2 * Q), moved);
            const I32Rows sum = total_u4(even, zero_u4()) + total_u4(odd, zero_u4()) + start;
            const F32Rows scale = mul(lookup(table, p + kIndexAt), set_f32(a.x.scale[b]));
            f = fma(to_f32(sum), scale, f);
        }
        store(a.y + size_t(16) * rb, mul(f, load_f16(a.w.row_scales + size_t(16) * rb)));
    }
}

/// For gemm, which decodes once for many tokens: the repair is made in the coordinates.
template <int Q>
struct RepairedPanel {
    static constexpr uint32_t kBytes = e8n::Layout<Q>::kPanelBytes;
    static constexpr uint32_t kIndexAt = e8n::Layout<Q>::kCodeBytes;
    using Sums = U7Sums<2 * Q>;  // level + 2Q in [0, 4Q]

    template <class Sink>
    GOSSET_INLINE static void decode(const uint8_t* panel, Sink sink) {
        // By the low nibble of the key: the coordinate as one bit, and the step mod 256.
        alignas(16) static constexpr uint8_t kBit[16] = {1,  1,  2,  2,  4,  4,  8,   8,
                                                         16, 16, 32, 32, 64, 64, 128, 128};
        const Decoded d = GOSSET_ISA::decode<Q>(panel);
        const B64 bit = keep(d.flip, lookup(Table16(kBit), d.move & set1(15)));
        const B64 up = set1(2 * Q), down = set1(-2 * Q);
        const B64 step = select(any_bit(d.move, set1(1)), up, down);
        for_lanes([&](auto i) __attribute__((always_inline)) {
            const B64 repair = keep(any_bit(bit, set1(1 << i)), step);
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
