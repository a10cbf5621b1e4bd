/// K = 25: both halves are gathered, which is most of the work.
#include "simd/family.hpp"
#if defined(__AVX512VBMI__)
#include "simd/codecs/pvq/decode25_wide.hpp"
#else
#include "simd/codecs/pvq/decode25_narrow.hpp"
#endif

namespace gosset::GOSSET_ISA {

void pvq4_gemv(const MatvecArgs&);
void pvq4_gemm(const MatvecArgs&);

void pvq4_gemv(const MatvecArgs& a) {
#if defined(__AVX512VBMI__)
    gemv_ahead(a);
#else
    gemv_groups<Pvq4>(a);
#endif
}
void pvq4_gemm(const MatvecArgs& a) {
    gemm_groups<Pvq4>(a);
}

}  // namespace gosset::GOSSET_ISA
