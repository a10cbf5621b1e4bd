/// What the tests of interrupted runs share: options, a stop at a given moment, and the files that
/// such a run leaves.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "tests/support/support.hpp"
#include "tools/quantize/checkpoint.hpp"
#include "tools/quantize/pipeline.hpp"

namespace gosset::test {

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

inline quantize::Options resumable(const std::string& codec) {
    quantize::Options o;
    o.plan.codec = codec, o.plan.head_codec = codec, o.threads = 2, o.resume = true;
    o.provenance = {"a.gguf", "xxh3:1", "gosset 1", "quantize --codec " + codec};
    return o;
}

/// Says stop at call number `calls` (from 0) in a phase.
inline quantize::ProgressFn stop_after(const std::string& phase, int calls) {
    return [=](const quantize::Progress& p) mutable { return p.phase != phase || calls-- > 0; };
}

struct Files {
    std::string out, partial, journal;
    explicit Files(const std::string& path)
        : out(path), partial(quantize::partial_path(path)), journal(quantize::journal_path(path)) {}
    bool kept() const {
        return std::filesystem::exists(partial) && std::filesystem::exists(journal);
    }
    bool left() const {
        return std::filesystem::exists(partial) || std::filesystem::exists(journal);
    }
    /// The finished file's bytes; the file goes.
    std::string take() const {
        std::string bytes = read_file(out);
        std::filesystem::remove(out);
        return bytes;
    }
    quantize::JournalText journal_text() const {
        bool damaged = false;
        auto text = quantize::Journal::read(journal, damaged);
        REQUIRE(text);
        return *text;
    }
};

}  // namespace gosset::test
