// gosset-pi as a script uses it: lines over a pipe, answers beside the same by gosset.hpp, the
// board's files from a false root.
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <gosset/gosset.hpp>

#include "tests/runtime/talking_model.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

struct Said {
    int status;
    std::string out, err;
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// A model, and a board whose files are here.
struct Fixture {
    TempDir dir;
    std::string path, root = dir.path("root");
    api::Model model;

    explicit Fixture(std::string small = "") : path(std::move(small)) {
        if (path.empty()) {
            path = dir.path("m.gosset");
            make_talking_model(path, 11);
        }
        // As gosset-pi does. Prompts here have less than 32 tokens: none is rounded.
        REQUIRE(model.open(path.c_str()) == GOSSET_OK);
        put("none", "");
    }
    void put(const std::string& file, const std::string& text) const {
        const std::filesystem::path full = root + "/" + file;
        std::filesystem::create_directories(full.parent_path());
        write_file(full.string(), text);
    }
    /// Runs gosset-pi with this root and one thread; words are quoted for the shell.
    Said run(const std::vector<std::string>& words, const std::string& input = "") const {
        std::string command = "'" GOSSET_PI "' -t 1 --root '" + root + "'";
        for (const std::string& word : words) command += " '" + word + "'";
        const std::string in = dir.path("in"), out = dir.path("out"), err = dir.path("err");
        write_file(in, input);
        command += " < '" + in + "' > '" + out + "' 2> '" + err + "'";
        const int status = std::system(command.c_str());
        REQUIRE(WIFEXITED(status));
        const Said said = {WEXITSTATUS(status), read_file(out), read_file(err)};
        CHECK_FALSE(has(said.err, "\033"));
        CHECK_FALSE(has(said.err, "> "));
        return said;
    }
    /// Bytes of session and file and of the rest that gosset-pi adds.
    uint64_t need(uint32_t context) const {
        gosset_session_options options = api::session_options();
        options.context = context;
        options.threads = 1;
        return model.info().file_bytes + api::Session::memory(model, &options) + (32 << 20);
    }
    void put_available(uint64_t bytes) const {
        put("proc/meminfo", "MemAvailable: " + std::to_string(bytes / 1024) + " kB\n");
    }
};

const std::string kSmall = source_path("platforms/models/gosset-tales-29m.gosset");

/// Continues a prompt greedily from an empty cache.
std::string greedy(const api::Model& model, const api::Tokens& prompt, uint32_t most,
                   api::Tokens* ids = nullptr) {
    gosset_sampler_options options = api::sampler_options();
    options.greedy = 1;
    api::Session session;
    api::Sampler sampler;
    REQUIRE(session.create(model) == GOSSET_OK);
    REQUIRE(sampler.create(model, &options) == GOSSET_OK);
    std::string text;
    REQUIRE(session.generate(sampler, prompt, most, [&](api::Token token, std::string_view part) {
        text += part;
        if (ids) ids->push_back(token);
        return true;
    }) == GOSSET_OK);
    return text;
}

std::string line_of(const std::string& text) {
    return !text.empty() && text.back() == '\n' ? text : text + "\n";
}

}  // namespace

TEST_CASE("plain text: two turns of the repository's model, and more of the second") {
    const Fixture f(kSmall);
    const Said said = f.run({kSmall, "-n", "12", "--greedy"},
                            "The ship lay at anchor in the\nThe captain\n/more\n");
    api::Tokens ids, added;
    REQUIRE(f.model.tokenize("The ship lay at anchor in the", GOSSET_ADD_SPECIAL, ids) ==
            GOSSET_OK);
    const std::string first = greedy(f.model, ids, 12, &ids);
    CHECK(first == " bay, and the captain, who was on watch, was");
    REQUIRE(f.model.tokenize("\nThe captain", 0, added) == GOSSET_OK);
    ids.insert(ids.end(), added.begin(), added.end());
    const std::string second = greedy(f.model, ids, 24);
    const size_t cut = greedy(f.model, ids, 12).size();
    CHECK(said.status == 0);
    CHECK(said.out ==
          line_of(first) + line_of(second.substr(0, cut)) + line_of(second.substr(cut)));
    CHECK(has(said.err, "no chat template"));
    CHECK(has(said.err, "/more goes on"));
}

TEST_CASE("a conversation is computed as if each turn came from the start") {
    setenv("GOSSET_ISA", "scalar", 1);
    const Fixture f;
    const Said said = f.run({f.path, "-n", "12", "--greedy", "--system", "brief"},
                            "hello\n\nthe hell\r\n/clear\nhello\n/system x\nhello\n/quit\nhello\n");
    std::vector<api::Message> turns;
    const auto ask = [&](const std::string& question) {
        api::Tokens prompt;
        turns.push_back({"user", question});
        REQUIRE(f.model.chat_tokenize(turns, true, prompt) == GOSSET_OK);
        const std::string answer = greedy(f.model, prompt, 12);
        turns.push_back({"assistant", answer});
        return line_of(answer);
    };
    turns = {{"system", "brief"}};
    api::Tokens any;
    if (f.model.chat_tokenize(turns, true, any) == GOSSET_UNSUPPORTED) {
        CHECK(said.status == 1);  // GOSSET_CHAT_TEMPLATES=OFF
        return;
    }
    const std::string first = ask("hello");
    std::string expected = first + ask("the hell") + first;
    turns = {{"system", "x"}};
    expected += ask("hello");
    CHECK(said.status == 0);
    CHECK(said.out == expected);
    CHECK_FALSE(has(said.err, "no chat template"));
    unsetenv("GOSSET_ISA");
}

TEST_CASE("a text longer than the context forgets its beginning and goes on") {
    const Fixture f(kSmall);
    std::string lines;
    for (int i = 0; i < 6; i++) lines += "The captain and the mate went down to the boat.\n";
    const Said said = f.run({kSmall, "-n", "12", "-c", "64"}, lines);
    CHECK(said.status == 0);
    CHECK(has(said.err, "old tokens forgotten"));
    CHECK(has(said.err, "of 64"));
    const Said most = f.run({kSmall, "-n", "1000", "-c", "64"}, lines.substr(0, 20) + "\n");
    CHECK(most.status == 0);
    CHECK(has(most.err, "context 64 of 64, the context is full]"));
    std::string too_much;
    for (int i = 0; i < 9; i++) too_much += lines.substr(0, 47);
    const Said refused = f.run({kSmall, "-c", "64"}, too_much + "\n");
    CHECK(refused.status == 1);
    CHECK(has(refused.err, "say less"));
}

TEST_CASE("the status line shows what the board's files say, and nothing else") {
    const Fixture f(kSmall);
    const std::vector<std::string> words = {kSmall, "-n", "3"};
    const Said bare = f.run(words, "The ship\n/stats\n");
    CHECK(bare.status == 0);
    CHECK_FALSE(has(bare.err, " C"));
    CHECK_FALSE(has(bare.err, "MHz"));
    CHECK_FALSE(has(bare.err, "free"));
    CHECK(has(bare.err, "tokens/s, 1 thread, context "));
    CHECK(has(bare.err, " of 1024"));
    f.put("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");
    f.put("sys/class/thermal/thermal_zone0/temp", "61250\n");
    f.put("sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "2400000\n");
    f.put("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "1500000\n");
    f.put("proc/device-tree/model", "Raspberry Pi 5 Model B Rev 1.0");
    f.put_available(uint64_t(700) << 20);
    const Said said = f.run(words, "The ship\n/stats\n");
    CHECK(has(said.err, "1 thread, 61.2 C, 1500 of 2400 MHz (slowed down), context "));
    CHECK(has(said.err, "free: 700 MiB"));
    CHECK(has(said.err, "board    Raspberry Pi 5 Model B Rev 1.0\n"));
    CHECK(said.out == bare.out);
    const Said quiet = f.run({kSmall, "-n", "3", "-q"}, "The ship\n");
    CHECK_FALSE(has(quiet.err, "tokens/s"));
    CHECK(quiet.out == bare.out);
}

TEST_CASE("memory: what fits is chosen, what does not is refused with advice") {
    const Fixture f(kSmall);
    f.put_available(f.need(512) + 1023);
    Said said = f.run({kSmall, "-n", "2"}, "The ship\n");
    CHECK(said.status == 0);
    CHECK(has(said.err, " of 512"));
    said = f.run({kSmall, "-n", "2", "-c", "1024"}, "The ship\n");
    CHECK(said.status == 1);
    CHECK(said.out.empty());
    CHECK(has(said.err, "-c 512 fits"));
    f.put_available(f.need(512) - 1024);
    said = f.run({kSmall, "-n", "2"}, "The ship\n");
    CHECK(said.status == 1);
    CHECK(has(said.err, "fewer bits"));
    CHECK_FALSE(has(said.err, " fits"));
    said = f.run({kSmall, "-n", "2", "--anyway"}, "The ship\n");
    CHECK(said.status == 0);
    CHECK_FALSE(said.out.empty());
    said = f.run({kSmall, "--need"});
    CHECK(said.status == 0);
    CHECK(has(said.out, "-c 512 needs "));
    CHECK(has(said.out, "(too much)"));
}

TEST_CASE("failures and wrong usage") {
    const Fixture f(kSmall);
    const std::string none = f.dir.path("none.gosset");
    Said said = f.run({none});
    CHECK(said.status == 1);
    CHECK(has(said.err, none));
    write_file(none, read_file(kSmall).substr(0, 100000));
    CHECK(f.run({none}).status == 1);
    CHECK(f.run({}).status == 2);
    CHECK(f.run({kSmall, "--colour"}).status == 2);
    CHECK(f.run({kSmall, "-t", "many"}).status == 2);
    CHECK(f.run({"--version"}).out == std::string("gosset-pi ") + gosset_version() + "\n");
    said = f.run({"--help"});
    CHECK(said.status == 0);
    CHECK(has(said.out, "usage: gosset-pi"));
    CHECK(f.run({kSmall}).status == 0);                       // the end of input at once
    CHECK(f.run({kSmall, "-n", "2"}, "The ship").out != "");  // a last line without its end
    for (const char* line : {"/walk\n", "\xff\n", "/more\n", "/system x\n"}) {
        INFO(line);
        said = f.run({kSmall}, std::string(line) + "The ship\n");
        CHECK(said.status == 1);
        CHECK(said.out.empty());
        CHECK(has(said.err, "gosset-pi: "));
    }
}
