#include "tools/quantize/plan.hpp"

#include <map>

#include "tests/quantize/memory_source.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::quantize;

namespace {

std::map<Role, TensorPlan> plan_by_role(const ModelSource& source, const PlanOptions& options) {
    const auto plan = make_plan(source, options);
    REQUIRE_OK(plan);
    std::map<Role, TensorPlan> by_role;
    for (const TensorPlan& t : *plan) by_role[t.info.role] = t;
    return by_role;
}

}  // namespace

TEST_CASE("embedding and head get 8 bits beside a quantized codec, else the float codec") {
    const test::MemorySource untied = test::make_model(64, 96, false, test::seed());
    auto plan = plan_by_role(untied, {.codec = "q4"});
    CHECK(plan[Role::q].info.codec == "q4");
    CHECK(plan[Role::embed].info.codec == "q8");
    CHECK(plan[Role::head].info.codec == "q8");
    CHECK(plan[Role::attn_norm].info.codec == "f32");
    plan = plan_by_role(untied, {.codec = "q4", .embed_codec = "f16", .head_codec = "q4"});
    CHECK(plan[Role::embed].info.codec == "f16");
    CHECK(plan[Role::head].info.codec == "q4");
    plan = plan_by_role(untied, {.codec = "bf16"});
    for (const auto& [role, t] : plan)
        CHECK(t.info.codec == (t.info.shape.size() == 1 ? "f32" : "bf16"));
}

TEST_CASE("few values get 8 bits beside a quantized codec, and the rotation of q and k") {
    test::MemorySource source = test::make_model(96, 96, false, test::seed());
    auto values_of = [&](const PlanOptions& options) {
        return plan_by_role(source, options)[Role::v].info;
    };
    auto reshape = [&](uint64_t rows) {
        for (SourceTensor& t : source.tensors_)
            if (t.role == Role::v) t.shape = {rows, 96};
    };
    reshape(48);
    CHECK(values_of({.codec = "e8n4"}).codec == "e8n4");
    reshape(32);
    CHECK(values_of({.codec = "e8n4"}).codec == "q8");
    CHECK(values_of({.codec = "bf16"}).codec == "bf16");
    CHECK(values_of({.codec = "e8n4", .value_codec = "q4"}).codec == "q4");
    auto plan = plan_by_role(source, {.codec = "e8n4"});
    REQUIRE_FALSE(plan[Role::q].info.rotation.none());
    CHECK(plan[Role::v].info.rotation.sign_seed == plan[Role::q].info.rotation.sign_seed);
    CHECK(plan[Role::v].info.rotation.factors == plan[Role::q].info.rotation.factors);
    CHECK(values_of({.codec = "e8n4", .rotate = false}).rotation.none());
    CHECK(make_plan(source, {.value_codec = "nonesuch"}).status().code() == StatusCode::not_found);
}

TEST_CASE("a tied pair is one tensor with one codec") {
    test::MemorySource tied = test::make_model(64, 96, true, test::seed());
    CHECK(plan_by_role(tied, {.codec = "q4"})[Role::embed].info.codec == "q8");
    CHECK(plan_by_role(tied, {.codec = "q4", .head_codec = "q4"})[Role::embed].info.codec == "q4");
    CHECK(plan_by_role(tied, {.codec = "q4", .embed_codec = "f16"})[Role::embed].info.codec ==
          "f16");
    const auto embed_of = [&](const PlanOptions& options) {
        return plan_by_role(tied, options)[Role::embed].info.codec;
    };
    CHECK(embed_of({.codec = "e8c3", .calibrated = true}) == kCalibratedHead);
    CHECK(embed_of({.codec = "q4", .embed_codec = "q8", .calibrated = true}) == "q8");
    CHECK(embed_of({.codec = "q8", .calibrated = true}) == "q8");
    CHECK(embed_of({.codec = "f16", .calibrated = true}) == "f16");
    const test::MemorySource two = test::make_model(64, 96, false, test::seed());
    auto apart = plan_by_role(two, {.codec = "e8c3", .embed_codec = "q4", .calibrated = true});
    CHECK(apart[Role::embed].info.codec == "q4");
    CHECK(apart[Role::head].info.codec == kCalibratedHead);
    const auto both = make_plan(tied, {.embed_codec = "q8", .head_codec = "q4"});
    CHECK(both.status().code() == StatusCode::invalid_argument);

    // A source that holds the pair twice, or under the head's name only.
    Rng rng(1);
    tied.add("lm_head.weight", Role::head, -1, {50, 64}, rng);
    CHECK(plan_by_role(tied, {}).count(Role::head) == 0);
    tied.tensors_.erase(tied.tensors_.begin());
    tied.values_.erase(tied.values_.begin());
    CHECK(plan_by_role(tied, {})[Role::embed].info.name == "lm_head.weight");
}

TEST_CASE("rotations are shared by tensors of one input and by no others") {
    const test::MemorySource source = test::make_model(172, 576, false, test::seed());
    auto plan = plan_by_role(source, {.codec = "e8n4"});
    auto seed = [&](Role r) { return plan[r].info.rotation.sign_seed; };
    REQUIRE(find_codec("e8n4", 4)->rotate);
    CHECK(seed(Role::q) == seed(Role::k));
    CHECK(seed(Role::q) == seed(Role::v));
    CHECK(seed(Role::gate) == seed(Role::up));
    CHECK(seed(Role::q) != seed(Role::gate));
    CHECK(seed(Role::q) != seed(Role::o));
    CHECK(seed(Role::down) != seed(Role::gate));
    CHECK(rotation_seed(Role::q, 0) != rotation_seed(Role::q, 1));
    CHECK(plan[Role::embed].info.rotation.none());
    CHECK(plan[Role::attn_norm].info.rotation.none());

    CHECK(plan[Role::q].cols == 172);
    CHECK(plan[Role::q].stored_cols == 192);  // 172 has no Hadamard order
    CHECK(plan[Role::down].stored_cols == 576);
    CHECK(plan[Role::q].info.segments[0].size == codes_size(*find_codec("e8n4", 4), 16, 192));

    for (const auto& [role, t] : plan_by_role(source, {.codec = "e8n4", .rotate = false}))
        CHECK(t.info.rotation.none());
    for (const auto& [role, t] : plan_by_role(source, {.codec = "f32"}))
        CHECK(t.info.rotation.none());
}

TEST_CASE("what cannot be planned is refused by name") {
    test::MemorySource source = test::make_model(64, 96, false, test::seed());
    const auto unknown = make_plan(source, {.codec = "q5"});
    CHECK(unknown.status().code() == StatusCode::not_found);
    CHECK(unknown.status().message().find("'q5'") != std::string::npos);
    CHECK(unknown.status().message().find("e8n4") != std::string::npos);
    CHECK(make_plan(source, {.embed_codec = "?"}).status().code() == StatusCode::not_found);

    test::MemorySource cube = source;
    cube.tensors_[2].shape = {2, 8, 64};
    const auto refused = make_plan(cube, {});
    CHECK(refused.status().code() == StatusCode::unsupported);
    CHECK(refused.status().message().find("q_proj") != std::string::npos);
    cube.tensors_[2].shape = {uint64_t(1) << 40, uint64_t(1) << 40};
    CHECK(make_plan(cube, {}).status().code() == StatusCode::unsupported);
    cube.tensors_[2].shape = {0, 64};
    CHECK(make_plan(cube, {}).status().code() == StatusCode::unsupported);

    source.tensors_.pop_back();  // the head
    CHECK_FALSE(make_plan(source, {}).ok());
}
