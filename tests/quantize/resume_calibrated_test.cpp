// Interrupted calibrated runs of a real (tiny) model.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "tests/quantize/resume_support.hpp"
#include "tests/support/support.hpp"
#include "tools/import/source.hpp"
#include "tools/quantize/moment_store.hpp"
#include "tools/quantize/pipeline.hpp"

using namespace gosset;
using namespace gosset::quantize;
using test::contains, test::Files, test::resumable, test::stop_after;

TEST_CASE("a calibrated run of stories260K, stopped and continued") {
    const std::string model_path = test::data("models/stories260K/stories260Ktok512.gguf");
    const std::string text_path = test::data("text/tinystories_train_head.txt");
    if (model_path.empty() || text_path.empty()) return;
    auto source = open_source(model_path);
    REQUIRE_OK(source);
    const test::TempDir dir;
    const Files files(dir.path("m.gosset"));

    Options options = resumable("e8n3");
    options.calibration.text = test::read_file(text_path).substr(0, 8000);
    options.calibration.tokens = 1024;
    options.calibration.memory = 1;  // a pass for each of five layers, and the head
    int passes = 0;
    const auto count = [&](const Progress& p) {
        if (std::string(p.phase) == "calibrate" && p.done == p.total) passes++;
        return true;
    };
    options.progress = count;
    options.resume = false;
    REQUIRE_OK(quantize_model(**source, files.out, options));
    const std::string whole = files.take();
    const int all = passes;
    CHECK(all == 6);
    options.resume = true;

    SUBCASE("stopped while encoding: the layers before are not calibrated again") {
        // Chunks of the whole are some fifty; the first batch has the tensors without feedback too.
        for (const int k : {3, 30}) {
            CAPTURE(k);
            Options stopped = options;
            stopped.threads = 1, stopped.progress = stop_after("quantize", k);
            CHECK(quantize_model(**source, files.out, stopped).status().code() ==
                  StatusCode::aborted);
            REQUIRE(files.kept());
            CHECK_FALSE(std::filesystem::exists(files.out + ".calibration"));
            passes = 0;
            options.threads = 1 + k % 3;
            CHECK_OK(quantize_model(**source, files.out, options));
            CHECK(files.take() == whole);
            CHECK_FALSE(files.left());
            MESSAGE("stopped after " << k << " chunks: " << passes << " of " << all << " passes");
            if (k >= 30) CHECK(passes < all);
        }
    }
    SUBCASE("stopped while calibrating: the layers before are kept") {
        Options stopped = options;
        int windows = 0;  // two to a pass: in the third pass
        stopped.progress = [&](const Progress& p) {
            return std::string(p.phase) != "calibrate" || ++windows < 5;
        };
        CHECK(quantize_model(**source, files.out, stopped).status().code() == StatusCode::aborted);
        REQUIRE(files.kept());
        passes = 0;
        CHECK_OK(quantize_model(**source, files.out, options));
        CHECK(files.take() == whole);
        CHECK(passes == all - 2);
    }
    SUBCASE("another text, another part of it, or gradients, is another run") {
        Options stopped = options;
        stopped.progress = stop_after("quantize", 20);
        CHECK_FALSE(quantize_model(**source, files.out, stopped).ok());
        for (const int change : {0, 1, 2}) {
            Options other = options;
            if (change == 0) other.calibration.text[100] ^= 1;
            if (change == 1) other.calibration.tokens = 512;
            if (change == 2) other.calibration.gradient_tokens++;
            const Status s = quantize_model(**source, files.out, other).status();
            CHECK(s.code() == StatusCode::invalid_argument);
            CHECK(contains(s.message(), "calibration: it has 'text of 8000 bytes"));
        }
        CHECK_OK(quantize_model(**source, files.out, options));
        CHECK(files.take() == whole);
    }
    SUBCASE("a text that is too short leaves nothing to continue") {
        options.calibration.text = "Once upon a time";
        CHECK_FALSE(quantize_model(**source, files.out, options).ok());
        CHECK(std::filesystem::is_empty(dir.path("")));
    }
}

TEST_CASE("a pass over the text goes on at the window where it stopped") {
    const std::string model_path = test::data("models/stories260K/stories260Ktok512.gguf");
    const std::string text_path = test::data("text/tinystories_train_head.txt");
    if (model_path.empty() || text_path.empty()) return;
    auto source = open_source(model_path);
    REQUIRE_OK(source);
    const test::TempDir dir;
    const Files files(dir.path("m.gosset"));
    const std::string moments = moments_path(files.out);
    Options options = resumable("e8n3");  // its head is calibrated too
    options.calibration.text = test::read_file(text_path).substr(0, 8000);
    options.calibration.tokens = 2048;
    options.calibration.save_seconds = 0;
    int windows = 0;
    options.progress = [&](const Progress& p) {
        windows += std::string(p.phase) == "calibrate";
        return true;
    };
    options.resume = false;
    REQUIRE_OK(quantize_model(**source, files.out, options));
    const std::string whole = files.take();
    const int all = windows;
    REQUIRE(all == 4);
    CHECK_FALSE(std::filesystem::exists(moments));
    options.resume = true;

    // Stops after the third window; by SIGKILL, the third is not saved yet.
    const auto interrupt = [&](bool kill) {
        Options stopped = options;
        int n = 0;
        stopped.progress = [&](const Progress& p) {
            if (std::string(p.phase) != "calibrate" || ++n < 3) return true;
            if (kill) ::kill(::getpid(), SIGKILL);
            return false;
        };
        if (!kill) {
            CHECK_FALSE(quantize_model(**source, files.out, stopped).ok());
        } else {
            const pid_t child = ::fork();
            REQUIRE(child >= 0);
            if (child == 0) ::_exit(quantize_model(**source, files.out, stopped).ok());
            int status = 0;
            REQUIRE(::waitpid(child, &status, 0) == child);
            CHECK(WIFSIGNALED(status));
        }
        REQUIRE(std::filesystem::exists(moments));
    };
    const auto finish = [&] {
        windows = 0;
        CHECK_OK(quantize_model(**source, files.out, options));
        CHECK(files.take() == whole);
        CHECK_FALSE(std::filesystem::exists(moments));
        CHECK_FALSE(files.left());
        return windows;
    };
    SUBCASE("stopped or killed while calibrating") {
        for (const bool kill : {false, true}) {
            CAPTURE(kill);
            options.threads = kill ? 3 : 1;
            interrupt(kill);
            const int rest = finish();
            CHECK(rest <= all - (kill ? 1 : 3));  // how often it is saved is a matter of time
            CHECK(rest >= all - (kill ? 2 : 3));
        }
    }
    SUBCASE("stopped while encoding: no window is read again") {
        Options stopped = options;
        stopped.progress = stop_after("quantize", 12);
        CHECK_FALSE(quantize_model(**source, files.out, stopped).ok());
        CHECK(files.kept());
        CHECK(finish() == 0);
    }
    SUBCASE("damaged sums are summed again") {
        interrupt(false);
        const std::string good = test::read_file(moments);
        Rng rng(test::seed());
        for (int i = 0; i < 6; i++) {
            std::string bad = good;
            if (i < 3)
                bad[i < 1 ? rng.below(100) : rng.below(uint32_t(bad.size()))] ^= 4;
            else
                bad.resize(i == 3 ? 0 : rng.below(uint32_t(bad.size())));
            test::write_file(moments, bad);
            CHECK(finish() == all);
        }
        std::filesystem::create_directory(moments);
        windows = 0;
        CHECK_OK(quantize_model(**source, files.out, options));
        CHECK(files.take() == whole);
        CHECK(windows == all);
    }
    SUBCASE("sums of another text are not used") {
        interrupt(false);
        Options other = options;
        other.calibration.text[20] ^= 1;
        windows = 0;
        REQUIRE_OK(quantize_model(**source, files.out, other));
        CHECK(windows == all);
        CHECK(files.take() != whole);
    }
}
