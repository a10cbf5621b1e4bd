// Any bytes as a safetensors file, whose rows are read, or (where they begin with '{') as
// config.json.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "tools/import/config_check.hpp"
#include "tools/import/config_json.hpp"
#include "tools/import/safetensors_source.hpp"

using namespace gosset;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size != 0 && data[0] == '{') {
        const std::string_view text(reinterpret_cast<const char*>(data), size);
        const Result<ModelConfig> config = config_from_json(text, text, "config.json");
        if (config.ok() && check_config(*config, 100).ok() && config->layers > 100) std::abort();
        return 0;
    }
    // A copy of the exact size, so that a sanitizer sees the first byte too far.
    const std::unique_ptr<uint8_t[]> copy(new uint8_t[size]);
    if (size != 0) std::memcpy(copy.get(), data, size);
    const auto source = open_safetensors_tensors(SourceBytes::borrow({copy.get(), size}));
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
