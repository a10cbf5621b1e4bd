#include "tools/import/gguf.hpp"

#include <algorithm>
#include <cstring>

#include "runtime/base/checked.hpp"
#include "tools/import/printable.hpp"

namespace gosset {
namespace {

constexpr uint32_t kMagic = 0x46554747;  // "GGUF"
constexpr uint64_t kMinKeyBytes = 8 + 4 + 1;
constexpr uint64_t kMinTensorBytes = 8 + 4 + 8 + 4 + 8;

}  // namespace

/// Walks the file once, front to back.
class GgufParser {
  public:
    explicit GgufParser(std::span<const uint8_t> bytes) : bytes_(bytes) {}
    Status run(GgufFile* file);

  private:
    Status truncated(const std::string& what) const {
        return corrupt("GGUF: the file ends inside " + what + " (at byte " + std::to_string(at_) +
                       " of " + std::to_string(bytes_.size()) +
                       "): damaged or not downloaded whole");
    }
    Status take(uint64_t size, std::span<const uint8_t>* out, const std::string& what) {
        if (!range_fits(at_, size, bytes_.size())) return truncated(what);
        *out = bytes_.subspan(at_, size);
        at_ += size;
        return {};
    }
    template <class T>
    Status take_int(T* out, const std::string& what) {
        std::span<const uint8_t> b;
        GOSSET_TRY(take(sizeof(T), &b, what));
        *out = T(load_le(b.data(), sizeof(T)));
        return {};
    }
    Status take_string(std::string_view* out, const std::string& what) {
        uint64_t length = 0;
        std::span<const uint8_t> b;
        GOSSET_TRY(take_int(&length, what));
        GOSSET_TRY(take(length, &b, what));
        *out = {reinterpret_cast<const char*>(b.data()), b.size()};
        return {};
    }
    Status header();
    Status take_value(const std::string& what, GgufValue* value);
    Status take_array(const std::string& what, GgufValue* value);
    Status take_tensor(uint64_t number);
    Status place_tensors();

    std::span<const uint8_t> bytes_;
    uint64_t at_ = 0;
    uint64_t n_tensors_ = 0, n_values_ = 0;
    std::vector<uint64_t> offsets_;
    GgufFile* file_ = nullptr;
};

Status GgufParser::header() {
    uint32_t magic = 0;
    GOSSET_TRY(take_int(&magic, "the header"));
    if (magic != kMagic) return corrupt("GGUF: no magic number: not a GGUF file");
    GOSSET_TRY(take_int(&file_->version_, "the header"));
    const uint32_t version = file_->version_;
    if (version != 2 && version != 3) {
        const bool swapped = version == 0x02000000 || version == 0x03000000;
        return unsupported(swapped
                               ? std::string("GGUF: big-endian file: convert it to little-endian")
                               : "GGUF version " + std::to_string(version) +
                                     ": only versions 2 and 3 are read");
    }
    GOSSET_TRY(take_int(&n_tensors_, "the header"));
    GOSSET_TRY(take_int(&n_values_, "the header"));
    const uint64_t rest = bytes_.size() - at_;
    if (n_values_ > rest / kMinKeyBytes || n_tensors_ > rest / kMinTensorBytes)
        return corrupt("GGUF: claims " + std::to_string(n_values_) + " keys and " +
                       std::to_string(n_tensors_) + " tensors, more than the file could hold");
    return {};
}

Status GgufParser::take_array(const std::string& what, GgufValue* value) {
    uint32_t element = 0;
    GOSSET_TRY(take_int(&element, what));
    GOSSET_TRY(take_int(&value->count, what));
    value->element = GgufType(element);
    const uint64_t begin = at_;
    if (value->element == GgufType::string) {
        std::string_view ignored;
        for (uint64_t i = 0; i < value->count; i++) GOSSET_TRY(take_string(&ignored, what));
    } else if (const uint64_t size = gguf_value_size(value->element)) {
        uint64_t total = 0;
        if (!checked_mul(size, value->count, &total)) return truncated(what);
        GOSSET_TRY(take(total, &value->bytes, what));
    } else if (value->element == GgufType::array) {
        return unsupported("GGUF: " + what + " is an array of arrays: not read");
    } else {
        return corrupt("GGUF: " + what + " has unknown element type " + std::to_string(element));
    }
    value->bytes = bytes_.subspan(begin, at_ - begin);
    return {};
}

Status GgufParser::take_value(const std::string& what, GgufValue* value) {
    uint32_t type = 0;
    GOSSET_TRY(take_int(&type, what));
    value->type = GgufType(type);
    if (value->type == GgufType::array) return take_array(what, value);
    if (value->type == GgufType::string) {
        std::string_view text;
        GOSSET_TRY(take_string(&text, what));
        value->bytes = {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
        return {};
    }
    const uint64_t size = gguf_value_size(value->type);
    if (size == 0) return corrupt("GGUF: " + what + " has unknown type " + std::to_string(type));
    GOSSET_TRY(take(size, &value->bytes, what));
    if (value->type == GgufType::boolean && value->bytes[0] > 1)
        return corrupt("GGUF: " + what + " is a bool of " + std::to_string(value->bytes[0]));
    return {};
}

Status GgufParser::take_tensor(uint64_t number) {
    GgufTensor t;
    GOSSET_TRY(take_string(&t.name, "the name of tensor " + std::to_string(number)));
    const std::string what = "tensor " + printable(t.name);
    uint32_t n_dims = 0, type = 0;
    GOSSET_TRY(take_int(&n_dims, what));
    if (n_dims < 1 || n_dims > 4)
        return corrupt("GGUF: " + what + " has " + std::to_string(n_dims) +
                       " dimensions, not 1 to 4");
    uint64_t elements = 1, offset = 0;
    t.shape.resize(n_dims);
    for (uint32_t i = 0; i < n_dims; i++) {
        uint64_t& dim = t.shape[n_dims - 1 - i];
        GOSSET_TRY(take_int(&dim, what));
        if (dim == 0 || !checked_mul(elements, dim, &elements))
            return corrupt("GGUF: " + what + " has a dimension of " + std::to_string(dim));
    }
    GOSSET_TRY(take_int(&type, what));
    GOSSET_TRY(take_int(&offset, what));
    t.type = find_ggml_type(type);
    if (!t.type)
        return unsupported("GGUF: " + what + " has unknown ggml type " + std::to_string(type));
    if (t.shape.back() % t.type->length != 0)
        return corrupt("GGUF: " + what + ": rows of " + std::to_string(t.shape.back()) +
                       " are no whole number of " + t.type->name + " blocks, which hold " +
                       std::to_string(t.type->length) + " weights each");
    uint64_t size = 0;
    if (!checked_mul(elements / t.type->length, t.type->bytes, &size) || size > bytes_.size())
        return corrupt("GGUF: " + what + " is larger than the file");
    t.data = bytes_.first(size);  // placed when the start of the data is known
    if (!file_->by_name_.emplace(t.name, file_->tensors_.size()).second)
        return corrupt("GGUF: two tensors are named " + printable(t.name));
    file_->tensors_.push_back(std::move(t));
    offsets_.push_back(offset);
    return {};
}

Status GgufParser::place_tensors() {
    uint32_t alignment = 32;
    GOSSET_TRY(file_->read("general.alignment", &alignment));
    if (alignment == 0 || (alignment & (alignment - 1)) != 0)
        return corrupt("GGUF: general.alignment of " + std::to_string(alignment) +
                       " is not a power of two");
    const uint64_t start = align_up(at_, alignment);  // fits: a file's size plus 32 bits
    std::vector<std::pair<uint64_t, size_t>> order;
    for (size_t i = 0; i < file_->tensors_.size(); i++) {
        GgufTensor& t = file_->tensors_[i];
        const std::string what = "GGUF: tensor " + printable(t.name);
        if (offsets_[i] % alignment != 0)
            return corrupt(what + " begins at offset " + std::to_string(offsets_[i]) +
                           ", no multiple of the alignment " + std::to_string(alignment));
        uint64_t begin = 0;
        if (!checked_add(start, offsets_[i], &begin) ||
            !range_fits(begin, t.data.size(), bytes_.size()))
            return corrupt(what +
                           " reaches past the end of the file: damaged or not downloaded whole");
        t.data = bytes_.subspan(begin, t.data.size());
        order.emplace_back(begin, i);
    }
    std::sort(order.begin(), order.end());
    for (size_t i = 1; i < order.size(); i++) {
        const GgufTensor& before = file_->tensors_[order[i - 1].second];
        const GgufTensor& after = file_->tensors_[order[i].second];
        if (order[i].first - order[i - 1].first < before.data.size())
            return corrupt("GGUF: tensors " + printable(before.name) + " and " +
                           printable(after.name) + " overlap");
    }
    return {};
}

Status GgufParser::run(GgufFile* file) {
    file_ = file;
    GOSSET_TRY(header());
    for (uint64_t i = 0; i < n_values_; i++) {
        std::string_view key;
        GgufValue value;
        GOSSET_TRY(take_string(&key, "the name of key " + std::to_string(i)));
        GOSSET_TRY(take_value("key " + printable(key), &value));
        if (!file_->values_.emplace(key, value).second)
            return corrupt("GGUF: key " + printable(key) + " appears twice");
    }
    for (uint64_t i = 0; i < n_tensors_; i++) GOSSET_TRY(take_tensor(i));
    return place_tensors();
}

Result<GgufFile> GgufFile::parse(std::span<const uint8_t> bytes) {
    GgufFile file;
    GOSSET_TRY(GgufParser(bytes).run(&file));
    return file;
}

const GgufTensor* GgufFile::tensor(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &tensors_[found->second];
}

const GgufValue* GgufFile::find(std::string_view key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
}

}  // namespace gosset
