/// How every verb reads its arguments: help on stdout, a usage error as one line that names the
/// verb. Relies on CLI11.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>

#include "tools/gosset/command.hpp"

namespace gosset::cli {

/// Parses; an exit status when the verb is done already: 0 after --help, 2 after a usage error.
std::optional<int> parse(CLI::App& app, int argc, char** argv);

}  // namespace gosset::cli
