/// H = L D L^T, L unit lower triangular and D diagonal, both in blocks of `group` (QuIP#, arXiv
/// 2402.04396, section 4.2), by way of the Cholesky factor R, H = R^T R. Every sum has one order,
/// so that the factors are the same on every machine. Relies on the operation kernels.
#pragma once

#include <cstdint>
#include <vector>

#include "simd/kernels.hpp"

namespace gosset::quantize {

/// Rows begin .. end - 1 of the upper triangular R of h, [n][n], in place, from those of H less
/// what the rows of R before `begin` make up. False: H is not positive definite.
bool factor_block(float* h, uint64_t n, uint64_t begin, uint64_t end);

/// H, of which the upper triangle is set, becomes R with `damping` times the mean of its diagonal
/// added to that; ten times more, again and again, while it is not positive definite in f32. Below
/// its diagonal h then holds the H that was given, and `diagonal` the damped one. False, and h
/// unspecified: the diagonal is of zeros, or not finite.
bool damp_and_factor(std::vector<float>& h, uint64_t n, float damping, const OpKernels& ops,
                     std::vector<float>& diagonal);

/// x L_JJ = y in place for the group of columns J = [j, j + group), L_JJ[m][c] = R[j + c][j + m].
void divide_by_group(const float* r, uint64_t n, uint64_t j, uint32_t group, float* y);

/// L_kJ for one row k behind the group J = [j, j + group): [group].
void feed_back(const float* r, uint64_t n, uint64_t j, uint64_t k, uint32_t group, float* out);

}  // namespace gosset::quantize
