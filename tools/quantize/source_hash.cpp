#include "tools/quantize/source_hash.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

namespace gosset::quantize {

namespace {

namespace fs = std::filesystem;

Result<std::vector<fs::path>> files_of(const std::string& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) return std::vector<fs::path>{path};
    std::vector<fs::path> files;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error))
        if (it->path().extension() == ".safetensors") files.push_back(it->path());
    if (error) return io_error("cannot list '" + path + "': " + error.message());
    std::sort(files.begin(), files.end());
    return files;
}

struct FileClose {
    void operator()(std::FILE* f) const { std::fclose(f); }
};
struct StateFree {
    void operator()(XXH3_state_t* s) const { XXH3_freeState(s); }
};

}  // namespace

Result<std::string> hash_source(const std::string& path, const std::function<bool()>& stop) {
    GOSSET_ASSIGN(const std::vector<fs::path> files, files_of(path));
    const std::unique_ptr<XXH3_state_t, StateFree> state(XXH3_createState());
    if (!state) return out_of_memory("hashing '" + path + "'");
    XXH3_64bits_reset(state.get());
    std::vector<char> buffer(size_t(1) << 22);
    for (const fs::path& file : files) {
        const std::unique_ptr<std::FILE, FileClose> in(std::fopen(file.c_str(), "rb"));
        if (!in) return io_error("cannot open '" + file.string() + "'");
        while (const size_t n = std::fread(buffer.data(), 1, buffer.size(), in.get())) {
            XXH3_64bits_update(state.get(), buffer.data(), n);
            if (stop && stop()) return aborted("stopped on request");
        }
        if (std::ferror(in.get())) return io_error("cannot read '" + file.string() + "'");
    }
    char text[32];
    std::snprintf(text, sizeof text, "xxh3:%016llx",
                  static_cast<unsigned long long>(XXH3_64bits_digest(state.get())));
    return std::string(text);
}

}  // namespace gosset::quantize
