// Hugging Face folders: which files are taken, shards, tied heads, what is missing.
#include <filesystem>
#include <functional>

#include "tests/import/safetensors_writer.hpp"
#include "tests/import/tiny_llama.hpp"
#include "tests/support/support.hpp"
#include "tools/import/source.hpp"

namespace gosset {
namespace {

using test::floats;
using test::SafetensorsWriter;
using test::TempDir;
using test::TinyLlama;
using test::write_file;

std::string config_of(const TinyLlama& model) {
    const ModelConfig& c = model.config;
    std::string json = R"({"architectures":["LlamaForCausalLM"],"eos_token_id":2)";
    const auto add = [&json](const char* key, uint32_t value) {
        json.append(",\"").append(key).append("\":").append(std::to_string(value));
    };
    add("hidden_size", c.dim), add("num_hidden_layers", c.layers);
    add("num_attention_heads", c.heads), add("num_key_value_heads", c.kv_heads);
    add("intermediate_size", c.ffn_dim), add("vocab_size", c.vocab);
    return json.append(",\"tie_word_embeddings\":").append(c.tied_head ? "true}" : "false}");
}

/// The tensors for which `take` holds.
std::string weights(const TinyLlama& model, const std::function<bool(const std::string&)>& take) {
    SafetensorsWriter w;
    for (const ExpectedTensor& t : model.tensors())
        if (take(t.hf)) w.tensor(t.hf, "F32", t.shape, floats(TinyLlama::values(t)));
    return w.bytes();
}
bool all(const std::string&) {
    return true;
}
bool in_layer_1(const std::string& name) {
    return name.find(".1.") != std::string::npos;
}

void check_model(const std::string& path, const TinyLlama& model) {
    const auto source = open_source(path);
    REQUIRE_OK(source);
    CHECK((*source)->config().end_ids == std::vector<uint32_t>{2});
    const std::vector<ExpectedTensor> expected = model.tensors();
    REQUIRE((*source)->tensors().size() == expected.size());
    for (size_t i = 0; i < expected.size(); i++) {
        const SourceTensor& t = (*source)->tensors()[i];
        CHECK(t.name == expected[i].hf);
        CHECK(t.role == expected[i].rule->role);
        std::vector<float> out(t.rows() * t.cols());
        CHECK_OK((*source)->read_rows(i, 0, t.rows(), out.data()));
        CHECK(out == TinyLlama::values(expected[i]));
    }
}

void check_refused(const std::string& path, const std::string& message) {
    const auto source = open_source(path);
    REQUIRE_FALSE(source.ok());
    INFO(source.status().message());
    CHECK(source.status().message().find(message) != std::string::npos);
}

TEST_CASE("a folder, its file and shards in any form are the same model") {
    for (const bool tied : {false, true}) {
        TinyLlama model;
        model.config.tied_head = tied;
        const auto in_layer_0 = [](const std::string& name) { return !in_layer_1(name); };
        const TempDir whole, shards, indexed;
        write_file(whole.path("config.json"), config_of(model));
        write_file(whole.path("model.safetensors"), weights(model, all));
        check_model(whole.path(""), model);
        check_model(whole.path("model.safetensors"), model);

        const std::string first = "model-00001-of-00002.safetensors";
        const std::string second = "model-00002-of-00002.safetensors";
        write_file(shards.path("config.json"), config_of(model));
        write_file(shards.path(first), weights(model, in_layer_0));
        write_file(shards.path(second), weights(model, in_layer_1));
        check_model(shards.path(""), model);
        check_model(shards.path(second), model);

        std::string map;
        for (const ExpectedTensor& t : model.tensors())
            map.append(map.empty() ? "\"" : ",\"")
                .append(t.hf)
                .append(in_layer_1(t.hf) ? "\":\"b.safetensors\"" : "\":\"a.safetensors\"");
        write_file(indexed.path("config.json"), config_of(model));
        write_file(indexed.path("a.safetensors"), weights(model, in_layer_0));
        write_file(indexed.path("b.safetensors"), weights(model, in_layer_1));
        write_file(indexed.path("model.safetensors.index.json"), "{\"weight_map\":{" + map + "}}");
        check_model(indexed.path(""), model);

        std::filesystem::remove(shards.path(second));
        check_refused(shards.path(""), "shard 2 of 2 is missing");
        write_file(indexed.path("b.safetensors"), weights(model, all));
        check_refused(indexed.path(""), "the index does not place there");
        std::filesystem::remove(indexed.path("b.safetensors"));
        check_refused(indexed.path(""), "b.safetensors: missing");
        write_file(indexed.path("model.safetensors.index.json"),
                   R"({"weight_map":{"x":"../a.safetensors"}})");
        check_refused(indexed.path(""), "no plain file name");
    }
}

TEST_CASE("a tied matrix may be stored under either name, or twice the same") {
    TinyLlama model;
    model.config.tied_head = true;
    const auto rest = [](const std::string& name) { return name != "model.embed_tokens.weight"; };
    const std::vector<float> matrix = TinyLlama::values(model.tensors()[0]);
    const TempDir dir;
    write_file(dir.path("config.json"), config_of(model));
    const auto write = [&](const std::vector<std::pair<std::string, std::vector<float>>>& extra) {
        SafetensorsWriter w;
        for (const ExpectedTensor& t : model.tensors())
            if (rest(t.hf)) w.tensor(t.hf, "F32", t.shape, floats(TinyLlama::values(t)));
        for (const auto& [name, v] : extra) w.tensor(name, "F32", {40, 32}, floats(v));
        write_file(dir.path("model.safetensors"), w.bytes());
    };
    write({{"lm_head.weight", matrix}});
    check_model(dir.path(""), model);
    write({{"lm_head.weight", matrix}, {"model.embed_tokens.weight", matrix}});
    check_model(dir.path(""), model);
    std::vector<float> other = matrix;
    other[5] += 1;
    write({{"lm_head.weight", other}, {"model.embed_tokens.weight", matrix}});
    check_refused(dir.path(""), "tie_word_embeddings");
    write({});
    check_refused(dir.path(""), "'model.embed_tokens.weight' is missing");
}

TEST_CASE("tensors that are missing, left over or of another shape are named") {
    const TinyLlama model;
    const TempDir dir;
    const std::string file = dir.path("model.safetensors");
    write_file(dir.path("config.json"), config_of(model));
    for (const ExpectedTensor& missing : model.tensors()) {
        write_file(file, weights(model, [&](const std::string& n) { return n != missing.hf; }));
        check_refused(file, "'" + missing.hf + "' is missing");
    }
    const auto with = [&](const std::string& name, const std::vector<uint64_t>& shape,
                          const std::string& dtype = "F32") {
        SafetensorsWriter w;
        for (const ExpectedTensor& t : model.tensors())
            if (t.hf != name) w.tensor(t.hf, "F32", t.shape, floats(TinyLlama::values(t)));
        uint64_t size = dtype == "F32" ? 4 : 1;
        for (const uint64_t d : shape) size *= d;
        w.tensor(name, dtype, shape, std::string(size, '\0'));
        write_file(file, w.bytes());
    };
    with("model.norm.weight", {33});
    check_refused(file, "'model.norm.weight' has shape [33]");
    with("model.norm.weight", {32, 1});
    check_refused(file, "'model.norm.weight' has shape [32, 1]");
    with("model.norm.weight", {32}, "F8_E4M3");
    check_refused(file, "'model.norm.weight' is of type F8_E4M3");
    with("model.layers.0.self_attn.q_proj.bias", {32});
    check_refused(file, "'model.layers.0.self_attn.q_proj.bias' has no place");
    with("model.layers.0.self_attn.rotary_emb.inv_freq", {4});
    check_model(file, model);
}

TEST_CASE("paths that name no model are refused, with what to do") {
    const TempDir dir;
    check_refused(dir.path("absent"), "no such file");
    check_refused(dir.path(""), "holds no .safetensors");
    write_file(dir.path("empty"), "");
    check_refused(dir.path("empty"), "empty");
    write_file(dir.path("notes.txt"), "some text that is no model at all");
    check_refused(dir.path("notes.txt"), "neither GGUF nor safetensors");
    write_file(dir.path("x.gguf"), "GGUF");
    check_refused(dir.path("x.gguf"), "x.gguf: GGUF: the file ends");
    const TinyLlama model;
    write_file(dir.path("one.safetensors"), weights(model, all));
    check_refused(dir.path(""), "no config.json");
    const auto tensors_only = open_source(dir.path("one.safetensors"));
    REQUIRE_OK(tensors_only);
    CHECK((*tensors_only)->config().architecture == "none");
    write_file(dir.path("two.safetensors"), weights(model, all));
    check_refused(dir.path(""), "name one");
    write_file(dir.path("config.json"), config_of(model));
    write_file(dir.path("tokenizer.model"), "x");
    check_refused(dir.path("one.safetensors"), "only tokenizer.json is read");
}

}  // namespace
}  // namespace gosset
