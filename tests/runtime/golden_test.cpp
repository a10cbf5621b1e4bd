// Format v1 is frozen: a file that a release wrote is read by every later one, to the same bits.
// tests/golden has one small model for each codec, never written again, and the logits it gives.
// GOSSET_WRITE_GOLDEN=1 writes the files that are missing and prints their lines of logits.inc.
#include <cinttypes>
#include <filesystem>
#include <map>

#include "simd/codec.hpp"
#include "simd/dispatch.hpp"
#include "tests/runtime/tiny.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

constexpr uint64_t kSeed = 1900;

quantize::SynthShape golden_shape() {
    quantize::SynthShape s;
    s.layers = 1, s.dim = 40, s.ffn = 56, s.heads = 2, s.kv_heads = 1, s.vocab = 48;
    s.context = 64;
    return s;
}

}  // namespace

TEST_CASE("golden files of every codec give the logits they gave") {
    const std::map<std::string, uint64_t> golden = {
#include "tests/golden/logits.inc"
    };
    const bool write = std::getenv("GOSSET_WRITE_GOLDEN") != nullptr;
    const auto tokens = some_tokens(9, golden_shape().vocab, kSeed);
    for (const Codec* codec : all_codecs()) {
        INFO(std::string(codec->name));
        const std::string path =
            source_path("tests/golden/" + std::string(codec->name) + ".gosset");
        const bool missing = !std::filesystem::exists(path);
        if (missing && write) make_model(path, codec->name, kSeed, golden_shape());
        REQUIRE(std::filesystem::exists(path));
        const Bound file = open_bound(path);
        CHECK_OK(file.file.verify([](uint64_t, uint64_t) { return true; }));
        const uint64_t hash = logits_hash(*file.weights, tokens, 1, 9);
        if (missing && write) std::printf("{\"%s\", 0x%016" PRIx64 "u},\n", codec->name, hash);
        const auto it = golden.find(codec->name);
        CHECK((it != golden.end() && hash == it->second));
        for (const Isa* isa : supported_isas()) {
            INFO(std::string(isa_name(*isa)));
            const Bound again = open_bound(path, isa_name(*isa));
            CHECK(logits_hash(*again.weights, tokens, 2, 4) == hash);
        }
    }
}
