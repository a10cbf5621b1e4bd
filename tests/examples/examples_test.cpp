// Each program of examples/ does what it says, on a small model, beside the same by gosset.hpp.
#include <sys/wait.h>

#include <cmath>
#include <cstdlib>
#include <gosset/gosset.hpp>
#include <sstream>

#include "tests/runtime/talking_model.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

struct Said {
    int status;
    std::string out, err;
};

struct Fixture {
    TempDir dir;
    std::string path = dir.path("m.gosset");
    api::Model model;
    Fixture() {
        // A tier that rounds no prompts (gosset_model_options.exact), here and in the programs.
        setenv("GOSSET_ISA", "scalar", 1);
        make_talking_model(path, 11);
        REQUIRE(model.open(path.c_str()) == GOSSET_OK);
    }
    /// Runs a program of examples/; words are quoted for the shell.
    Said run(const std::string& program, const std::vector<std::string>& words,
             const std::string& input = "") const {
        std::string command = std::string(GOSSET_EXAMPLES "/example_") + program;
        for (const std::string& word : words) command += " '" + word + "'";
        const std::string in = dir.path("in"), out = dir.path("out"), err = dir.path("err");
        write_file(in, input);
        const int status =
            std::system((command + " < '" + in + "' > '" + out + "' 2> '" + err + "'").c_str());
        REQUIRE(WIFEXITED(status));
        return {WEXITSTATUS(status), read_file(out), read_file(err)};
    }
    api::Tokens ids(const std::string& text, uint32_t flags = GOSSET_ADD_SPECIAL) const {
        api::Tokens made;
        REQUIRE(model.tokenize(text, flags, made) == GOSSET_OK);
        return made;
    }
};

// Generates in sequence 0 from its beginning.
std::string text_of(api::Session& session, api::Sampler& sampler, const api::Tokens& prompt,
                    uint32_t tokens) {
    std::string text;
    REQUIRE(session.trim(0) == GOSSET_OK);
    REQUIRE(session.generate(sampler, prompt, tokens, [&](api::Token, std::string_view part) {
        text += part;
        return true;
    }) == GOSSET_OK);
    return text;
}

struct Talker {
    api::Session session;
    api::Sampler sampler;
    explicit Talker(const Fixture& f, uint64_t seed = 0) {
        gosset_sampler_options o = api::sampler_options();
        o.seed = seed;
        REQUIRE(session.create(f.model) == GOSSET_OK);
        REQUIRE(sampler.create(f.model, &o) == GOSSET_OK);
    }
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("generate, in C and in C++") {
    const Fixture f;
    Talker expected(f, 5);
    const std::string text = text_of(expected.session, expected.sampler, f.ids("hello the"), 24);
    CHECK(text.size() > 5);
    for (const char* program : {"generate", "generate_cpp"}) {
        INFO(program);
        const Said said = f.run(program, {f.path, "hello the", "24", "5"});
        CHECK(said.status == 0);
        CHECK(said.out == text + "\n");
        CHECK(said.err.empty());
        CHECK(f.run(program, {f.path, "hello the", "24", "6"}).out != said.out);
        CHECK(f.run(program, {}).status == 2);
        const Said failed = f.run(program, {f.dir.path("none"), "x"});
        CHECK(failed.status == 1);
        CHECK(has(failed.err, f.dir.path("none")));
    }
}

TEST_CASE("chat computes each turn as if from the start") {
    const Fixture f;
    const std::string questions[] = {"hello", "the hell", "then"};
    const Said said = f.run("chat", {f.path, "12"}, "hello\nthe hell\nthen\n");
    std::vector<api::Message> turns;
    api::Tokens prompt;
    turns.push_back({"user", "hello"});
    const gosset_status chats = f.model.chat_tokenize(turns, true, prompt);
    if (chats == GOSSET_UNSUPPORTED) {  // GOSSET_CHAT_TEMPLATES=OFF
        CHECK(said.status == 1);
        CHECK(has(said.err, "template"));
        return;
    }
    turns.clear();
    Talker expected(f);
    std::string all;
    for (const std::string& question : questions) {
        turns.push_back({"user", question});
        REQUIRE(f.model.chat_tokenize(turns, true, prompt) == GOSSET_OK);
        const std::string answer = text_of(expected.session, expected.sampler, prompt, 12);
        all += answer + "\n";
        turns.push_back({"assistant", answer.c_str()});  // a zero byte ends it there
    }
    CHECK(said.status == 0);
    CHECK(said.err.empty());
    CHECK(said.out == all);
}

TEST_CASE("score tells the probability of each token") {
    const Fixture f;
    std::string text;
    for (int i = 0; i < 30; i++) text += "hello, then ";  // more than one batch
    const Said said = f.run("score", {f.path, text});
    REQUIRE(said.status == 0);
    const api::Tokens ids = f.ids(text);
    REQUIRE(ids.size() > 65);
    Talker one(f);
    std::istringstream lines(said.out);
    double total = 0;
    const uint32_t vocab = f.model.info().vocab;
    for (uint32_t i = 0; i + 1 < ids.size(); i++) {
        REQUIRE(one.session.feed(&ids[i], 1, i, GOSSET_WANT_LAST) == GOSSET_OK);
        const float* logits = one.session.logits(0);
        double sum = 0, bits = 0;
        for (uint32_t j = 0; j < vocab; j++) sum += std::exp2((logits[j]) * 1.4426950408889634);
        const double expected = std::log2(sum) - logits[ids[i + 1]] * 1.4426950408889634;
        uint32_t token = 0;
        std::string unit;
        lines >> token >> bits >> unit;
        CHECK(token == ids[i + 1]);
        CHECK(std::fabs(bits - expected) < 0.001);
        total += bits;
    }
    std::string word;
    double perplexity = 0;
    lines >> word >> perplexity;
    CHECK(word == "perplexity");
    const double expected = std::exp2(total / double(ids.size() - 1));
    CHECK(std::fabs(perplexity - expected) < 0.001 * expected);
}

TEST_CASE("resume goes on from a file with the same text") {
    const Fixture f;
    const std::string state = f.dir.path("state");
    const auto resume = [&] { return f.run("resume", {f.path, state, "hello the hell", "then"}); };
    const Said first = resume(), second = resume();
    CHECK(first.status == 0);
    CHECK(has(first.err, "computing"));
    CHECK(second.status == 0);
    CHECK(second.err.empty());
    CHECK(second.out == first.out);
    CHECK(first.out.size() > 5);
    api::Tokens prompt = f.ids("hello the hell");
    for (const api::Token t : f.ids("then", 0)) prompt.push_back(t);
    Talker expected(f);
    CHECK(first.out == text_of(expected.session, expected.sampler, prompt, 32) + "\n");

    std::string bytes = read_file(state);
    bytes[bytes.size() / 2] ^= 1;
    write_file(state, bytes);
    const Said damaged = resume();
    CHECK(has(damaged.err, "hash"));
    CHECK(has(damaged.err, "computing"));
    CHECK(damaged.out == first.out);
    CHECK(resume().err.empty());  // it was written anew
}

TEST_CASE("embedded stays in its memory and its time") {
    const Fixture f;
    const Said said = f.run("embedded", {f.path, "hello", "1000000"});
    CHECK(said.status == 0);
    CHECK(has(said.err, "gosset: model of"));
    size_t announced = 0, taken = 1;
    const size_t at = said.err.find("tier");
    std::istringstream line(said.err.substr(said.err.find('\n', at) + 1));
    std::string words;
    line >> announced >> words >> words >> taken;
    CHECK(announced > 0);
    CHECK(announced == taken);
    Talker expected(f);
    CHECK(said.out == text_of(expected.session, expected.sampler, f.ids("hello"), 64) + "\n");
    const Said late = f.run("embedded", {f.path, "hello", "0"});
    CHECK(late.status == 0);
    CHECK(late.out == "\n");
    CHECK(has(late.err, "abort"));
}
