#include <unistd.h>

#include <cstdio>
#include <string>

#include "format/reader.hpp"
#include "runtime/session/tokenizer.hpp"
#include "tools/gosset/parse.hpp"

namespace gosset::cli {
namespace {

int fail(const Status& status) {
    std::fprintf(stderr, "gosset verify: %s\n", status.message().c_str());
    return kFailure;
}

/// One line that is overwritten, on a terminal only.
bool show_progress(uint64_t done, uint64_t total) {
    if (isatty(STDERR_FILENO) != 1) return true;
    std::fprintf(stderr, "\rverify: %3.0f%% of %.1f MB", 100.0 * double(done) / double(total),
                 double(total) / 1e6);
    if (done == total) std::fprintf(stderr, "\r\x1b[K");
    return true;
}

}  // namespace

int cmd_verify(int argc, char** argv) {
    CLI::App app("Reads a whole model file and proves that no bit of it is damaged");
    app.name("gosset verify");
    std::string path;
    app.add_option("-m,--model", path, "The .gosset file")->required();
    app.footer("Example: gosset verify -m model.gosset");
    if (const auto done = parse(app, argc, argv)) return *done;
    const Result<ModelFile> file = ModelFile::open(path);
    if (!file.ok()) return fail(file.status());
    Status status = file->verify(show_progress);
    if (status.ok()) status = check_self_tests(Tokenizer(&file->tokenizer()));
    if (!status.ok()) return fail(status.in(path));
    std::printf("ok: %s, %zu tensors, %zu bytes\n", path.c_str(), file->tensors().size(),
                file->bytes().size());
    return kGood;
}

}  // namespace gosset::cli
