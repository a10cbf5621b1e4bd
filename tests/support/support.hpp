/// What every test may use: the run's seed (printed, and set by GOSSET_TEST_SEED), the folder of
/// measured data (../shared/data beside the source tree, or GOSSET_TEST_DATA) and loud skips.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>

#include "runtime/base/rng.hpp"
#include "runtime/base/status.hpp"

namespace gosset::test {

/// Seed of this run. Mix in a constant of your own.
uint64_t seed();

/// Whether this run is to be short: GOSSET_TEST_SMALL is set, as it is under an emulator.
bool short_run();
/// n, or a 64th of it in a short run.
inline int share(int n) {
    return short_run() ? n / 64 : n;
}
/// In a short run, seven of eight members of a sweep are left out, chosen by the seed.
inline bool left_out(Rng& rng) {
    return short_run() && rng.below(8) != 0;
}

/// Path of a file under the data folder, or "" where there is none.
std::string data(const std::string& relative);
/// A path of the source tree.
std::string source_path(const std::string& relative);

/// A fresh folder, removed when the object dies.
class TempDir {
  public:
    TempDir();
    ~TempDir();
    std::string path(const std::string& name) const;

  private:
    std::filesystem::path dir_;
};

/// Writes / reads a whole file.
void write_file(const std::string& path, const std::string& bytes);
std::string read_file(const std::string& path);

}  // namespace gosset::test

/// CHECKs that a Status or Result is ok and shows its message when it is not.
#define CHECK_OK(expr)                                  \
    do {                                                \
        const auto& gosset_check = (expr);              \
        INFO(::gosset::test::message_of(gosset_check)); \
        CHECK(gosset_check.ok());                       \
    } while (0)
#define REQUIRE_OK(expr)                                \
    do {                                                \
        const auto& gosset_check = (expr);              \
        INFO(::gosset::test::message_of(gosset_check)); \
        REQUIRE(gosset_check.ok());                     \
    } while (0)
/// Leaves the test case, loudly, where `condition` holds.
#define GOSSET_SKIP_IF(condition, why)                                            \
    do {                                                                          \
        if (condition) {                                                          \
            std::fprintf(stderr, "SKIPPED %s:%d: %s\n", __FILE__, __LINE__, why); \
            return;                                                               \
        }                                                                         \
    } while (0)

namespace gosset::test {
inline std::string message_of(const Status& s) {
    return s.message();
}
template <class T>
std::string message_of(const Result<T>& r) {
    return r.status().message();
}
}  // namespace gosset::test
