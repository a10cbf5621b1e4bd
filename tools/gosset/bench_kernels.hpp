/// What `gosset bench` measures without a model: kernels and encoders, codec by codec.
/// Relies on tools/bench.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gosset::cli {

struct CodecBenchOptions {
    std::vector<std::string> codecs;  ///< empty: all
    std::string isa;                  ///< empty: all; of kernels only
    std::vector<uint32_t> threads = {1};
    bool json = false;
};

/// `--kernels`: matrix-vector products. Prints the rows; the exit status of the verb.
int bench_kernels(const CodecBenchOptions& options);
/// `--encode`: quantizing rows. The same.
int bench_encoders(const CodecBenchOptions& options);

}  // namespace gosset::cli
