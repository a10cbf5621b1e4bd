/// The words after `gosset-pi` on the command line. Relies on getopt_long and gosset/gosset.hpp.
#pragma once

#include <cstdint>
#include <gosset/gosset.hpp>
#include <string>

namespace gosset_pi {

struct Options {
    std::string model;     ///< path
    std::string system;    ///< the system message
    std::string root;      ///< where /sys and /proc are read; "" is this machine's
    uint32_t threads = 0;  ///< 0: as many as are fastest here
    uint32_t context = 0;  ///< 0: what fits
    uint32_t most = 0;     ///< tokens of an answer; 0: to its end, of plain text 128
    bool quiet = false;    ///< no status lines
    bool anyway = false;   ///< start although memory is short
    bool need = false;     ///< say the memory and leave
    gosset_sampler_options sampler = gosset::api::sampler_options();
};

enum class Asked { chat, help, version, wrong };

/// Fills `options`; for Asked::wrong, `complaint` says what to write instead.
Asked parse(int argc, char** argv, Options& options, std::string& complaint);

/// What --help prints.
const char* help();

}  // namespace gosset_pi
