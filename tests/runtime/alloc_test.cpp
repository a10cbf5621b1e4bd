// No allocation in the token loop: every request of this program is counted.
#include "runtime/session/sampler.hpp"
#include "tests/runtime/failing_memory.hpp"
#include "tests/runtime/tiny.hpp"

using namespace gosset;
using namespace gosset::test;

TEST_CASE("feeding and sampling allocate nothing") {
    TempDir dir;
    for (const char* codec : {"f32", "q8", "e8n4"}) {
        make_model(dir.path("m.gosset"), codec, seed());
        const Bound b = open_bound(dir.path("m.gosset"));
        SessionShape shape;
        shape.context = 512, shape.batch = 32, shape.threads = 2;
        auto session = Session::create(*b.weights, shape, {});
        REQUIRE_OK(session);
        SamplerOptions options;
        options.repeat_penalty = 1.1f;
        auto sampler = Sampler::create(b.weights->config.vocab, options);
        REQUIRE_OK(sampler);
        const auto prompt = some_tokens(70, tiny_shape().vocab, 3);

        const long before = requests();
        bool good = (*session)->feed(prompt, 0, 0, Want::last, nullptr).ok();
        for (uint32_t i = 0; i < 200 && good; i++) {
            const auto token = sampler->sample((*session)->logits(0));
            good = token.ok();
            sampler->accept(*token);
            good = good && (*session)->feed({&*token, 1}, 70 + i, 0, Want::last, nullptr).ok();
        }
        const long during = requests() - before;
        CHECK(good);
        CHECK(during == 0);
    }
    CHECK(requests() > 0);  // the counter counts
}
