/// A verb of the command line: one file each, listed in commands.def. argv[0] is the verb.
/// Exit status: 0 good, 1 failure, 2 usage. Results go to stdout, everything else to stderr.
#pragma once

namespace gosset::cli {

inline constexpr int kGood = 0, kFailure = 1, kUsage = 2;

#define GOSSET_COMMAND(name, help) int cmd_##name(int argc, char** argv);
#include "tools/gosset/commands.def"
#undef GOSSET_COMMAND

}  // namespace gosset::cli
