/// Chooses a token from logits. The chain, in llama.cpp's order: logit bias, repetition penalty,
/// top-k, top-p, min-p, temperature, draw. Same seed and logits: same token on every machine.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/base/rng.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

struct SamplerOptions {
    bool greedy = false;  ///< the largest logit, lowest id on a tie
    uint64_t seed = 0;
    float temperature = 0.8f, top_p = 0.95f, min_p = 0.05f, repeat_penalty = 1.0f;
    uint32_t top_k = 40, repeat_last_n = 64;
    void (*logit_bias)(float* logits, size_t vocab, void* user) = nullptr;
    void* logit_bias_user = nullptr;
};

class Sampler {
  public:
    /// Checks the options; allocates all that sample() will need.
    static Result<Sampler> create(uint32_t vocab, const SamplerOptions& options);

    /// Allocates nothing. logits: [vocab], unchanged. Non-finite logits (other than -inf) are an
    /// error: the computation that made them is broken.
    Result<uint32_t> sample(const float* logits);
    void accept(uint32_t token);
    void reset();

  private:
    struct Candidate {
        float logit;
        uint32_t id;
        float p;
    };
    void penalize();
    size_t keep_best();
    uint32_t draw(size_t n);

    SamplerOptions options_;
    Rng rng_;
    std::vector<float> logits_;
    std::vector<Candidate> candidates_;
    std::vector<uint32_t> recent_;  // ring of the last repeat_last_n tokens
    size_t recent_count_ = 0, recent_next_ = 0;
};

}  // namespace gosset
