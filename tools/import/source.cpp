#include "tools/import/source.hpp"

#include <cstring>
#include <filesystem>

#include "tools/import/gguf_source.hpp"
#include "tools/import/safetensors_source.hpp"
#include "tools/import/source_bytes.hpp"

namespace gosset {

Result<std::unique_ptr<ModelSource>> open_source(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) return not_found(path + ": no such file or directory");
    if (fs::is_directory(status)) return open_safetensors_source(path);
    GOSSET_ASSIGN(SourceBytes bytes, SourceBytes::map(path));
    const std::span<const uint8_t> b = bytes.span();
    if (b.size() >= 4 && std::memcmp(b.data(), "GGUF", 4) == 0) {
        Result<std::unique_ptr<ModelSource>> source = open_gguf_source(std::move(bytes));
        if (!source.ok()) return source.status().in(path);
        return source;
    }
    // The header's length takes less than 8 bytes in any file that is not absurd.
    const bool json_follows = b.size() > 8 && b[8] == '{' && b[6] == 0 && b[7] == 0;
    if (json_follows || fs::path(path).extension() == ".safetensors")
        return open_safetensors_source(path);
    return unsupported(path +
                       ": neither GGUF nor safetensors: name a .gguf file, a .safetensors file or "
                       "a Hugging Face directory");
}

}  // namespace gosset
