#include "tools/gosset/parse.hpp"

#include <cstdio>
#include <string>

namespace gosset::cli {

std::optional<int> parse(CLI::App& app, int argc, char** argv) {
    const std::string name = "gosset " + std::string(argv[0]);
    app.name(name);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        std::fputs(app.help().c_str(), stdout);
        return kGood;
    } catch (const CLI::ParseError& e) {
        std::fprintf(stderr, "%s: %s\n%s --help tells more\n", name.c_str(), e.what(),
                     name.c_str());
        return kUsage;
    }
    return std::nullopt;
}

}  // namespace gosset::cli
