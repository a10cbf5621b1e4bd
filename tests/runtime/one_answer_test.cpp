// The product's promise: the same logits, bit for bit, on every tier, with any number of threads,
// fed token by token or in batches of any size.
#include <cinttypes>
#include <map>

#include "simd/codec.hpp"
#include "simd/dispatch.hpp"
#include "tests/runtime/tiny.hpp"

using namespace gosset;
using namespace gosset::test;

TEST_CASE("one answer: codecs x tiers x threads x batches") {
    TempDir dir;
    Rng rng(seed());
    for (const Codec* codec : all_codecs()) {
        if (short_run() && rng.below(3)) continue;  // the golden files have all of them
        CAPTURE(std::string(codec->name));
        make_model(dir.path("m.gosset"), codec->name, seed());
        const auto tokens = some_tokens(short_run() ? 19 : 67, tiny_shape().vocab, seed() + 1);
        const Bound scalar = open_bound(dir.path("m.gosset"), "scalar");
        const uint64_t expected = logits_hash(*scalar.weights, tokens, 1, 1);
        const uint64_t expected_f32 = logits_hash(*scalar.weights, tokens, 1, 67, KvType::f32);
        CHECK(expected != expected_f32);
        for (const Isa* isa : supported_isas()) {
            CAPTURE(std::string(isa_name(*isa)));
            const Bound b = open_bound(dir.path("m.gosset"), isa_name(*isa));
            for (uint32_t threads : {1u, 2u, 3u})
                for (uint32_t batch : {1u, 2u, 5u, 16u, 64u, 65u, 67u}) {
                    if (threads == 3 && batch != 1 && batch != 64) continue;
                    if (batch != 1 && batch != 64 && rng.below(3)) continue;
                    if (left_out(rng)) continue;
                    CAPTURE(threads);
                    CAPTURE(batch);
                    CHECK(logits_hash(*b.weights, tokens, threads, batch) == expected);
                }
            CHECK(logits_hash(*b.weights, tokens, 2, 7, KvType::f32) == expected_f32);
        }
    }
}

TEST_CASE("one answer over several attention chunks") {
    TempDir dir;
    make_model(dir.path("m.gosset"), "q8", seed());
    const size_t chunks = short_run() ? 1 : 2;
    const auto tokens = some_tokens(chunks * kAttentionChunk + 3, tiny_shape().vocab, seed() + 1);
    const Bound first = open_bound(dir.path("m.gosset"));
    const uint64_t expected = logits_hash(*first.weights, tokens, 1, 128);
    CHECK(logits_hash(*first.weights, tokens, 2, 1) == expected);
    for (const Isa* isa : supported_isas()) {
        CAPTURE(std::string(isa_name(*isa)));
        const Bound b = open_bound(dir.path("m.gosset"), isa_name(*isa));
        CHECK(logits_hash(*b.weights, tokens, 2, 100) == expected);
    }
}

// The bytes of `gosset synth` and the logits that they give, pinned: these numbers are the same on
// every machine and in every release of format v1. GOSSET_PRINT_GOLDEN=1 prints a new table.
TEST_CASE("golden logits") {
    const std::map<std::string, uint64_t> golden = {
#include "tests/runtime/golden_logits.inc"
    };
    TempDir dir;
    const bool print = std::getenv("GOSSET_PRINT_GOLDEN") != nullptr;
    Rng rng(seed());
    for (const Codec* codec : all_codecs()) {
        if (short_run() && rng.below(3)) continue;  // encoding is slow there
        make_model(dir.path("g.gosset"), codec->name, 42);
        const auto tokens = some_tokens(40, tiny_shape().vocab, 42);
        const Bound b = open_bound(dir.path("g.gosset"));
        const uint64_t hash = logits_hash(*b.weights, tokens, 2, 16);
        if (print) std::printf("{\"%s\", 0x%016" PRIx64 "u},\n", codec->name, hash);
        INFO(std::string(codec->name));
        const auto it = golden.find(codec->name);
        CHECK((it != golden.end() && hash == it->second));
    }
}
