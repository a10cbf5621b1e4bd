// Typed reads of GGUF metadata: a value of the wrong type or out of range is an error that names
// it.
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "tools/import/gguf.hpp"
#include "tools/import/printable.hpp"

namespace gosset {
namespace {

/// The integer at p, when `type` is an integer type and the value fits an int64.
std::optional<int64_t> load_integer(GgufType type, const uint8_t* p) {
    const uint64_t v = load_le(p, gguf_value_size(type));
    switch (type) {
        case GgufType::u8:
        case GgufType::u16:
        case GgufType::u32:
            return int64_t(v);
        case GgufType::i8:
            return int8_t(v);
        case GgufType::i16:
            return int16_t(v);
        case GgufType::i32:
            return int32_t(v);
        case GgufType::i64:
            return int64_t(v);
        case GgufType::u64:
            if (v > uint64_t(INT64_MAX)) return {};
            return int64_t(v);
        default:
            return {};
    }
}

std::optional<float> load_float(GgufType type, const uint8_t* p) {
    double v = 0;
    if (type == GgufType::f32)
        v = std::bit_cast<float>(uint32_t(load_le(p, 4)));
    else if (type == GgufType::f64)
        v = std::bit_cast<double>(load_le(p, 8));
    else
        return {};
    if (!(std::fabs(v) <= double(std::numeric_limits<float>::max()))) return {};
    return float(v);
}

Status wrong(std::string_view key, const GgufValue& value, const char* wanted) {
    std::string has = gguf_type_name(value.type);
    if (value.type == GgufType::array) has += std::string(" of ") + gguf_type_name(value.element);
    return corrupt("GGUF: key " + printable(key) + " must be " + wanted + ", but holds " + has +
                   " or a value out of range");
}

/// Reads an array through `load`, which answers nothing for what it refuses.
template <class T, class Load>
Status read_array(std::string_view key, const GgufValue* value, const char* wanted, Load load_one,
                  std::vector<T>* out) {
    if (!value) return {};
    const uint32_t size = gguf_value_size(value->element);
    if (value->type != GgufType::array || size == 0) return wrong(key, *value, wanted);
    std::vector<T> result;
    result.reserve(value->count);
    for (uint64_t i = 0; i < value->count; i++) {
        const auto v = load_one(value->element, value->bytes.data() + i * size);
        if (!v) return wrong(key, *value, wanted);
        result.push_back(T(*v));
    }
    *out = std::move(result);
    return {};
}

}  // namespace

Status GgufFile::read(std::string_view key, uint32_t* out) const {
    const GgufValue* value = find(key);
    if (!value) return {};
    const auto v = load_integer(value->type, value->bytes.data());
    if (!v || *v < 0 || *v > int64_t(UINT32_MAX))
        return wrong(key, *value, "an integer of 0 to 4294967295");
    *out = uint32_t(*v);
    return {};
}

Status GgufFile::read(std::string_view key, float* out) const {
    const GgufValue* value = find(key);
    if (!value) return {};
    const auto v = load_float(value->type, value->bytes.data());
    if (!v) return wrong(key, *value, "a finite f32");
    *out = *v;
    return {};
}

Status GgufFile::read(std::string_view key, bool* out) const {
    const GgufValue* value = find(key);
    if (!value) return {};
    if (value->type != GgufType::boolean) return wrong(key, *value, "a bool");
    *out = value->bytes[0] != 0;
    return {};
}

Status GgufFile::read(std::string_view key, std::string* out) const {
    const GgufValue* value = find(key);
    if (!value) return {};
    if (value->type != GgufType::string) return wrong(key, *value, "a string");
    out->assign(reinterpret_cast<const char*>(value->bytes.data()), value->bytes.size());
    return {};
}

Status GgufFile::read(std::string_view key, std::vector<std::string_view>* out) const {
    const GgufValue* value = find(key);
    if (!value) return {};
    if (value->type != GgufType::array || value->element != GgufType::string)
        return wrong(key, *value, "an array of strings");
    std::vector<std::string_view> result;
    result.reserve(value->count);
    const uint8_t* p = value->bytes.data();  // lengths were checked when the file was parsed
    for (uint64_t i = 0; i < value->count; i++) {
        const uint64_t length = load_le(p, 8);
        result.emplace_back(reinterpret_cast<const char*>(p + 8), length);
        p += 8 + length;
    }
    *out = std::move(result);
    return {};
}

Status GgufFile::read(std::string_view key, std::vector<float>* out) const {
    return read_array(key, find(key), "an array of finite f32", load_float, out);
}

Status GgufFile::read(std::string_view key, std::vector<int32_t>* out) const {
    const auto load_i32 = [](GgufType type, const uint8_t* p) -> std::optional<int64_t> {
        const auto v = load_integer(type, p);
        return v && *v >= INT32_MIN && *v <= INT32_MAX ? v : std::nullopt;
    };
    return read_array(key, find(key), "an array of i32", load_i32, out);
}

Status GgufFile::read(std::string_view key, std::vector<bool>* out) const {
    const auto load_flag = [](GgufType type, const uint8_t* p) -> std::optional<bool> {
        if (type == GgufType::boolean) return *p != 0;
        const auto v = load_integer(type, p);
        return v ? std::optional<bool>(*v != 0) : std::nullopt;
    };
    return read_array(key, find(key), "an array of bools", load_flag, out);
}

}  // namespace gosset
