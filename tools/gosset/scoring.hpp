/// Quality of logits over many tokens: negative log-likelihood, perplexity, Kullback-Leibler
/// divergence from a base. Probabilities are the softmax kernel's floats, sums are doubles in token
/// order and the logarithm is ours, so the figures are the same on every machine. Relies on the
/// operation kernels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "simd/kernels.hpp"

namespace gosset::cli {

/// log(sum exp(x)) of n > 0 values, to about 1e-6, by way of p = softmax(x), [n].
double log_sum_exp(const OpKernels& ops, const float* x, size_t n, float* p);
/// Index of the largest value, the lowest on a tie.
size_t arg_max(const float* x, size_t n);

/// A mean over tokens and its standard error.
struct Mean {
    double mean, error;
};

class Scorer {
  public:
    Scorer(size_t vocab, const OpKernels& ops) : vocab_(vocab), ops_(ops), p_(vocab) {}

    /// Scores the logits (vocab floats) that predict `target`; base, if not null, the logits of the
    /// base at the same place.
    void add(const float* logits, uint32_t target, const float* base);

    size_t tokens() const { return tokens_; }
    Mean nll() const { return mean_of(nll_sum_, nll_squares_); }
    Mean kld() const { return mean_of(kld_sum_, kld_squares_); }
    /// Of the tokens' divergences: fraction 0.5 is the median; interpolated as numpy does.
    double kld_quantile(double fraction) const;
    /// Share of tokens for which model and base like the same token best.
    double top1_agree() const { return double(agreed_) / double(tokens_); }

  private:
    Mean mean_of(double sum, double squares) const;

    size_t vocab_, tokens_ = 0, agreed_ = 0;
    const OpKernels& ops_;
    std::vector<float> p_;
    double nll_sum_ = 0, nll_squares_ = 0, kld_sum_ = 0, kld_squares_ = 0;
    std::vector<double> klds_;
};

}  // namespace gosset::cli
