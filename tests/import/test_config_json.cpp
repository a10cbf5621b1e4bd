// config.json to ModelConfig: what is read, what is refused and by which name.
#include <nlohmann/json.hpp>

#include "tests/support/support.hpp"
#include "tools/import/config_check.hpp"
#include "tools/import/config_json.hpp"

namespace gosset {
namespace {

using nlohmann::json;

json base() {
    return json::parse(R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama",
        "hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4,
        "intermediate_size": 96, "vocab_size": 100})");
}
Result<ModelConfig> read(const json& j, const std::string& generation = "") {
    return config_from_json(j.dump(), generation, "config.json");
}
json with(const std::string& patch) {
    json j = base();
    j.merge_patch(json::parse(patch));
    return j;
}

TEST_CASE("defaults are those of the reference implementation") {
    const Result<ModelConfig> r = read(base());
    REQUIRE_OK(r);
    const ModelConfig& c = *r;
    CHECK(c.architecture == "llama");
    CHECK(c.dim == 64);
    CHECK(c.layers == 3);
    CHECK(c.heads == 4);
    CHECK(c.kv_heads == 4);
    CHECK(c.head_dim == 16);
    CHECK(c.v_head_dim == 16);
    CHECK(c.ffn_dim == 96);
    CHECK(c.vocab == 100);
    CHECK(c.max_context == 2048);
    CHECK(c.norm_eps == 1e-6f);
    CHECK(c.activation == Activation::silu);
    CHECK_FALSE(c.tied_head);
    CHECK_FALSE(c.q_bias);
    CHECK_FALSE(c.mlp_bias);
    CHECK(c.bos_id == UINT32_MAX);
    CHECK(c.end_ids.empty());
    REQUIRE(c.ropes.size() == 1);
    CHECK(c.ropes[0].theta == 10000.0f);
    CHECK(c.ropes[0].scaling == RopeScaling::none);
    CHECK_OK(check_config(c, 100));
}

TEST_CASE("every key is read") {
    const Result<ModelConfig> r = read(with(R"({"num_key_value_heads": 2, "head_dim": 32,
        "rms_norm_eps": 1e-5, "rope_theta": 500000.0, "tie_word_embeddings": true,
        "eos_token_id": [7, 9], "bos_token_id": 3, "hidden_act": "gelu_pytorch_tanh",
        "attention_bias": true, "mlp_bias": true, "max_position_embeddings": 4096,
        "torch_dtype": "bfloat16", "use_cache": true, "rope_scaling": null,
        "some_note_of_a_trainer": [1, 2]})"),
                                       R"({"eos_token_id": [9, 11], "temperature": 0.5})");
    REQUIRE_OK(r);
    const ModelConfig& c = *r;
    CHECK(c.kv_heads == 2);
    CHECK(c.head_dim == 32);
    CHECK(c.norm_eps == 1e-5f);
    CHECK(c.ropes[0].theta == 500000.0f);
    CHECK(c.tied_head);
    CHECK(c.end_ids == std::vector<uint32_t>{7, 9, 11});
    CHECK(c.bos_id == 3);
    CHECK(c.activation == Activation::gelu_tanh);
    CHECK((c.q_bias && c.k_bias && c.v_bias && c.o_bias && c.mlp_bias));
    CHECK(c.max_context == 4096);
}

TEST_CASE("rope scaling is read in both spellings") {
    const Result<ModelConfig> a = read(with(R"({"rope_theta": 500000, "rope_scaling":
        {"rope_type": "llama3", "factor": 32, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
         "original_max_position_embeddings": 8192}})"));
    const Result<ModelConfig> b = read(with(R"({"rope_parameters": {"rope_theta": 500000,
        "rope_type": "llama3", "factor": 32, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
         "original_max_position_embeddings": 8192}})"));
    for (const Result<ModelConfig>* r : {&a, &b}) {
        REQUIRE_OK(*r);
        const RopeKind& rope = (*r)->ropes[0];
        CHECK(rope.theta == 500000.0f);
        CHECK(rope.scaling == RopeScaling::llama3);
        CHECK(rope.factor == 32.0f);
        CHECK(rope.low_freq_factor == 1.0f);
        CHECK(rope.high_freq_factor == 4.0f);
        CHECK(rope.original_context == 8192);
    }
    const Result<ModelConfig> linear =
        read(with(R"({"rope_scaling": {"type": "linear", "factor": 2}})"));
    REQUIRE_OK(linear);
    CHECK(linear->ropes[0].scaling == RopeScaling::linear);
    CHECK(linear->ropes[0].factor == 2.0f);
    const Result<ModelConfig> yarn = read(with(R"({"max_position_embeddings": 512, "rope_scaling":
        {"rope_type": "yarn", "factor": 4, "beta_fast": 16}})"));
    REQUIRE_OK(yarn);
    CHECK(yarn->ropes[0].beta_fast == 16.0f);
    CHECK(yarn->ropes[0].beta_slow == 1.0f);
    CHECK(yarn->ropes[0].original_context == 512);
    const Result<ModelConfig> part = read(with(R"({"partial_rotary_factor": 0.25})"));
    REQUIRE_OK(part);
    CHECK(part->ropes[0].rotary_dim == 4);
}

TEST_CASE("what cannot be expressed is refused by name") {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"architectures": ["MambaForCausalLM"]})", "MambaForCausalLM"},
        {R"({"architectures": null, "model_type": "mamba"})", "'mamba'"},
        {R"({"architectures": "LlamaForCausalLM"})", "'architectures'"},
        {R"({"hidden_size": null})", "'hidden_size' is missing"},
        {R"({"hidden_size": -64})", "'hidden_size'"},
        {R"({"hidden_size": 64.5})", "'hidden_size'"},
        {R"({"hidden_size": 4294967296})", "'hidden_size'"},
        {R"({"hidden_size": "64"})", "'hidden_size'"},
        {R"({"num_attention_heads": 5})", "num_attention_heads 5"},
        {R"({"num_attention_heads": 0})", "num_attention_heads 0"},
        {R"({"rms_norm_eps": 1e300})", "'rms_norm_eps'"},
        {R"({"hidden_act": "mish"})", "'mish'"},
        {R"({"tie_word_embeddings": 1})", "'tie_word_embeddings'"},
        {R"({"eos_token_id": "</s>"})", "'eos_token_id'"},
        {R"({"eos_token_id": [1, -2]})", "'eos_token_id'"},
        {R"({"bos_token_id": [1, 2]})", "'bos_token_id'"},
        {R"({"sliding_window": 4096})", "'sliding_window'"},
        {R"({"quantization_config": {"bits": 4}})", "'quantization_config'"},
        {R"({"num_local_experts": 8})", "'num_local_experts'"},
        {R"({"final_logit_softcapping": 30.0})", "'final_logit_softcapping'"},
        {R"({"logits_scaling": 8.0})", "'logits_scaling'"},
        {R"({"layer_types": ["sliding_attention"]})", "'layer_types'"},
        {R"({"rope_scaling": {"type": "dynamic", "factor": 2}})", "'dynamic'"},
        {R"({"rope_scaling": {"type": "linear"}})", "'factor' is missing"},
        {R"({"rope_scaling": {"type": "linear", "factor": 2, "mscale": 1}})", "'mscale'"},
        {R"({"rope_scaling": "linear"})", "'rope_scaling'"},
        {R"({"rope_scaling": {"rope_type": "llama3", "factor": 8}})",
         "'low_freq_factor' is missing"},
        {R"({"partial_rotary_factor": 1.5})", "'partial_rotary_factor'"},
    };
    for (const auto& [change, message] : cases) {
        const std::string patch = change;  // a structured binding cannot be captured
        INFO(patch);
        const Result<ModelConfig> r = read(with(patch));
        REQUIRE_FALSE(r.ok());
        INFO(r.status().message());
        CHECK(r.status().message().find(message) != std::string::npos);
    }
    for (const char* neutral :
         {R"({"sliding_window": null, "use_sliding_window": false})",
          R"({"layer_types": ["full_attention"]})", R"({"rope_interleaved": false})",
          R"({"logits_scaling": 1.0, "num_local_experts": 0})"})
        CHECK_OK(read(with(neutral)));
}

TEST_CASE("text that is no configuration is refused") {
    for (const std::string text :
         {"", "{", "[]", "null", "{\"a\":}", "\xff\xfe", "{\"hidden_size\":1e999}"})
        CHECK_FALSE(config_from_json(text, "", "config.json").ok());
    CHECK_FALSE(config_from_json(std::string(100000, '['), "", "config.json").ok());
    CHECK_FALSE(config_from_json(base().dump(), "[]", "config.json").ok());
    const std::string good = base().dump();
    for (size_t n = 0; n < good.size(); n++)
        CHECK_FALSE(config_from_json(good.substr(0, n), "", "config.json").ok());
}

}  // namespace
}  // namespace gosset
