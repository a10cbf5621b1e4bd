// Interrupted runs: wherever one stops, and whatever happens to its files before it is continued,
// the end is the file of an uninterrupted run, or an error that says why not.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "tests/quantize/memory_source.hpp"
#include "tests/quantize/resume_support.hpp"
#include "tests/support/support.hpp"
#include "tools/quantize/checkpoint.hpp"
#include "tools/quantize/pipeline.hpp"

using namespace gosset;
using namespace gosset::quantize;
using test::contains, test::Files, test::resumable, test::stop_after;

namespace {

struct Run {
    const ModelSource& source;
    Files files;
    std::string whole;  ///< what an uninterrupted run writes
    Run(const ModelSource& s, const test::TempDir& dir, Options options)
        : source(s), files(dir.path("m.gosset")) {
        options.resume = false;
        options.threads = 2;
        REQUIRE_OK(quantize_model(source, files.out, options));
        whole = files.take();
        REQUIRE(!whole.empty());
    }
    /// Leaves a run that stopped after `chunks` chunks.
    void interrupt(Options options, int chunks) const {
        options.progress = stop_after("quantize", chunks);
        options.threads = 1;
        const Status s = quantize_model(source, files.out, options).status();
        REQUIRE(s.code() == StatusCode::aborted);
        REQUIRE(files.kept());
    }
    /// Continues, with any number of threads; returns what the user was told.
    std::string finish(Options options) const {
        std::string told;
        options.note = [&](const std::string& text) { told += text + "\n"; };
        CHECK_OK(quantize_model(source, files.out, options));
        CHECK_FALSE(files.left());
        const bool same = files.take() == whole;
        CHECK(same);
        return told;
    }
};

/// A process that runs into SIGKILL after so many chunks. Returns whether it came to that.
bool killed_after(const ModelSource& source, const std::string& out, Options options, int chunks) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        options.progress = [&](const Progress& p) {
            if (std::string(p.phase) == "quantize" && chunks-- == 0) ::kill(::getpid(), SIGKILL);
            return true;
        };
        ::_exit(quantize_model(source, out, options).ok() ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (WIFEXITED(status)) CHECK(WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

}  // namespace

TEST_CASE("stopped after k chunks and continued, the bytes are the same") {
    const test::TempDir dir;
    const auto source = test::make_model(96, 700, false, test::seed());
    for (const char* codec : {"q4", "e8n4", "f16"}) {
        const Options options = resumable(codec);
        const Run run(source, dir, options);
        for (const int k : {1, 2, 3, 7, 11}) {
            CAPTURE(codec);
            CAPTURE(k);
            run.interrupt(options, k);
            Options other = options;
            other.threads = 1 + k % 3;
            CHECK(contains(run.finish(other), "continuing: "));
        }
    }
}

TEST_CASE("a process killed again and again comes to the end") {
    const test::TempDir dir;
    const auto source = test::make_model(96, 700, false, test::seed());
    Options options = resumable("e8n4");
    const Run run(source, dir, options);
    for (const int chunks : {1, 3}) {
        int deaths = 0;
        for (options.threads = 1; deaths < 40; options.threads = 1 + deaths % 3) {
            if (!killed_after(source, run.files.out, options, chunks)) break;
            deaths++;
            REQUIRE(std::filesystem::exists(run.files.partial));
        }
        CAPTURE(chunks);
        CHECK(deaths >= 2);
        CHECK(deaths < 20);  // each of them got on
        CHECK_FALSE(run.files.left());
        CHECK(run.files.take() == run.whole);
    }
}

TEST_CASE("what was complete is not computed again") {
    const test::TempDir dir;
    const auto source = test::make_model(96, 700, false, test::seed());
    Options options = resumable("q4");
    const Run run(source, dir, options);
    run.interrupt(options, 9);
    const size_t complete = run.files.journal_text().finished().size();
    REQUIRE(complete >= 4);
    // A weight of a complete tensor may now be anything: nobody looks.
    auto changed = source;
    const size_t tensor = run.files.journal_text().finished()[2].tensor;
    changed.values_[tensor].assign(changed.values_[tensor].size(), 7.0f);
    const Run again{changed, dir, options};
    REQUIRE(run.files.kept());
    CHECK_OK(quantize_model(changed, run.files.out, options));
    CHECK(run.files.take() == run.whole);
    CHECK(again.whole != run.whole);
}

TEST_CASE("another source or other options are refused, and nothing is touched") {
    const test::TempDir dir;
    const auto source = test::make_model(64, 96, false, test::seed());
    const Options options = resumable("q4");
    const Run run(source, dir, options);
    run.interrupt(options, 5);
    const std::string partial = test::read_file(run.files.partial),
                      journal = test::read_file(run.files.journal);
    const auto wider = test::make_model(64, 128, false, test::seed());
    struct {
        const char* says;
        std::function<void(Options&)> change;
        const ModelSource* source;
    } const cases[] = {
        {"options: it has 'quantize --codec q4', this run 'quantize --codec e8n4'",
         [](Options& o) { o = resumable("e8n4"); }, &source},
        {"source: it has 'a.gguf xxh3:1', this run 'a.gguf xxh3:2'",
         [](Options& o) { o.provenance.source_hash = "xxh3:2"; }, &source},
        {"tool: ", [](Options& o) { o.provenance.tool_version = "gosset 99"; }, &source},
        {"calibration: it has 'none', this run 'text of 5 bytes",
         [](Options& o) { o.calibration.text = "prose"; }, &source},
        {"plan: ", [](Options&) {}, &wider},
        {"plan: ", [](Options& o) { o.plan.rotate = !o.plan.rotate, o.plan.head_codec = "q8"; },
         &source},
    };
    for (const auto& c : cases) {
        CAPTURE(c.says);
        Options other = options;
        c.change(other);
        const Status s = quantize_model(*c.source, run.files.out, other).status();
        CAPTURE(s.message());
        CHECK(s.code() == StatusCode::invalid_argument);
        CHECK(contains(s.message(), c.says));
        CHECK(contains(s.message(), run.files.partial));
        CHECK(contains(s.message(), "--resume"));
        CHECK(test::read_file(run.files.partial) == partial);
        CHECK(test::read_file(run.files.journal) == journal);
    }
    run.finish(options);
}

TEST_CASE("without resume nothing is kept, and what another run kept stays") {
    const test::TempDir dir;
    const auto source = test::make_model(64, 96, false, test::seed());
    Options options = resumable("q4");
    const Run run(source, dir, options);
    options.resume = false;
    options.progress = stop_after("quantize", 5);
    CHECK_FALSE(quantize_model(source, run.files.out, options).ok());
    CHECK(std::filesystem::is_empty(dir.path("")));
    // Nor with it, when no tensor was complete.
    options.resume = true;
    options.progress = stop_after("quantize", 0);
    auto late = source;
    late.values_[0][5] = NAN;
    options.threads = 1;
    CHECK_FALSE(quantize_model(late, run.files.out, options).ok());
    CHECK(std::filesystem::is_empty(dir.path("")));

    options.progress = {};
    run.interrupt(options, 5);
    const std::string partial = test::read_file(run.files.partial);
    options.resume = false;
    REQUIRE_OK(quantize_model(source, run.files.out, options));
    CHECK(run.files.take() == run.whole);
    CHECK(test::read_file(run.files.partial) == partial);
}

TEST_CASE("a partial file is one process's at a time") {
    const test::TempDir dir;
    const auto source = test::make_model(64, 96, false, test::seed());
    Options options = resumable("q4");
    const Run run(source, dir, options);
    run.interrupt(options, 5);
    // While one run is at work, another begins.
    Status second;
    Options first = options;
    first.progress = [&](const Progress& p) {
        if (second.ok() && std::string(p.phase) == "quantize")
            second = quantize_model(source, run.files.out, options).status();
        return true;
    };
    CHECK_OK(quantize_model(source, run.files.out, first));
    CHECK(contains(second.message(), "another process"));
    CHECK(run.files.take() == run.whole);
}
