#include "tools/quantize/safetensors_writer.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "runtime/base/checked.hpp"

namespace gosset::quantize {

namespace {

using Json = nlohmann::ordered_json;

/// The JSON header, padded so that the data begins at a multiple of 8; *bytes: size of the data.
Result<std::string> make_header(const std::vector<SafetensorsEntry>& entries, uint64_t* bytes) {
    Json header = Json::object();
    header["__metadata__"] = {{"format", "pt"}};  // transformers insists on it
    std::set<std::string> names;
    uint64_t offset = 0;
    for (const SafetensorsEntry& e : entries) {
        if (!names.insert(e.name).second || e.name == "__metadata__")
            return corrupt("two tensors named '" + e.name + "'");
        uint64_t size = e.element_size, end = 0;
        for (uint64_t d : e.shape)
            if (!checked_mul(size, d, &size)) return corrupt("'" + e.name + "' is too large");
        if (!checked_add(offset, size, &end)) return corrupt("'" + e.name + "' is too large");
        header[e.name] = {{"dtype", e.dtype}, {"shape", e.shape}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    *bytes = offset;
    // A name that is not UTF-8 is written with replacement characters, not refused.
    std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
    text.resize(align_up(text.size(), 8), ' ');
    return text;
}

}  // namespace

Result<SafetensorsWriter> SafetensorsWriter::create(const std::string& path,
                                                    const std::vector<SafetensorsEntry>& entries) {
    SafetensorsWriter w;
    uint64_t data = 0;
    GOSSET_ASSIGN(const std::string header, make_header(entries, &data));
    if (!checked_add(8 + header.size(), data, &w.end_) || w.end_ > uint64_t(INT64_MAX))
        return limit_reached("the tensors exceed the largest file");
    w.file_ = std::make_unique<TempFile>();
    GOSSET_TRY(w.file_->create(path, w.end_));
    uint8_t length[8];
    for (int i = 0; i < 8; i++) length[i] = uint8_t(uint64_t(header.size()) >> (8 * i));
    GOSSET_TRY(w.write(length));
    GOSSET_TRY(w.write({reinterpret_cast<const uint8_t*>(header.data()), header.size()}));
    return w;
}

Status SafetensorsWriter::write(std::span<const uint8_t> bytes) {
    if (bytes.size() > end_ - at_) return internal_error("more tensor data than announced");
    GOSSET_TRY(file_->write(at_, bytes));
    at_ += bytes.size();
    return {};
}

Status SafetensorsWriter::finish() {
    if (at_ != end_) return internal_error(std::to_string(end_ - at_) + " bytes are missing");
    return file_->commit();
}

}  // namespace gosset::quantize
