// Whole models against other implementations: the ids, the top logits and the greedy continuations
// of every reference.json under the data folder, through the f32 codec.
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gosset/gosset.h"
#include "tests/support/support.hpp"
#include "tools/import/source.hpp"
#include "tools/quantize/pipeline.hpp"

using namespace gosset::test;
using nlohmann::json;

namespace {

struct Opened {
    gosset_model* model = nullptr;
    gosset_session* session = nullptr;
    gosset_sampler* greedy = nullptr;
    ~Opened() {
        gosset_sampler_free(greedy);
        gosset_session_free(session);
        gosset_model_close(model);
    }
};

void open_f32(const std::string& folder, const std::string& file, gosset_kv_type kv, Opened& o) {
    auto source = gosset::open_source(folder);
    REQUIRE_OK(source);
    gosset::quantize::Options options;
    options.plan.codec = "f32";
    options.threads = 2;
    REQUIRE_OK(gosset::quantize::quantize_model(**source, file, options));
    REQUIRE(gosset_model_open(file.c_str(), nullptr, &o.model) == GOSSET_OK);
    gosset_session_options so;
    gosset_session_options_default(&so);
    so.kv_type = uint32_t(kv);
    REQUIRE(gosset_session_create(o.model, &so, &o.session) == GOSSET_OK);
    gosset_sampler_options po;
    gosset_sampler_options_default(&po);
    po.greedy = 1;
    REQUIRE(gosset_sampler_create(o.model, &po, &o.greedy) == GOSSET_OK);
}

using Ids = std::vector<gosset_token>;

Ids tokenize(gosset_model* model, const std::string& text) {
    Ids ids(4096);
    size_t n = 0;
    REQUIRE(gosset_tokenize(model, text.data(), text.size(),
                            GOSSET_ADD_SPECIAL | GOSSET_PARSE_SPECIAL, ids.data(), ids.size(),
                            &n) == GOSSET_OK);
    ids.resize(n);
    return ids;
}

Ids continue_greedily(Opened& o, const Ids& prompt, size_t n) {
    Ids out;
    REQUIRE(gosset_sequence_trim(o.session, 0, 0) == GOSSET_OK);
    REQUIRE(gosset_feed(o.session, prompt.data(), prompt.size(), 0, 0, GOSSET_WANT_LAST, nullptr) ==
            GOSSET_OK);
    while (out.size() < n) {
        const float* logits = nullptr;
        gosset_token token = 0;
        REQUIRE(gosset_logits(o.session, 0, &logits) == GOSSET_OK);
        REQUIRE(gosset_sampler_sample(o.greedy, logits, &token) == GOSSET_OK);
        out.push_back(token);
        const uint32_t position = uint32_t(prompt.size() + out.size() - 1);
        REQUIRE(gosset_feed(o.session, &token, 1, position, 0, GOSSET_WANT_LAST, nullptr) ==
                GOSSET_OK);
    }
    return out;
}

}  // namespace

TEST_CASE("models of the data folder answer as their references do") {
    for (const char* name : {"gosset-tales-29m", "tinystories-656k"}) {
        const std::string folder = data(std::string("models/") + name);
        GOSSET_SKIP_IF(folder.empty(), "the data folder is not here");
        CAPTURE(std::string(name));
        std::ifstream in(folder + "/reference.json");
        const json reference = json::parse(in);
        for (gosset_kv_type kv : {GOSSET_KV_F32, GOSSET_KV_F16}) {
            CAPTURE(int(kv));
            TempDir dir;
            Opened o;
            open_f32(folder, dir.path("m.gosset"), kv, o);
            for (const json& p : reference["prompts"]) {
                const std::string text = p.contains("text") ? p["text"] : p["prompt"];
                CAPTURE(text);
                const Ids prompt = p["ids"].get<Ids>(), expected = p["greedy_ids"].get<Ids>();
                CHECK(tokenize(o.model, text) == prompt);
                const Ids got = continue_greedily(o, prompt, expected.size());
                CHECK(got == expected);

                REQUIRE(gosset_feed(o.session, prompt.data(), prompt.size(), 0, 0, GOSSET_WANT_LAST,
                                    nullptr) == GOSSET_OK);
                const float* logits = nullptr;
                REQUIRE(gosset_logits(o.session, 0, &logits) == GOSSET_OK);
                const json& last = p.contains("last_position") ? p["last_position"] : p;
                const Ids top = last["top20_ids"].get<Ids>();
                const auto values = last["top20_logits"].get<std::vector<double>>();
                double worst = 0;
                for (size_t i = 0; i < top.size(); i++)
                    worst = std::max(worst, std::fabs(double(logits[top[i]]) - values[i]));
                CHECK(worst < (kv == GOSSET_KV_F32 ? 2e-4 : 5e-2));
            }
        }
    }
}
