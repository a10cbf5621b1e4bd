#include "tools/import/safetensors.hpp"

#include <algorithm>
#include <utility>

#include "runtime/base/checked.hpp"
#include "tools/import/names.hpp"
#include "tools/import/printable.hpp"
#include "tools/import/safetensors_header.hpp"

namespace gosset {
namespace {

constexpr uint64_t kMaxHeader = 100u * 1000 * 1000;  // the limit of the format's own library

struct Dtype {
    const char* name;
    uint32_t bytes;
    std::optional<ElementType> readable;
};
constexpr Dtype kDtypes[] = {
    {"F32", 4, ElementType::f32},
    {"F16", 2, ElementType::f16},
    {"BF16", 2, ElementType::bf16},
    {"F64", 8, {}},
    {"I64", 8, {}},
    {"I32", 4, {}},
    {"I16", 2, {}},
    {"I8", 1, {}},
    {"U64", 8, {}},
    {"U32", 4, {}},
    {"U16", 2, {}},
    {"U8", 1, {}},
    {"BOOL", 1, {}},
    {"F8_E4M3", 1, {}},
    {"F8_E5M2", 1, {}},
    {"F8_E8M0", 1, {}},
    {"C64", 8, {}},
};

Status check_entry(const SafetensorsEntry& entry, const Dtype** dtype) {
    const std::string what = "safetensors: tensor " + printable(entry.name);
    for (const Dtype& d : kDtypes)
        if (entry.dtype == d.name) *dtype = &d;
    if (!*dtype) return unsupported(what + " is of unknown type " + printable(entry.dtype));
    uint64_t size = (*dtype)->bytes;
    for (const uint64_t dim : entry.shape)
        if (!checked_mul(size, dim, &size))
            return corrupt(what + ": shape " + shape_text(entry.shape) + " overflows");
    const uint64_t begin = entry.offsets[0], end = entry.offsets[1];
    if (end < begin || end - begin != size)
        return corrupt(what + ": " + entry.dtype + " of shape " + shape_text(entry.shape) +
                       " takes " + std::to_string(size) + " bytes, but data_offsets are " +
                       shape_text(entry.offsets));
    return {};
}

Status find_header(std::span<const uint8_t> bytes, std::string_view* header) {
    if (bytes.size() < 8)
        return corrupt("safetensors: a file of " + std::to_string(bytes.size()) +
                       " bytes is too short to be one");
    uint64_t length = 0;
    for (int i = 0; i < 8; i++) length |= uint64_t(bytes[i]) << (8 * i);
    if (length > kMaxHeader || length > bytes.size() - 8)
        return corrupt("safetensors: a header of " + std::to_string(length) +
                       " bytes in a file of " + std::to_string(bytes.size()) +
                       ": not a safetensors file, or not downloaded whole");
    *header = {reinterpret_cast<const char*>(bytes.data()) + 8, size_t(length)};
    if (header->empty() || header->front() != '{')
        return corrupt("safetensors: the header does not begin with '{': not a safetensors file");
    return {};
}

}  // namespace

Result<SafetensorsFile> SafetensorsFile::parse(std::span<const uint8_t> bytes) {
    std::string_view header;
    GOSSET_TRY(find_header(bytes, &header));
    GOSSET_ASSIGN(std::vector<SafetensorsEntry> entries, parse_safetensors_header(header));
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
        return std::pair(a.offsets, std::string_view(a.name)) <
               std::pair(b.offsets, std::string_view(b.name));
    });
    const std::span<const uint8_t> data = bytes.subspan(8 + header.size());
    SafetensorsFile file;
    uint64_t at = 0;
    for (SafetensorsEntry& entry : entries) {
        const Dtype* dtype = nullptr;
        GOSSET_TRY(check_entry(entry, &dtype));
        const uint64_t begin = entry.offsets[0], size = entry.offsets[1] - begin;
        const std::string what = "safetensors: tensor " + printable(entry.name);
        if (begin != at)
            return corrupt(what + " begins at " + std::to_string(begin) + ", not at " +
                           std::to_string(at) + " where the one before it ends");
        if (!range_fits(begin, size, data.size()))
            return corrupt(what + " reaches past the end of the file: not downloaded whole");
        at = entry.offsets[1];
        file.tensors_.push_back({std::move(entry.name), std::move(entry.dtype), dtype->readable,
                                 std::move(entry.shape), data.subspan(begin, size)});
    }
    if (at != data.size())
        return corrupt("safetensors: " + std::to_string(data.size() - at) +
                       " bytes after the last tensor belong to none");
    return file;
}

}  // namespace gosset
