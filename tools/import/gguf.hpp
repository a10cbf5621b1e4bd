/// The GGUF container (v2 and v3, little-endian): metadata and tensor directory over bytes that
/// somebody else owns. Nothing is trusted: every count, length, offset and type id is checked
/// against the size of the file before use, and memory grows only with what was really read.
///
///     | "GGUF" | version:u32 | tensors:u64 | keys:u64 |  keys x (string key, type:u32, value)
///     tensors x (string name, n_dims:u32, dims:u64[n_dims], type:u32, offset:u64)
///     padding to general.alignment (32) | data; offsets count from here, multiples of the
///     alignment string = length:u64 + bytes; array = type:u32 + count:u64 + values
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/status.hpp"
#include "tools/import/gguf_types.hpp"

namespace gosset {

/// A metadata value: bytes in the file, already proven to be inside it.
struct GgufValue {
    GgufType type = GgufType::u8;     ///< of the value, or `array`
    GgufType element = GgufType::u8;  ///< of the elements of an array
    uint64_t count = 1;               ///< elements of an array
    std::span<const uint8_t> bytes;   ///< the text of a string; the elements of an array
};

struct GgufTensor {
    std::string_view name;
    std::vector<uint64_t>
        shape;  ///< 1 to 4 dimensions, row-major: the slowest first (not ggml's order)
    const GgmlType* type = nullptr;
    std::span<const uint8_t> data;  ///< exact
};

class GgufFile {
  public:
    /// `bytes` must outlive the object.
    static Result<GgufFile> parse(std::span<const uint8_t> bytes);

    uint32_t version() const { return version_; }
    const std::vector<GgufTensor>& tensors() const { return tensors_; }
    const GgufTensor* tensor(std::string_view name) const;
    const std::map<std::string_view, GgufValue>& values() const { return values_; }
    const GgufValue* find(std::string_view key) const;

    // Typed reads. An absent key leaves *out as it was; a value of another type or out of range is
    // an error that names the key. Integers of any width are accepted; f32 also takes f64.
    Status read(std::string_view key, uint32_t* out) const;
    Status read(std::string_view key, float* out) const;
    Status read(std::string_view key, bool* out) const;
    Status read(std::string_view key, std::string* out) const;
    Status read(std::string_view key, std::vector<std::string_view>* out) const;  ///< into the file
    Status read(std::string_view key, std::vector<float>* out) const;
    Status read(std::string_view key, std::vector<int32_t>* out) const;
    Status read(std::string_view key, std::vector<bool>* out) const;  ///< also integers: 0 or not

  private:
    uint32_t version_ = 0;
    std::map<std::string_view, GgufValue> values_;
    std::vector<GgufTensor> tensors_;
    std::map<std::string_view, size_t> by_name_;

    friend class GgufParser;
};

}  // namespace gosset
