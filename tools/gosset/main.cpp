#include "tools/gosset/command.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>

#include "gosset/gosset.h"

namespace {

struct Command {
    const char* name;
    const char* help;
    int (*run)(int, char**);
};

const Command kCommands[] = {
#define GOSSET_COMMAND(name, help) {#name, help, gosset::cli::cmd_##name},
#include "tools/gosset/commands.def"
#undef GOSSET_COMMAND
    {nullptr, nullptr, nullptr},
};

void usage(FILE* to) {
    std::fprintf(to, "gosset %d.%d.%d: large language models on CPUs from lattice codes\n\n",
                 GOSSET_VERSION_MAJOR, GOSSET_VERSION_MINOR, GOSSET_VERSION_PATCH);
    std::fprintf(to, "usage: gosset VERB [options]      gosset VERB --help tells more\n\n");
    for (const Command* c = kCommands; c->name; c++)
        std::fprintf(to, "  %-10s %s\n", c->name, c->help);
}

/// A verb is good only when its output arrived: behind "> FILE" is a disk that can be full.
int finish(const char* verb, int status) {
    errno = 0;
    if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return status;
    std::fprintf(stderr, "gosset %s: cannot write to stdout%s%s\n", verb, errno ? ": " : "",
                 errno ? std::strerror(errno) : "");
    return status == gosset::cli::kGood ? gosset::cli::kFailure : status;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is an error of write() then
    if (argc < 2) return usage(stderr), gosset::cli::kUsage;
    if (!std::strcmp(argv[1], "--help") || !std::strcmp(argv[1], "-h"))
        return usage(stdout), gosset::cli::kGood;
    if (!std::strcmp(argv[1], "--version")) {
        std::printf("gosset %d.%d.%d\n", GOSSET_VERSION_MAJOR, GOSSET_VERSION_MINOR,
                    GOSSET_VERSION_PATCH);
        return gosset::cli::kGood;
    }
    for (const Command* c = kCommands; c->name; c++) {
        if (std::strcmp(c->name, argv[1]) != 0) continue;
        try {
            return finish(c->name, c->run(argc - 1, argv + 1));
        } catch (const std::exception& e) {  // out of memory, mostly
            std::fprintf(stderr, "gosset %s: %s\n", c->name, e.what());
            return gosset::cli::kFailure;
        }
    }
    std::fprintf(stderr, "gosset: no verb '%s'\n\n", argv[1]);
    return usage(stderr), gosset::cli::kUsage;
}
