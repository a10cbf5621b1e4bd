// Any bytes as a GGUF model: open it and read every row of what was opened.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "tools/import/gguf_source.hpp"

using namespace gosset;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    // A copy of the exact size, so that a sanitizer sees the first byte too far.
    const std::unique_ptr<uint8_t[]> copy(new uint8_t[size + 1]);
    uint8_t* const bytes = copy.get() + 1;  // and nothing is aligned
    if (size != 0) std::memcpy(bytes, data, size);
    const auto source = open_gguf_source(SourceBytes::borrow({bytes, size}));
    if (!source.ok()) {
        if (source.status().message().empty()) std::abort();
        return 0;
    }
    for (size_t i = 0; i < (*source)->tensors().size(); i++) {
        const SourceTensor& t = (*source)->tensors()[i];
        std::vector<float> row(t.cols());
        for (uint64_t r = 0; r < t.rows(); r++)
            if (!(*source)->read_rows(i, r, 1, row.data()).ok()) break;
    }
    return 0;
}
