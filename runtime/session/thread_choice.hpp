/// How many threads decode a model fastest on this machine, found by trying: reading weights stops
/// gaining long before the cores run out, hardware threads and slow cores may even cost, and a
/// container may have fewer cores than it sees. Relies on Session.
#pragma once

#include <string>

#include "runtime/model/weights.hpp"

namespace gosset {

struct ThreadChoice {
    uint32_t threads = 1;
    std::string why;  ///< "2 threads: 2 read the weights at 24.9 GB/s, 1 at 12.8"
};

/// Decodes a token through the first layers with `cores` threads and fewer, for at most a quarter
/// of a second once the weights are in memory, and takes the fewest threads that are within 3% of
/// the fastest. Any failure (no memory, no threads) leaves that number of threads out.
ThreadChoice choose_threads(const ModelWeights& model, uint32_t cores);

}  // namespace gosset
