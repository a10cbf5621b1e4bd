#include "tests/runtime/tiny.hpp"

#include <xxhash.h>

#include "runtime/base/rng.hpp"
#include "simd/dispatch.hpp"
#include "tools/quantize/pipeline.hpp"

namespace gosset::test {

quantize::SynthShape tiny_shape() {
    quantize::SynthShape s;
    s.layers = 2, s.dim = 72, s.ffn = 172, s.heads = 6, s.kv_heads = 2, s.vocab = 331;
    s.context = 1024;
    return s;
}

void make_model(const std::string& path, const std::string& codec, uint64_t seed,
                quantize::SynthShape shape) {
    shape.seed = seed;
    auto source = quantize::make_synth_source(shape);
    REQUIRE_OK(source);
    quantize::Options options;
    options.plan.codec = codec;
    options.plan.head_codec = options.plan.value_codec = codec;
    options.threads = 2;
    REQUIRE_OK(quantize::quantize_model(**source, path, options));
}

Bound open_bound(const std::string& path, const std::string& isa_name) {
    Bound b;
    auto file = ModelFile::open(path);
    REQUIRE_OK(file);
    b.file = std::move(*file);
    auto isa = select_isa(isa_name);
    REQUIRE_OK(isa);
    auto weights = bind_model(b.file, **isa);
    REQUIRE_OK(weights);
    b.weights = std::move(*weights);
    return b;
}

uint64_t logits_hash(const ModelWeights& weights, const std::vector<uint32_t>& tokens,
                     uint32_t threads, uint32_t batch, KvType kv) {
    SessionShape shape;
    shape.context = uint32_t(tokens.size());
    shape.batch = batch, shape.threads = threads, shape.kv_type = kv;
    auto session = Session::create(weights, shape, {});
    REQUIRE_OK(session);
    XXH3_state_t* state = XXH3_createState();
    XXH3_64bits_reset(state);
    for (size_t i = 0; i < tokens.size(); i += batch) {
        const size_t n = std::min<size_t>(batch, tokens.size() - i);
        REQUIRE_OK((*session)->feed({&tokens[i], n}, uint32_t(i), 0, Want::all, nullptr));
        REQUIRE((*session)->logits_count() == n);
        for (uint32_t r = 0; r < n; r++)
            XXH3_64bits_update(state, (*session)->logits(r), weights.config.vocab * sizeof(float));
    }
    const uint64_t hash = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    return hash;
}

std::vector<uint32_t> some_tokens(size_t n, uint32_t vocab, uint64_t seed) {
    Rng rng(seed);
    std::vector<uint32_t> tokens(n);
    for (uint32_t& t : tokens) t = rng.below(vocab);
    return tokens;
}

}  // namespace gosset::test
