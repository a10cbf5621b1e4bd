/// exp, log and their kin with the same bits on every CPU and compiler, because they are made of
/// + - * / sqrt, std::fma and bit moves only. Whatever reaches a result uses these, never libm's.
/// Relies on nothing. The float forms are templates (runtime/base/math_float.hpp) that the SIMD
/// kernels share.
///
/// NaN gives NaN. Errors are largest measured ones, in units of the last place (tests/base).
#pragma once

namespace gosset::math {

float exp(float x);   ///< <= 1.1 ulp, subnormal results included; overflow +inf, underflow 0
float log(float x);   ///< <= 1 ulp; 0: -inf; negative: NaN
float tanh(float x);  ///< <= 2 ulp; odd

double exp(double x);  ///< <= 1 ulp, subnormal results included
double log(double x);  ///< <= 1 ulp; 0: -inf; negative: NaN
/// <= 1 ulp for |x| <= 2^20, and accurate far beyond; NaN for |x| > 2^30, which no angle of a
/// model reaches.
double sin(double x);
double cos(double x);
/// x^y for x >= 0; <= 2 ulp while |y log x| <= 15, <= 8 ulp always. pow(x, 0) = 1, pow(0, y) is 0
/// for y > 0 and +inf for y < 0; x < 0 gives NaN.
double pow(double x, double y);
double tanh(double x);  ///< <= 3 ulp; odd
double erf(double x);   ///< <= 4 ulp; odd

}  // namespace gosset::math
