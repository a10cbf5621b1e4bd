/// The verbs quantize, export and synth as a shell sees them: exit status, streams, what is left on
/// the disk. GOSSET_CLI is the path of the gosset command.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "format/reader.hpp"
#include "tests/support/support.hpp"

using namespace gosset;

namespace {

struct Outcome {
    int status = -1;  ///< exit status, or 1000 + signal
    std::string out, err;
};

class Child {
  public:
    explicit Child(std::vector<std::string> args) {
        std::vector<char*> argv = {const_cast<char*>(GOSSET_CLI)};
        for (std::string& a : args) argv.push_back(a.data());
        argv.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            redirect(STDOUT_FILENO, dir_.path("out"));
            redirect(STDERR_FILENO, dir_.path("err"));
            ::execv(argv[0], argv.data());
            ::_exit(127);
        }
    }
    void interrupt() const { ::kill(pid_, SIGINT); }
    void kill() const { ::kill(pid_, SIGKILL); }
    Outcome wait() const {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        return {WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status),
                test::read_file(dir_.path("out")), test::read_file(dir_.path("err"))};
    }

  private:
    static void redirect(int fd, const std::string& path) {
        const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ::dup2(file, fd);
    }
    test::TempDir dir_;
    pid_t pid_ = -1;
};

Outcome run_gosset(std::vector<std::string> args) {
    return Child(std::move(args)).wait();
}

std::vector<std::string> synth(const std::string& out, const std::string& codec) {
    return {"synth", "-o",      out,   "--layers", "1",   "--dim",
            "64",    "--ffn",   "96",  "--heads",  "2",   "--kv-heads",
            "1",     "--vocab", "100", "--codec",  codec, "--json"};
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("help is good, misuse is 2, failure is 1 and says what to do") {
    const test::TempDir dir;
    const std::string out = dir.path("m.gosset");
    for (const char* verb : {"quantize", "export", "synth"}) {
        CAPTURE(verb);
        const Outcome help = run_gosset({verb, "--help"});
        CHECK(help.status == 0);
        CHECK(contains(help.out, std::string("gosset ") + verb));
        CHECK(run_gosset({verb}).status == 2);
        CHECK(run_gosset({verb, "--no-such-option"}).status == 2);
    }
    const Outcome bpw = run_gosset({"quantize", "in.gguf", "-o", out, "--bpw", "3.5"});
    CHECK(bpw.status == 2);
    CHECK(contains(bpw.err, "e8n4"));
    for (const char* verb : {"quantize", "synth"}) {
        std::vector<std::string> args = {verb, "-o", out, "-t", "0"};
        if (args[0] == "quantize") args.insert(args.begin() + 1, "in.gguf");
        const Outcome threads = run_gosset(args);
        CHECK(threads.status == 1);
        CHECK(contains(threads.err, "-t 0: at least one thread"));
        args = {verb, "-o", out, "--codec", "q5"};
        if (args[0] == "quantize") args.insert(args.begin() + 1, "in.gguf");
        const Outcome codec = run_gosset(args);
        CHECK(codec.status == 1);
        CHECK(contains(codec.err, "'q5'"));
        CHECK(contains(codec.err, "e8n4"));
    }
    CHECK(run_gosset({"quantize", "no-such.gguf", "-o", out}).status == 1);
    CHECK(run_gosset({"export", "-m", "no-such.gosset", "-o", out}).status == 1);
    CHECK(std::filesystem::is_empty(dir.path("")));
}

TEST_CASE("synth writes the same verified file each time and export reads it") {
    const test::TempDir dir;
    const std::string one = dir.path("1.gosset"), two = dir.path("2.gosset");
    const Outcome made = run_gosset(synth(one, "q4"));
    CAPTURE(made.err);
    REQUIRE(made.status == 0);
    const auto json = nlohmann::json::parse(made.out);
    CHECK(json["bytes"] == std::filesystem::file_size(one));
    CHECK(json["tensors"].size() == 12);
    CHECK(json["tensors"][2]["codec"] == "q4");
    CHECK(json["bpw"].get<double>() > 4);
    auto again = synth(two, "q4");
    again.insert(again.end(), {"-t", "3"});
    REQUIRE(run_gosset(again).status == 0);
    CHECK(test::read_file(one) == test::read_file(two));
    const Outcome exported = run_gosset({"export", "-m", one, "-o", dir.path("m.safetensors")});
    CHECK(exported.status == 0);
    CHECK(std::filesystem::file_size(dir.path("m.safetensors")) > 4 * 12000);
}

TEST_CASE("Ctrl-C leaves no half file") {
    const test::TempDir dir;
    const Child child({"synth", "-o", dir.path("m.gosset"), "--layers", "8", "--dim", "1024",
                       "--ffn", "4096", "--vocab", "8000", "--codec", "e8n4", "-t", "2"});
    // The temporary file shows that the work has begun; there are seconds of it.
    for (int i = 0; i < 1000 && std::filesystem::is_empty(dir.path("")); i++)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    REQUIRE_FALSE(std::filesystem::is_empty(dir.path("")));
    child.interrupt();
    const Outcome outcome = child.wait();
    CHECK(outcome.status == 1);
    CHECK(contains(outcome.err, "gosset synth: "));
    CHECK(contains(outcome.err, "stopped"));
    CHECK(std::filesystem::is_empty(dir.path("")));
}

TEST_CASE("a calibration text that cannot be used is an error that says why") {
    const std::string model = test::data("models/stories260K/stories260Ktok512.gguf");
    if (model.empty()) return;
    const test::TempDir dir, texts;
    std::filesystem::create_directory(texts.path("folder"));
    test::write_file(texts.path("empty"), "");
    test::write_file(texts.path("short"), "Once upon a time");
    test::write_file(texts.path("latin1"), std::string(3000, 'a') + "\xe9t\xe9");
    const std::pair<const char*, const char*> cases[] = {{"missing", "cannot read"},
                                                         {"folder", "is a folder"},
                                                         {"empty", "is empty"},
                                                         {"short", "at least 64"},
                                                         {"latin1", "byte 3000"}};
    for (const auto& [name, says] : cases) {
        for (const bool resume : {false, true}) {
            std::vector<std::string> args = {"quantize",           model,     "-o",
                                             dir.path("m.gosset"), "--calib", texts.path(name)};
            if (resume) args.push_back("--resume");
            const Outcome outcome = run_gosset(args);
            CAPTURE(name);
            CAPTURE(outcome.err);
            CHECK(outcome.status == 1);
            CHECK(contains(outcome.err, "gosset quantize: "));
            CHECK(contains(outcome.err, says));
            CHECK(std::filesystem::is_empty(dir.path("")));
        }
    }
}

TEST_CASE("killed, interrupted, and finished by the same command") {
    const std::string model = test::data("models/gosset-tales-29m/gosset-tales-29m-bf16.gguf");
    if (model.empty()) return;
    const test::TempDir dir;
    const std::string out = dir.path("m.gosset"), partial = out + ".partial";
    const auto args = [&](const char* threads, const char* resume) {
        return std::vector<std::string>{"quantize", model, "-o",    out,   "--codec",
                                        "e8c4",     "-t",  threads, resume};
    };
    REQUIRE(run_gosset({"quantize", model, "-o", out, "--codec", "e8c4", "--json"}).status == 0);
    const std::string whole = test::read_file(out);
    std::filesystem::remove(out);
    // The journal shows how far it is: a line of 200 bytes for each tensor.
    const auto wait_for = [&](uintmax_t bytes) {
        std::error_code error;
        for (int i = 0; i < 20000; i++) {
            const uintmax_t size = std::filesystem::file_size(partial + ".journal", error);
            if (!error && size >= bytes) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return false;
    };
    const Child killed(args("2", "--resume"));
    REQUIRE(wait_for(1500));
    killed.kill();
    CHECK(killed.wait().status == 1000 + SIGKILL);
    CHECK_FALSE(std::filesystem::exists(out));
    REQUIRE(std::filesystem::exists(partial));

    const Child stopped(args("1", "--resume"));
    REQUIRE(wait_for(std::filesystem::file_size(partial + ".journal") + 1000));
    stopped.interrupt();
    const Outcome outcome = stopped.wait();
    CAPTURE(outcome.err);
    CHECK(outcome.status == 1);
    CHECK(contains(outcome.err, "continuing: "));
    CHECK(contains(outcome.err, "the same command continues"));

    const Outcome other = run_gosset({"quantize", model, "-o", out, "--codec", "q4", "--resume"});
    CHECK(other.status == 1);
    CHECK(contains(other.err, "--codec e8c4"));
    const std::string elsewhere = dir.path("other.gosset");
    CHECK_FALSE(contains(run_gosset({"quantize", "none", "-o", elsewhere}).err, "--resume"));
    CHECK(contains(run_gosset({"quantize", "none", "-o", out}).err, "--resume"));

    const Outcome end = run_gosset(args("3", "--resume"));
    CAPTURE(end.err);
    CHECK(end.status == 0);
    CHECK(contains(end.err, "continuing: "));
    CHECK((test::read_file(out) == whole));
    CHECK_FALSE(std::filesystem::exists(partial));
    CHECK_FALSE(std::filesystem::exists(partial + ".journal"));
}
