// A tiny model of every family against transformers, from both spellings of its configuration, and
// the same model from GGUF: the same logits.
#include <cmath>
#include <cstring>

#include "tests/families/checkpoint.hpp"

namespace gosset::test {
namespace {

/// Largest distance from the golden logits.
double distance(const Golden& g, const std::vector<float>& logits, uint32_t vocab) {
    double worst = 0;
    for (size_t p = 0; p < g.data["positions"].size(); p++) {
        const size_t at = g.data["positions"][p].get<size_t>() * vocab;
        for (uint32_t i = 0; i < vocab; i++) {
            const double d = double(logits[at + i]) - g.data["logits"][p][i].get<double>();
            worst = std::isfinite(d) ? std::max(worst, std::fabs(d)) : 1e300;
        }
    }
    return worst;
}

TEST_CASE("every family computes what transformers does, from either spelling of its keys") {
    size_t checked = 0;
    for (const Golden& g : all_goldens()) {
        CAPTURE(g.name);
        TempDir dir;
        std::vector<float> first;
        for (const char* spelling : {"config", "saved"}) {
            CAPTURE(std::string(spelling));
            const std::string folder = dir.path(spelling);
            write_folder(g, spelling, folder);
            const Model m = open_model(folder, dir.path("m.gosset"), "f32");
            const std::vector<float> logits = logits_of(*m.weights, g.tokens(), 16, 2);
            CHECK(distance(g, logits, m.weights->config.vocab) < 1e-4);
            if (first.empty()) first = logits;
            CHECK(std::memcmp(first.data(), logits.data(), 4 * first.size()) == 0);
        }
        checked++;
    }
    CHECK(checked >= 16);
}

TEST_CASE("GGUF and safetensors are one model, bit for bit") {
    size_t checked = 0;
    for (const Golden& g : all_goldens()) {
        if (!g.has_gguf()) continue;
        CAPTURE(g.name);
        TempDir dir;
        write_folder(g, "config", dir.path("hf"));
        write_gguf(g, dir.path("m.gguf"));
        const Model a = open_model(dir.path("hf"), dir.path("a.gosset"), "f32");
        const Model b = open_model(dir.path("m.gguf"), dir.path("b.gosset"), "f32");
        const std::vector<float> x = logits_of(*a.weights, g.tokens(), 16, 2);
        const std::vector<float> y = logits_of(*b.weights, g.tokens(), 16, 2);
        REQUIRE(x.size() == y.size());
        // Llama 3's scaling with parameters of one's own is in a GGUF only as rounded divisors.
        if (g.name == "llama")
            CHECK(distance(g, y, b.weights->config.vocab) < 1e-4);
        else
            CHECK(std::memcmp(x.data(), y.data(), 4 * x.size()) == 0);
        checked++;
    }
    CHECK(checked >= 11);
}

}  // namespace
}  // namespace gosset::test
