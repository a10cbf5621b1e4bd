#define DOCTEST_CONFIG_IMPLEMENT
#include "tests/support/support.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace gosset::test {

uint64_t seed() {
    static const uint64_t value = [] {
        if (const char* s = std::getenv("GOSSET_TEST_SEED")) return std::strtoull(s, nullptr, 0);
        return static_cast<unsigned long long>(
            std::chrono::system_clock::now().time_since_epoch().count());
    }();
    return value;
}

bool short_run() {
    static const bool value = [] {
        const char* s = std::getenv("GOSSET_TEST_SMALL");
        return s && *s;
    }();
    return value;
}

std::string source_path(const std::string& relative) {
    return (std::filesystem::path(GOSSET_SOURCE_DIR) / relative).string();
}

std::string data(const std::string& relative) {
    const char* env = std::getenv("GOSSET_TEST_DATA");
    const std::filesystem::path root =
        env ? std::filesystem::path(env)
            : std::filesystem::path(GOSSET_SOURCE_DIR).parent_path() / "shared" / "data";
    const std::filesystem::path p = root / relative;
    return std::filesystem::exists(p) ? p.string() : "";
}

TempDir::TempDir() {
    static int counter = 0;
    dir_ = std::filesystem::temp_directory_path() /
           ("gosset-test-" + std::to_string(seed() % 1000000007) + "-" + std::to_string(counter++));
    std::filesystem::create_directories(dir_);
}
TempDir::~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(dir_, ignored);
}
std::string TempDir::path(const std::string& name) const {
    return (dir_ / name).string();
}

void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
}
std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

}  // namespace gosset::test

int main(int argc, char** argv) {
    std::printf("seed: GOSSET_TEST_SEED=%llu\n",
                static_cast<unsigned long long>(gosset::test::seed()));
    doctest::Context context(argc, argv);
    return context.run();
}
