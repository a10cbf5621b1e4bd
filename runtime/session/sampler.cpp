#include "runtime/session/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "runtime/base/math.hpp"

namespace gosset {

Result<Sampler> Sampler::create(uint32_t vocab, const SamplerOptions& o) {
    const auto bad = [](const char* name, float value, const char* range) {
        return invalid_argument(std::string(name) + " " + std::to_string(value) + ": " + range);
    };
    if (vocab == 0) return invalid_argument("a sampler needs a vocabulary");
    if (!(o.temperature >= 0) || std::isinf(o.temperature))
        return bad("temperature", o.temperature, "0 or more");
    if (!(o.top_p > 0 && o.top_p <= 1)) return bad("top-p", o.top_p, "above 0, at most 1");
    if (!(o.min_p >= 0 && o.min_p <= 1)) return bad("min-p", o.min_p, "0 to 1");
    if (!(o.repeat_penalty > 0) || std::isinf(o.repeat_penalty))
        return bad("repeat-penalty", o.repeat_penalty, "above 0");
    Sampler s;
    s.options_ = o;
    s.rng_ = Rng(o.seed);
    s.logits_.resize(vocab);
    s.candidates_.resize(vocab);
    s.recent_.resize(std::min<uint32_t>(o.repeat_last_n, 1u << 20));
    return s;
}

void Sampler::accept(uint32_t token) {
    if (recent_.empty() || token >= logits_.size()) return;
    recent_[recent_next_] = token;
    recent_next_ = (recent_next_ + 1) % recent_.size();
    recent_count_ = std::min(recent_count_ + 1, recent_.size());
}

void Sampler::reset() {
    rng_ = Rng(options_.seed);
    recent_count_ = recent_next_ = 0;
}

// Keskar et al. 2019 (CTRL), section 4.1, once per distinct recent token.
void Sampler::penalize() {
    for (size_t i = 0; i < recent_count_; i++) {
        const uint32_t id = recent_[i];
        if (std::find(recent_.begin(), recent_.begin() + long(i), id) != recent_.begin() + long(i))
            continue;
        float& x = logits_[id];
        x = x > 0 ? x / options_.repeat_penalty : x * options_.repeat_penalty;
    }
}

// Sorts the candidates that top-k, top-p and min-p keep to the front, best first.
size_t Sampler::keep_best() {
    size_t n = candidates_.size();
    if (options_.top_k > 0 && options_.top_k < n) n = options_.top_k;
    const auto better = [](const Candidate& a, const Candidate& b) {
        return a.logit > b.logit || (a.logit == b.logit && a.id < b.id);
    };
    std::partial_sort(candidates_.begin(), candidates_.begin() + long(n), candidates_.end(),
                      better);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        candidates_[i].p = math::exp(candidates_[i].logit - candidates_[0].logit);
        sum += candidates_[i].p;
    }
    if (options_.top_p < 1) {
        double cumulative = 0;
        size_t kept = 0;
        while (kept < n && cumulative < options_.top_p * sum) cumulative += candidates_[kept++].p;
        n = std::max<size_t>(kept, 1);
    }
    // p of the best is 1 before normalising, so min-p compares with p itself
    while (n > 1 && candidates_[n - 1].p < options_.min_p) n--;
    return n;
}

uint32_t Sampler::draw(size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const float d = candidates_[i].logit - candidates_[0].logit;
        candidates_[i].p = math::exp(d / options_.temperature);
        sum += candidates_[i].p;
    }
    double left = rng_.uniform() * sum;
    for (size_t i = 0; i < n; i++)
        if ((left -= candidates_[i].p) < 0) return candidates_[i].id;
    return candidates_[n - 1].id;
}

Result<uint32_t> Sampler::sample(const float* logits) {
    const size_t vocab = logits_.size();
    std::copy(logits, logits + vocab, logits_.begin());
    const bool bias = options_.logit_bias != nullptr;
    if (bias) options_.logit_bias(logits_.data(), vocab, options_.logit_bias_user);
    const bool greedy = options_.greedy || options_.temperature == 0;
    if (!options_.greedy && options_.repeat_penalty != 1) penalize();
    uint32_t best = 0;
    for (uint32_t i = 0; i < vocab; i++) {
        if (!(logits_[i] < std::numeric_limits<float>::infinity()))
            return internal_error("logit " + std::to_string(i) +
                                  " is not a number: the model's weights or scales are broken");
        if (logits_[i] > logits_[best]) best = i;
    }
    if (std::isinf(logits_[best])) return invalid_argument("every token is excluded");
    if (greedy) return best;
    for (uint32_t i = 0; i < vocab; i++) candidates_[i] = {logits_[i], i, 0};
    return draw(keep_best());
}

}  // namespace gosset
