#include "simd/codecs/e8c/layout.hpp"
#include "simd/family.hpp"
#include "simd/parts/panel_loop.hpp"
#if defined(__AVX512VBMI__)
#include "simd/codecs/e8c/decode_wide.hpp"
#else
#include "simd/codecs/e8c/decode_narrow.hpp"
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

template <int H>
constexpr CodecKernels member = {gemv<Panel<H>>, gemm<Panel<H>>, decode_row<Panel<H>>, nullptr};
constexpr CodecKernels members[] = {member<3>, member<4>, member<5>, member<6>,
                                    member<7>, member<8>, member<9>};

}  // namespace

extern const FamilyKernels e8c_kernels;
constinit const FamilyKernels e8c_kernels = {members, 7};

}  // namespace gosset::GOSSET_ISA
