/// The tiny models of golden/*.json (see generate.py) as files that can be imported: a Hugging Face
/// folder or a GGUF, with the weights that generate.py gave to the reference. Test support only.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runtime/model/bind.hpp"
#include "tests/support/support.hpp"

namespace gosset::test {

struct Golden {
    std::string name;
    nlohmann::json data;

    std::vector<uint32_t> tokens() const { return data["tokens"].get<std::vector<uint32_t>>(); }
    bool has_gguf() const { return !data["gguf"].is_null(); }
};

/// Every file of the golden folder, by name.
std::vector<Golden> all_goldens();

/// Element i of a tensor in [-1, 1), as generate.py says.
double uniform(const std::string& name, uint64_t i);

/// Writes config.json (the golden's "config" or "saved") and model.safetensors into `folder`.
void write_folder(const Golden& golden, const std::string& spelling, const std::string& folder);
/// Writes the GGUF that llama.cpp's conversion would make of that folder, all in F32.
void write_gguf(const Golden& golden, const std::string& path);

/// The source at `path`, quantized with `codec` into `file` and bound on a tier ("": the best).
struct Model {
    ModelFile file;
    std::unique_ptr<ModelWeights> weights;
};
Model open_model(const std::string& path, const std::string& file, const std::string& codec,
                 const std::string& isa = "");

/// Logits of every position, [tokens][vocab], of a session that is as long as the tokens. The last
/// `singles` of them are fed one at a time.
std::vector<float> logits_of(const ModelWeights& weights, const std::vector<uint32_t>& tokens,
                             uint32_t batch, uint32_t threads, uint32_t singles = 0);

}  // namespace gosset::test
