// Journals and partial files that were cut, flipped, swapped or written by somebody else.
#include <cmath>
#include <filesystem>

#include "tests/quantize/memory_source.hpp"
#include "tests/quantize/resume_support.hpp"
#include "tests/support/support.hpp"
#include "tools/quantize/journal.hpp"
#include "tools/quantize/pipeline.hpp"

using namespace gosset;
using namespace gosset::quantize;
using test::contains, test::Files, test::resumable, test::stop_after;

namespace {

/// An interrupted run, put back to that state as often as wanted.
class Interrupted {
  public:
    Interrupted() : source_(test::make_model(64, 96, false, test::seed())), files(dir_.path("m")) {
        REQUIRE_OK(quantize_model(source_, files.out, options_));
        whole_ = files.take();
        Options stopped = options_;
        stopped.threads = 1, stopped.progress = stop_after("quantize", 7);
        REQUIRE_FALSE(quantize_model(source_, files.out, stopped).ok());
        partial = test::read_file(files.partial), journal = test::read_file(files.journal);
        REQUIRE(files.journal_text().finished().size() >= 5);
    }
    void put(const std::string& partial_bytes, const std::string& journal_bytes) const {
        test::write_file(files.partial, partial_bytes);
        test::write_file(files.journal, journal_bytes);
    }
    /// Continues; the file must be right. Returns what the user was told.
    std::string finish() {
        std::string told;
        options_.note = [&](const std::string& text) { told += text + "\n"; };
        CHECK_OK(quantize_model(source_, files.out, options_));
        CHECK(files.take() == whole_);
        CHECK_FALSE(files.left());
        return told;
    }
    Status status() const { return quantize_model(source_, files.out, options_).status(); }

  private:
    test::TempDir dir_;
    test::MemorySource source_;
    Options options_ = resumable("q4");
    std::string whole_;

  public:
    Files files;
    std::string partial, journal;
};

/// A journal with these lines behind an honest head.
std::string forged(const JournalText& honest, const std::vector<FinishedTensor>& lines) {
    std::string text = honest.head();
    for (const FinishedTensor& t : lines) text += honest.line(t);
    return text;
}

}  // namespace

TEST_CASE("a journal cut anywhere: the tensors before the cut are used") {
    Interrupted run;
    for (size_t size = 0; size < run.journal.size(); size += 61) {
        CAPTURE(size);
        run.put(run.partial, run.journal.substr(0, size));
        run.finish();
    }
}

TEST_CASE("a journal with a flipped bit: that line is left out, or all of it") {
    Interrupted run;
    Rng rng(test::seed());
    const size_t head = run.files.journal_text().head().size();
    for (int i = 0; i <= test::share(32); i++) {
        std::string bad = run.journal;
        const size_t at = rng.below(uint32_t(bad.size()));
        bad[at] = char(bad[at] ^ (1 << rng.below(8)));
        CAPTURE(at);
        run.put(run.partial, bad);
        const std::string told = run.finish();
        CHECK(contains(told, "damaged"));
        CHECK(contains(told, "continuing") == (at >= head));
    }
}

TEST_CASE("a partial file that was cut, extended, flipped or removed") {
    Interrupted run;
    Rng rng(test::seed());
    for (const size_t size : {size_t(0), size_t(100), run.partial.size() / 3,
                              run.partial.size() / 2, run.partial.size() - 1}) {
        CAPTURE(size);
        run.put(run.partial.substr(0, size), run.journal);
        run.finish();
    }
    run.put(run.partial + std::string(5000, 'z'), run.journal);
    CHECK_FALSE(contains(run.finish(), "damaged"));
    for (int i = 0; i <= test::share(32); i++) {
        std::string bad = run.partial;
        for (int k = 0; k < 20; k++) bad[rng.below(uint32_t(bad.size()))] ^= 1;
        run.put(bad, run.journal);
        run.finish();
    }
    std::string zero(run.partial.size(), '\0');
    run.put(zero, run.journal);
    CHECK(contains(run.finish(), "damaged"));
    test::write_file(run.files.journal, run.journal);  // and no partial file
    run.finish();
}

TEST_CASE("without a journal a partial file is not ours to change") {
    Interrupted run;
    run.put(run.partial, run.journal);
    std::filesystem::remove(run.files.journal);
    const Status s = run.status();
    CHECK(s.code() == StatusCode::invalid_argument);
    CHECK(contains(s.message(), run.files.journal));
    CHECK(test::read_file(run.files.partial) == run.partial);
    std::filesystem::remove(run.files.partial);
    std::filesystem::create_directory(run.files.partial);
    CHECK_FALSE(run.status().ok());
    CHECK(std::filesystem::is_directory(run.files.partial));
    std::filesystem::remove(run.files.partial);
    test::write_file(run.files.out + ".else", "somebody's");
    std::filesystem::create_symlink(run.files.out + ".else", run.files.partial);
    test::write_file(run.files.journal, run.journal);
    CHECK_FALSE(run.status().ok());
    CHECK(test::read_file(run.files.out + ".else") == "somebody's");
}

TEST_CASE("a hostile journal with the right checksums does no harm") {
    Interrupted run;
    run.put(run.partial, run.journal);
    const JournalText honest = run.files.journal_text();
    const FinishedTensor good = honest.finished()[1];
    std::vector<std::vector<FinishedTensor>> forgeries;
    const auto with = [&](auto change) {
        FinishedTensor t = good;
        change(t);
        forgeries.push_back({t});
        forgeries.push_back({good, t});
    };
    with([](FinishedTensor& t) { t.tensor = SIZE_MAX; });
    with([](FinishedTensor& t) { t.tensor = 12; });
    with([](FinishedTensor& t) { t.hash ^= 1; });
    with([](FinishedTensor& t) { t.error = NAN; });
    with([](FinishedTensor& t) { t.energy = INFINITY; });
    with([](FinishedTensor& t) { t.error = -1; });
    with([](FinishedTensor& t) { t.table[15] = -INFINITY; });
    forgeries.push_back({good, good, good});
    for (const auto& lines : forgeries) {
        run.put(run.partial, forged(honest, lines));
        CHECK(contains(run.finish(), "damaged"));
    }
    // Heads: more tensors than there are, none, and no head at all.
    for (const size_t tensors : {size_t(0), size_t(100), SIZE_MAX}) {
        const JournalText other(honest.identity(), tensors);
        run.put(run.partial, forged(other, {good}));
        run.finish();
    }
    for (const char* text : {"", "\n", " \n", "x", "\0\0\0\n", "gosset quantize journal 1\n"}) {
        run.put(run.partial, text);
        CHECK(contains(run.finish(), "damaged"));
    }
    run.put(run.partial, std::string(100000, '\n'));
    run.finish();
}

TEST_CASE("a journal gives back what was put in") {
    Rng rng(test::seed());
    std::string every;
    for (int i = 0; i < 256; i++) every += char(i);
    const JournalText journal({{"source", every}, {"options", ""}, {"plan", "\\0a \\"}}, 3);
    FinishedTensor t{2, 0xfedcba9876543210, 1e-300, 12.5, {}};
    for (float& v : t.table) v = rng.normal();
    const auto back = JournalText::parse(journal.head() + journal.line(t));
    REQUIRE(back);
    CHECK(back->identity() == journal.identity());
    CHECK(back->head() == journal.head());
    CHECK(back->tensors() == 3);
    CHECK(back->damaged() == 0);
    REQUIRE(back->finished().size() == 1);
    CHECK(back->finished()[0].tensor == 2);
    CHECK(back->finished()[0].hash == t.hash);
    CHECK(back->finished()[0].error == t.error);
    CHECK(back->finished()[0].energy == t.energy);
    CHECK(back->finished()[0].table == t.table);
}
