/// The type ids of the GGUF container: names and sizes of metadata values and of tensor elements.
/// Every ggml type that files hold is listed, so that an unreadable one is refused by its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "tools/import/element_type.hpp"

namespace gosset {

/// Types of metadata values, as stored.
enum class GgufType : uint32_t {
    u8 = 0,
    i8 = 1,
    u16 = 2,
    i16 = 3,
    u32 = 4,
    i32 = 5,
    f32 = 6,
    boolean = 7,
    string = 8,
    array = 9,
    u64 = 10,
    i64 = 11,
    f64 = 12,
};

/// Bytes of a value of fixed size; 0 for strings, arrays and unknown ids.
uint32_t gguf_value_size(GgufType type);
const char* gguf_type_name(GgufType type);

/// A type of tensor elements: `length` weights take `bytes` bytes.
struct GgmlType {
    uint32_t id;
    const char* name;
    uint32_t length;
    uint32_t bytes;
    std::optional<ElementType> readable;  ///< how to convert it; none: known by name only
};

/// The entry of an id, or null.
const GgmlType* find_ggml_type(uint32_t id);

/// "F32, F16, Q4_0, ...": the names of the readable types, for messages.
std::string readable_ggml_types();

/// A little-endian unsigned integer of 0 to 8 bytes.
inline uint64_t load_le(const uint8_t* p, size_t size) {
    uint64_t v = 0;
    for (size_t i = 0; i < size; i++) v |= uint64_t(p[i]) << (8 * i);
    return v;
}

}  // namespace gosset
