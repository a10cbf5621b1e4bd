#include "tools/gosset/scoring.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/base/math.hpp"

namespace gosset::cli {

double log_sum_exp(const OpKernels& ops, const float* x, size_t n, float* p) {
    const size_t top = arg_max(x, n);
    std::copy_n(x, n, p);
    ops.softmax(p, n);
    return double(x[top]) - math::log(double(p[top]));
}

size_t arg_max(const float* x, size_t n) {
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    return best;
}

void Scorer::add(const float* logits, uint32_t target, const float* base) {
    const double lse = log_sum_exp(ops_, logits, vocab_, p_.data());
    const double nll = lse - double(logits[target]);
    tokens_++;
    nll_sum_ += nll;
    nll_squares_ += nll * nll;
    if (!base) return;

    // KLD(base || model) = sum p_base (log p_base - log p); 0 log 0 = 0.
    const double base_lse = log_sum_exp(ops_, base, vocab_, p_.data());
    double kld = 0;
    for (size_t i = 0; i < vocab_; i++) {
        const double log_base = double(base[i]) - base_lse;
        if (p_[i] > 0) kld += double(p_[i]) * (log_base - (double(logits[i]) - lse));
    }
    klds_.push_back(kld);
    kld_sum_ += kld;
    kld_squares_ += kld * kld;
    agreed_ += arg_max(logits, vocab_) == arg_max(base, vocab_);
}

double Scorer::kld_quantile(double fraction) const {
    std::vector<double> sorted = klds_;
    std::sort(sorted.begin(), sorted.end());
    const double place = fraction * double(sorted.size() - 1);
    const size_t below = size_t(place), above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - double(below)) * (sorted[above] - sorted[below]);
}

Mean Scorer::mean_of(double sum, double squares) const {
    const double n = double(tokens_), mean = sum / n;
    const double variance = std::max(0.0, squares / n - mean * mean);
    return {mean, tokens_ > 1 ? std::sqrt(variance / (n - 1)) : 0};
}

}  // namespace gosset::cli
