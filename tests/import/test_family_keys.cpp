// config.json of the families beside Llama: defaults where it is silent, keys that change the
// computation, and what is refused.
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/support/support.hpp"
#include "tools/import/config_check.hpp"
#include "tools/import/config_json.hpp"

namespace gosset {
namespace {

using nlohmann::json;
using Layers = std::vector<uint8_t>;

json base(const char* architecture) {
    json j = json::parse(R"({"hidden_size": 64, "num_hidden_layers": 7, "num_attention_heads": 4,
        "num_key_value_heads": 2, "intermediate_size": 96, "vocab_size": 100, "head_dim": 16})");
    j["architectures"] = {architecture};
    return j;
}
Result<ModelConfig> read(const char* architecture, const std::string& patch) {
    json j = base(architecture);
    const json changes = json::parse(patch);
    for (const auto& [key, value] : changes.items())  // null stays, unlike in a merge patch
        if (value == "absent")
            j.erase(key);
        else
            j[key] = value;
    return config_from_json(j.dump(), "", "config.json");
}
ModelConfig good(const char* architecture, const std::string& patch = "{}") {
    INFO(patch);
    const Result<ModelConfig> c = read(architecture, patch);
    REQUIRE_OK(c);
    CHECK_OK(check_config(*c, 1000));
    return *c;
}

TEST_CASE("mistral: a window of 4096 unless another or none is named") {
    CHECK(good("MistralForCausalLM").sliding_window == 4096);
    CHECK(good("MistralForCausalLM").window_layers.empty());
    CHECK(good("MistralForCausalLM", R"({"sliding_window": null})").sliding_window == 0);
    CHECK(good("MistralForCausalLM", R"({"sliding_window": 77})").sliding_window == 77);
    const ModelConfig c = good("MistralForCausalLM", R"({"num_key_value_heads": "absent",
        "num_attention_heads": 16, "head_dim": null, "attention_bias": true})");
    CHECK(c.kv_heads == 8);
    CHECK(c.head_dim == 4);
    CHECK(c.max_context == 131072);
    CHECK_FALSE(c.q_bias);  // the reference does not read the key
    CHECK(good("MistralForCausalLM", R"({"num_key_value_heads": null})").kv_heads == 4);
}

TEST_CASE("qwen2: biases, and a window only where it is used") {
    const ModelConfig c = good("Qwen2ForCausalLM", R"({"use_sliding_window": false,
        "sliding_window": 32768, "max_window_layers": 4})");
    CHECK((c.q_bias && c.k_bias && c.v_bias && !c.o_bias && !c.mlp_bias && !c.qk_norm));
    CHECK(c.sliding_window == 0);
    CHECK(c.window_layers.empty());
    const ModelConfig w = good("Qwen2ForCausalLM", R"({"use_sliding_window": true,
        "sliding_window": 64, "max_window_layers": 4})");
    CHECK(w.sliding_window == 64);
    CHECK(w.window_layers == Layers{0, 0, 0, 0, 1, 1, 1});
    CHECK(good("Qwen2ForCausalLM", R"({"use_sliding_window": true, "max_window_layers": 7})")
              .sliding_window == 0);
    CHECK(good("Qwen2ForCausalLM", R"({"use_sliding_window": true, "sliding_window": null,
        "max_window_layers": 0})")
              .sliding_window == 0);
    const ModelConfig t = good("Qwen2ForCausalLM", R"({"use_sliding_window": true,
        "sliding_window": 64, "layer_types": ["full_attention", "sliding_attention",
        "full_attention", "full_attention", "full_attention", "full_attention",
        "full_attention"]})");
    CHECK(t.window_layers == Layers{0, 1, 0, 0, 0, 0, 0});
    const ModelConfig yarn = good("Qwen2ForCausalLM", R"({"max_position_embeddings": 32768,
        "rope_scaling": {"type": "yarn", "factor": 4.0,
        "original_max_position_embeddings": 32768}})");
    CHECK(yarn.ropes[0].scaling == RopeScaling::yarn);
    CHECK(yarn.ropes[0].original_context == 32768);
}

TEST_CASE("qwen3: norms of heads, and heads of 128") {
    const ModelConfig c = good("Qwen3ForCausalLM", R"({"head_dim": "absent"})");
    CHECK(c.qk_norm);
    CHECK(c.head_dim == 128);
    CHECK_FALSE(c.q_bias);
    CHECK(c.max_context == 32768);
    const ModelConfig b = good("Qwen3ForCausalLM", R"({"attention_bias": true})");
    CHECK((b.q_bias && b.k_bias && b.v_bias && b.o_bias));
}

TEST_CASE("gemma: offset norms, scaled embedding, tied head, tanh GELU by any name") {
    for (const char* names : {R"({})", R"({"hidden_act": "gelu"})",
                              R"({"hidden_act": "gelu", "hidden_activation": null})",
                              R"({"hidden_activation": "gelu_pytorch_tanh"})"}) {
        const ModelConfig c = good("GemmaForCausalLM", names);
        CHECK(c.activation == Activation::gelu_tanh);
        CHECK(c.norm_offset == 1.0f);
        CHECK(c.embedding_scale == 8.0f);
        CHECK(c.tied_head);
        CHECK_FALSE(c.post_norm);
    }
    const ModelConfig wide = good("GemmaForCausalLM", R"({"hidden_size": 640})");
    CHECK(wide.embedding_scale == std::sqrt(640.0f));
}

TEST_CASE("gemma2: caps and windows in every other layer") {
    const ModelConfig c = good("Gemma2ForCausalLM");
    CHECK((c.post_norm && !c.qk_norm && c.tied_head));
    CHECK(c.attention_softcap == 50.0f);
    CHECK(c.final_softcap == 30.0f);
    CHECK(c.attention_scale == 1.0f / 16.0f);  // query_pre_attn_scalar 256, heads of 16
    CHECK(c.sliding_window == 4096);
    CHECK(c.window_layers == Layers{1, 0, 1, 0, 1, 0, 1});
    CHECK(c.ropes.size() == 1);
    const ModelConfig n = good("Gemma2ForCausalLM", R"({"attn_logit_softcapping": null,
        "final_logit_softcapping": null, "query_pre_attn_scalar": 16})");
    CHECK((n.attention_softcap == 0 && n.final_softcap == 0 && n.attention_scale == 0));
}

void check_gemma3_ropes(const ModelConfig& c) {
    REQUIRE(c.ropes.size() == 2);
    CHECK(c.ropes[0].theta == 1e6f);
    CHECK(c.ropes[0].scaling == RopeScaling::linear);
    CHECK(c.ropes[0].factor == 8.0f);
    CHECK(c.ropes[1].theta == 12345.0f);
    CHECK(c.ropes[1].scaling == RopeScaling::none);
    CHECK(c.rope_of_layer == Layers{1, 1, 1, 1, 1, 0, 1});
    CHECK(c.window_layers == c.rope_of_layer);
}

TEST_CASE("gemma3: two rotations, in both spellings") {
    check_gemma3_ropes(good("Gemma3ForCausalLM", R"({"rope_local_base_freq": 12345.0,
        "rope_scaling": {"rope_type": "linear", "factor": 8.0}})"));
    check_gemma3_ropes(good("Gemma3ForCausalLM", R"({"rope_parameters": {
        "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0},
        "sliding_attention": {"rope_type": "default", "rope_theta": 12345.0}}})"));
    const ModelConfig c = good("Gemma3ForCausalLM", R"({"sliding_window_pattern": 3,
        "sliding_window": 512, "final_logit_softcapping": 20.0, "attn_logit_softcapping": null,
        "use_bidirectional_attention": false, "_sliding_window_pattern": 6})");
    CHECK(c.window_layers == Layers{1, 1, 0, 1, 1, 0, 1});
    CHECK((c.sliding_window == 512 && c.final_softcap == 20.0f && c.qk_norm && c.post_norm));
    const ModelConfig all = good("Gemma3ForCausalLM", R"({"sliding_window_pattern": 1})");
    CHECK((all.window_layers.empty() && all.sliding_window == 0 && all.ropes.size() == 1));
}

TEST_CASE("gemma3: the text part of a model of text and images, with its defaults") {
    json j = json::parse(R"({"architectures": ["Gemma3ForConditionalGeneration"],
        "eos_token_id": [1, 106], "vision_config": {"hidden_size": 1152}, "text_config": {
        "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34,
        "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024}})");
    Result<ModelConfig> r = config_from_json(j.dump(), "", "config.json");
    REQUIRE_OK(r);
    CHECK((r->dim == 2560 && r->heads == 8 && r->kv_heads == 4 && r->head_dim == 256));
    CHECK((r->vocab == 262208 && r->max_context == 131072 && r->tied_head));
    CHECK((r->sliding_window == 1024 && r->window_layers.size() == 34));
    CHECK((r->ropes[0].theta == 1e6f && r->ropes[1].theta == 1e4f && r->ropes[0].factor == 8));
    CHECK(r->attention_scale == 0.0f);
    CHECK(r->end_ids == std::vector<uint32_t>{1, 106});
    j["quantization_config"] = {{"bits", 4}};
    r = config_from_json(j.dump(), "", "config.json");
    REQUIRE_FALSE(r.ok());
    CHECK(r.status().message().find("'quantization_config'") != std::string::npos);
}

TEST_CASE("phi3: longrope by its three names, the original context on either level") {
    const std::string lists = R"("short_factor": [1, 1, 1, 1, 1, 1, 1, 1],
                                 "long_factor": [2, 2, 2, 2, 2, 2, 2, 2])";
    for (const std::string type : {"longrope", "su", "yarn"})
        for (const std::string top : {R"("original_max_position_embeddings": 4096,)", ""}) {
            const ModelConfig c =
                good("Phi3ForCausalLM", R"({"max_position_embeddings": 131072,)" + top +
                                            R"("rope_scaling": {"type": ")" + type + "\"," + lists +
                                            "}}");
            CHECK(c.ropes[0].scaling == RopeScaling::longrope);
            CHECK(c.ropes[0].original_context == 4096);
            CHECK(c.ropes[0].factor == 32.0f);
            CHECK(c.ropes[0].attention_factor == 0.0f);
            CHECK(c.ropes[0].long_factors == std::vector<float>(8, 2.0f));
        }
    const ModelConfig c = good("Phi3ForCausalLM", R"({"sliding_window": 2047})");
    CHECK((c.sliding_window == 2047 && c.norm_eps == 1e-5f && c.max_context == 4096));
    CHECK(good("Phi3ForCausalLM").sliding_window == 0);
    const ModelConfig part = good("Phi3ForCausalLM", R"({"rope_parameters": {"rope_theta": 500.0,
        "partial_rotary_factor": 0.75, "rope_type": "default"}})");
    CHECK((part.ropes[0].rotary_dim == 12 && part.ropes[0].theta == 500.0f));
}

TEST_CASE("what changes the computation and cannot be had is refused by name") {
    const struct {
        const char *architecture, *patch, *message;
    } cases[] = {
        {"MistralForCausalLM", R"({"sliding_window": 0})", "'sliding_window'"},
        {"MistralForCausalLM", R"({"layer_types": ["sliding_attention"]})", "'layer_types'"},
        {"MistralForCausalLM", R"({"query_pre_attn_scalar": 16})", "'query_pre_attn_scalar'"},
        {"LlamaForCausalLM", R"({"sliding_window": 8})", "'sliding_window'"},
        {"Qwen2ForCausalLM", R"({"use_sliding_window": 1})", "'use_sliding_window'"},
        {"Qwen2ForCausalLM", R"({"layer_types": ["full_attention"]})", "'layer_types'"},
        {"Qwen2ForCausalLM",
         R"({"layer_types": ["sliding_attention", "full_attention", "full_attention",
             "full_attention", "full_attention", "full_attention", "full_attention"]})",
         "no sliding_window in force"},
        {"Qwen3ForCausalLM",
         R"({"layer_types": ["chunked_attention", "full_attention", "full_attention",
             "full_attention", "full_attention", "full_attention", "full_attention"]})",
         "'layer_types'"},
        {"Qwen2ForCausalLM", R"({"rope_scaling": {"type": "default", "mrope_section": [1, 2, 3]}})",
         "'mrope_section'"},
        {"Qwen3ForCausalLM", R"({"rope_scaling": {"rope_type": "dynamic", "factor": 2}})",
         "'dynamic'"},
        {"Qwen3MoeForCausalLM", "{}", "'Qwen3MoeForCausalLM'"},
        {"Gemma2ForCausalLM", R"({"query_pre_attn_scalar": 0})", "'query_pre_attn_scalar'"},
        {"Gemma2ForCausalLM", R"({"hidden_activation": "mish"})", "'mish'"},
        {"Gemma3ForCausalLM", R"({"attn_logit_softcapping": 50.0})", "'attn_logit_softcapping'"},
        {"Gemma3ForCausalLM", R"({"use_bidirectional_attention": true})",
         "'use_bidirectional_attention'"},
        {"Gemma3ForCausalLM", R"({"sliding_window_pattern": 0})", "'sliding_window_pattern'"},
        {"Gemma3ForCausalLM", R"({"rope_parameters": {"chunked_attention": {}}})",
         "'chunked_attention'"},
        {"Gemma3ForCausalLM", R"({"rope_parameters": {"full_attention": 3}})", "'full_attention'"},
        {"Gemma3ForConditionalGeneration", "{}", "'text_config' is missing"},
        {"Gemma3nForCausalLM", "{}", "'Gemma3nForCausalLM'"},
        {"Phi3ForCausalLM", R"({"rope_scaling": {"type": "longrope", "short_factor": [1]}})",
         "'long_factor' is missing"},
    };
    for (const auto& c : cases) {
        CAPTURE(std::string(c.architecture));
        CAPTURE(std::string(c.patch));
        const Result<ModelConfig> r = read(c.architecture, c.patch);
        REQUIRE_FALSE(r.ok());
        INFO(r.status().message());
        CHECK(r.status().message().find(c.message) != std::string::npos);
    }
}

}  // namespace
}  // namespace gosset
