/// Quality of logits over many tokens: negative log-likelihood, perplexity, Kullback-Leibler
/// divergence from a base. Sums are doubles in token order and exp and log are ours, so the figures
/// are the same on every machine. Relies on runtime/base.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gosset::cli {

/// log(sum exp(x)) of n > 0 values, as max + log(sum exp(x - max)) in index order.
double log_sum_exp(const float* x, size_t n);
/// Index of the largest value, the lowest on a tie.
size_t arg_max(const float* x, size_t n);

/// A mean over tokens and its standard error.
struct Mean {
    double mean, error;
};

class Scorer {
  public:
    explicit Scorer(size_t vocab) : vocab_(vocab) {}

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
    double nll_sum_ = 0, nll_squares_ = 0, kld_sum_ = 0, kld_squares_ = 0;
    std::vector<double> klds_;
};

}  // namespace gosset::cli
