// Windows, several rotations, biases and norms of heads: the same bits for any batch, any number of
// threads and every tier.
#include <cstring>

#include "tests/families/checkpoint.hpp"

namespace gosset::test {
namespace {

TEST_CASE("batches, threads and tiers change nothing in any family") {
    for (const Golden& g : all_goldens()) {
        CAPTURE(g.name);
        TempDir dir;
        write_folder(g, "config", dir.path("hf"));
        const Model m = open_model(dir.path("hf"), dir.path("m.gosset"), "e8n4");
        const std::vector<uint32_t> tokens = g.tokens();
        const std::vector<float> one = logits_of(*m.weights, tokens, 1, 1);
        for (const Isa* isa : supported_isas()) {
            CAPTURE(std::string(isa_name(*isa)));
            const Model other =
                open_model(dir.path("hf"), dir.path("o.gosset"), "e8n4", isa_name(*isa));
            const std::vector<float> logits = logits_of(*other.weights, tokens, 64, 1);
            REQUIRE(one.size() == logits.size());
            CHECK(std::memcmp(one.data(), logits.data(), 4 * one.size()) == 0);
        }
        const struct { uint32_t batch, threads, singles; } ways[] = {{64, 3, 8}, {7, 1, 0}};
        for (const auto& way : ways) {
            CAPTURE(way.batch);
            CAPTURE(way.threads);
            const std::vector<float> other =
                logits_of(*m.weights, tokens, way.batch, way.threads, way.singles);
            REQUIRE(one.size() == other.size());
            CHECK(std::memcmp(one.data(), other.data(), 4 * one.size()) == 0);
        }
    }
}

}  // namespace
}  // namespace gosset::test
