/// `gosset bench --kernels`: the speed of each codec's matrix-vector kernel. Relies on tools/bench.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gosset::cli {

struct KernelBenchOptions {
    std::vector<std::string> codecs;  ///< empty: all
    std::string isa;                  ///< empty: all
    std::vector<uint32_t> threads = {1};
    bool json = false;
};

/// Prints the rows; the exit status of the verb.
int bench_kernels(const KernelBenchOptions& options);

}  // namespace gosset::cli
