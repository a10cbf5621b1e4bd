/// Small models for the runtime's tests: made by the product's own synth and quantizer, opened
/// through the C++ layers, and a plain way to get logits out of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "format/reader.hpp"
#include "runtime/model/bind.hpp"
#include "runtime/session/session.hpp"
#include "tests/support/support.hpp"
#include "tools/quantize/synth_source.hpp"

namespace gosset::test {

/// Odd sizes on purpose: rows and columns that need padding, GQA, a head dimension that is no power
/// of two.
quantize::SynthShape tiny_shape();

/// Quantizes the synthetic model to `path`.
void make_model(const std::string& path, const std::string& codec, uint64_t seed,
                quantize::SynthShape shape = tiny_shape());

/// A file and its weights on one tier.
struct Bound {
    ModelFile file;
    std::unique_ptr<ModelWeights> weights;
};
Bound open_bound(const std::string& path, const std::string& isa = "");

/// XXH3-64 of the logits of all tokens, fed in pieces of `batch`.
uint64_t logits_hash(const ModelWeights& weights, const std::vector<uint32_t>& tokens,
                     uint32_t threads, uint32_t batch, KvType kv = KvType::f16);

/// n tokens below vocab, the same everywhere.
std::vector<uint32_t> some_tokens(size_t n, uint32_t vocab, uint64_t seed);

}  // namespace gosset::test
