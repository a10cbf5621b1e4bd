/// Writes a .safetensors file front to back: 8 bytes of header length (little-endian), the JSON
/// header padded with spaces to 8, then the tensors' bytes in order without gaps
/// (github.com/huggingface/safetensors). The file appears under its name only when complete.
/// Relies on format/temp_file.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "format/temp_file.hpp"
#include "runtime/base/status.hpp"

namespace gosset::quantize {

struct SafetensorsEntry {
    std::string name;
    const char* dtype;  ///< "F32", "BF16", ...
    uint64_t element_size;
    std::vector<uint64_t> shape;
};

class SafetensorsWriter {
  public:
    /// Reserves the disk space and writes the header. Errors: sizes that overflow, two tensors of
    /// one name, what the operating system refuses.
    static Result<SafetensorsWriter> create(const std::string& path,
                                            const std::vector<SafetensorsEntry>& entries);
    /// Appends bytes of the tensors, in the order of the entries.
    Status write(std::span<const uint8_t> bytes);
    /// Fails unless exactly the announced bytes have been written.
    Status finish();

  private:
    std::unique_ptr<TempFile> file_;
    uint64_t at_ = 0, end_ = 0;  ///< bytes written so far; size of the file
};

}  // namespace gosset::quantize
