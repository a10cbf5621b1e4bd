#include "simd/codecs/e8c/layout.hpp"
#include "simd/family.hpp"
#include "simd/parts/panel_loop.hpp"
#if defined(__AVX512VBMI__)
#include "simd/codecs/e8c/decode_wide.hpp"
#else
#include "simd/codecs/e8c/decode_narrow.hpp"
#endif
#if defined(__AVX2__) && !defined(__AVX512VBMI__)
#include "simd/codecs/e8c/mirrored.hpp"
#define GOSSET_MIRRORED 1
#endif

namespace gosset::GOSSET_ISA {

namespace {

template <int H>
struct Shape : BlockScaled<e8c::Layout<H>::kPanelBytes, e8c::Layout<H>::kCodeBytes> {};
template <>
struct Shape<3> : RowScaled<e8c::Layout<3>::kPanelBytes> {};

template <int H>
struct Panel : Shape<H> {
    using Sums = TableSums;

    explicit GOSSET_INLINE Panel(const Weights& w) : decoder(Table32(w.params)) {}
    template <int s, class Sink>
    GOSSET_INLINE void decode(const uint8_t* panel, Sink sink) const {
        decoder.template decode<s>(panel, sink);
    }
    Decoder<H> decoder;
};

#ifdef GOSSET_MIRRORED

/// Lists of up to 16 levels that mirror themselves: the usual decoder's levels suit SizedSums.
template <int H>
struct MirrorPanel : Panel<H> {
    using Panel<H>::Panel;
    using Sums = SizedSums;
    using Table = ScalePairs;
};

/// For lists that are no mirror images.
template <int H>
__attribute__((noinline)) void gemv_of_any(const MatvecArgs& a) {
    gemv<Panel<H>>(a);
}
template <int H>
__attribute__((flatten)) void gemv_of(const MatvecArgs& a) {
    if (!is_mirrored<H>(a.w.params)) return gemv_of_any<H>(a);
    if constexpr (e8c::Layout<H>::kLevels == 32)
        gemv_mirrored<H>(a);
    else
        gemv<MirrorPanel<H>>(a);
}

#endif

template <int H>
constexpr auto choose_gemv() {
#ifdef GOSSET_MIRRORED
    // e8c1.5 would gain nothing. A gemm decodes too seldom to gain.
    if constexpr (H > 3)
        return gemv_of<H>;
    else
#endif
        return gemv<Panel<H>>;
}

template <int H>
constexpr CodecKernels member = {choose_gemv<H>(), gemm<Panel<H>>, decode_row<Panel<H>>, nullptr};
constexpr CodecKernels members[] = {member<3>, member<4>, member<5>, member<6>,
                                    member<7>, member<8>, member<9>};

}  // namespace

extern const FamilyKernels e8c_kernels;
constinit const FamilyKernels e8c_kernels = {members, 7};

}  // namespace gosset::GOSSET_ISA
