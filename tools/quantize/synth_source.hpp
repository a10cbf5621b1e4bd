/// A random Llama-shaped model as a source: for speed and for golden hashes. Every row has a seed
/// of its own, so rows come in any order and from any thread, and are the same on every machine.
/// Weights are N(0, 1 / fan-in), so that activations stay of order 1; norms lie near 1; the head is
/// not tied; there is no tokenizer (ids only). Relies on gosset::Rng.
#pragma once

#include <memory>

#include "tools/import/source.hpp"

namespace gosset::quantize {

struct SynthShape {
    uint32_t layers = 16, dim = 2048, ffn = 8192, heads = 32, kv_heads = 8, vocab = 32000;
    uint32_t context = 8192;
    uint64_t seed = 1;
};

/// Errors: a shape that is no model (a zero, dim not a multiple of heads, an odd head size, heads
/// not a multiple of kv_heads).
Result<std::unique_ptr<ModelSource>> make_synth_source(const SynthShape& shape);

}  // namespace gosset::quantize
