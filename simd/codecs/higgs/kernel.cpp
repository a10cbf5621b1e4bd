/// Grids in lanes: a table has 32 or 64 entries a dimension, which one vpermb, one tbl or two or
/// four pshufb look up, and the rest of the points are reflections. layout.hpp is the definition.
#include "simd/codecs/higgs/layout.hpp"
#include "simd/family.hpp"
#include "simd/parts/panel_loop.hpp"
#include "simd/parts/slice_grid.hpp"

namespace gosset::GOSSET_ISA {

namespace {

using higgs::Layout;
using higgs::Member;

template <Member m>
struct HiggsPanel : RowScaled<Layout<m>::kPanelBytes> {
    using Sums = TableSums;
    static constexpr int kPoints = Layout<m>::kPoints;

    explicit GOSSET_INLINE HiggsPanel(const Weights& w)
        : t0_(w.params),
          t1_(w.params + kPoints),
          t2_(w.params + (kFour ? 2 * kPoints : 0)),
          t3_(w.params + (kFour ? 3 * kPoints : 0)) {}

    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        const uint8_t* p = panel + kSliceBytes * s;
        if constexpr (m == Member::b2) {
            four<0>(load_once(p), sink), four<4>(load_once(p + 64), sink);
        } else if constexpr (m == Member::b2h) {
            swapped<s, 0>(load_once(p), panel + 128, sink);
            swapped<s, 4>(load_once(p + 64), panel + 144, sink);
        } else if constexpr (m == Member::b4) {
            mirrored<0>(load_once(p), sink), mirrored<2>(load_once(p + 64), sink);
            mirrored<4>(load_once(p + 128), sink), mirrored<6>(load_once(p + 192), sink);
        } else {
            const Bytes a = load_once(p), b = load_once(p + 64), c = load_once(p + 128);
            const Bytes last =
                blend(set1(3), shr16<5>(a), blend(set1(0x0c), shr16<3>(b), shr16<1>(c)));
            const Signs sa = sign_of<7>(a), sb = sign_of<7>(b), sc = sign_of<7>(c);
            const Signs sl = sign_of<6>(c);  // bit 5 of `last`
            if constexpr (m == Member::b3) {
                pair<0>(a, sa, sa, sink), pair<2>(b, sb, sb, sink);
                pair<4>(c, sc, sc, sink), pair<6>(last, sl, sl, sink);
            } else {
                const Signs w0 = signs(quarter_bit<s, 0>(panel + 192));
                const Signs w1 = signs(quarter_bit<s, 1>(panel + 192));
                pair<0>(a, sa ^ w0, sa, sink), pair<2>(b, sb ^ w0, sb, sink);
                pair<4>(c, sc ^ w1, sc, sink), pair<6>(last, sl ^ w1, sl, sink);
            }
        }
    }

  private:
    /// Columns j, j + 1, negated as n0 and n1 say.
    template <int j, class Sink>
    GOSSET_INLINE void pair(Bytes code, Signs n0, Signs n1, Sink sink) const {
        const LevelIndex<kPoints> i(code);
        sink(Lane<j>(), negate(n0, lookup(t0_, i)));
        sink(Lane<j + 1>(), negate(n1, lookup(t1_, i)));
    }
    template <int j, class Sink>
    GOSSET_INLINE void mirrored(Bytes code, Sink sink) const {
        pair<j>(code, sign_of<7>(code), sign_of<6>(code), sink);
    }
    /// Columns j .. j + 3, an even number of them negated.
    template <int j, class Sink>
    GOSSET_INLINE void four(Bytes code, Sink sink) const {
        const LevelIndex<kPoints> i(code);
        const Signs n0 = sign_of<7>(code), n1 = sign_of<6>(code), n2 = sign_of<5>(code);
        sink(Lane<j>(), negate(n0, lookup(t0_, i)));
        sink(Lane<j + 1>(), negate(n1, lookup(t1_, i)));
        sink(Lane<j + 2>(), negate(n2, lookup(t2_, i)));
        sink(Lane<j + 3>(), negate(n0 ^ n1 ^ n2, lookup(t3_, i)));
    }
    template <int s, int j, class Sink>
    GOSSET_INLINE void swapped(Bytes code, const uint8_t* quarter, Sink sink) const {
        const LevelIndex<kPoints> i(code);
        const Mask w = quarter_bit<s, 1>(quarter);
        const Signs n0 = sign_of<7>(code), n1 = sign_of<6>(code);
        const Signs n2 = signs(quarter_bit<s, 0>(quarter));
        const Bytes a = lookup(t0_, i), b = lookup(t1_, i);
        sink(Lane<j>(), negate(n0, select(w, b, a)));
        sink(Lane<j + 1>(), negate(n1, select(w, a, b)));
        const Bytes c = lookup(t2_, i), d = lookup(t3_, i);
        sink(Lane<j + 2>(), negate(n2, select(w, d, c)));
        sink(Lane<j + 3>(), negate(n0 ^ n1 ^ n2, select(w, c, d)));
    }

    static constexpr bool kFour = Layout<m>::kFour;
    Levels<kPoints> t0_, t1_, t2_, t3_;  ///< the last two for grids of four dimensions
};

template <Member m>
constexpr CodecKernels kernels = {gemv<HiggsPanel<m>>, gemm<HiggsPanel<m>>, nullptr, nullptr};
constexpr CodecKernels members[] = {kernels<Member::b2>, kernels<Member::b2h>, kernels<Member::b3>,
                                    kernels<Member::b3q>, kernels<Member::b4>};

}  // namespace

extern const FamilyKernels higgs_kernels;
constinit const FamilyKernels higgs_kernels = {members, higgs::kMembers};

}  // namespace gosset::GOSSET_ISA
