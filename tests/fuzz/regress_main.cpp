// Runs a fuzz target without a fuzzer, so that every compiler builds it and every test run replays
// its corpus: `x_fuzz FILE|FOLDER...` runs each file as it is, cut short, and with random damage.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "runtime/base/rng.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;
constexpr int kVariants = 200;  // of each file

void run(const std::vector<uint8_t>& bytes) {
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

/// The same damage in every run: what fails here fails again under a debugger.
void run_variants(const std::vector<uint8_t>& bytes) {
    gosset::Rng rng(bytes.size());
    for (int i = 0; i < kVariants && !bytes.empty(); i++) {
        std::vector<uint8_t> damaged = bytes;
        const uint32_t hits = 1 + rng.below(3), size = uint32_t(bytes.size());
        for (uint32_t k = 0; k < hits; k++) damaged[rng.below(size)] = uint8_t(rng.next());
        if (rng.below(4) == 0) damaged.resize(rng.below(size));
        run(damaged);
    }
}

std::vector<fs::path> files_of(const fs::path& path) {
    if (!fs::is_directory(path)) return {path};
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(path))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

int main(int argc, char** argv) {
    int count = 0;
    for (int i = 1; i < argc; i++) {
        for (const fs::path& path : files_of(argv[i])) {
            std::ifstream in(path, std::ios::binary);
            if (!in) return std::fprintf(stderr, "cannot read %s\n", path.c_str()), 1;
            const std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
            std::printf("%s (%zu bytes)\n", path.c_str(), bytes.size());
            std::fflush(stdout);  // the last line names the culprit of a crash
            run(bytes);
            run_variants(bytes);
            count++;
        }
    }
    if (count == 0) return std::fprintf(stderr, "no corpus: nothing was tested\n"), 1;
    run({});
    std::printf("%d files, %d variants each\n", count, kVariants);
    return 0;
}
