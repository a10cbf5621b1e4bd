#include "tools/import/safetensors_header.hpp"

#include <exception>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "tools/import/printable.hpp"

namespace gosset {
namespace {

using nlohmann::json;
constexpr size_t kMaxDims = 8;

/// Takes the parser's events; returning false stops it. The only forms that exist are
/// { name: {dtype: string, shape: [..], data_offsets: [..]}, "__metadata__": {key: string} }.
class HeaderEvents {
  public:
    std::vector<SafetensorsEntry> entries;
    std::string error;

    bool start_object(size_t) {
        if (depth_ == 2 || array_) return fail("an object where none belongs");
        if (++depth_ == 2 && !metadata_) entries.push_back({name_, "", {}, {}}), fields_ = 0;
        return true;
    }
    bool end_object() {
        if (depth_-- == 2 && !metadata_ && fields_ != 7)
            return fail("tensor " + printable(name_) + " lacks dtype, shape or data_offsets");
        return true;
    }
    bool key(std::string& k) {
        if (depth_ == 1) return tensor_key(k);
        field_ = k;
        if (metadata_) return true;
        const int bit = k == "dtype" ? 1 : k == "shape" ? 2 : k == "data_offsets" ? 4 : 0;
        if (bit == 0)
            return fail("tensor " + printable(name_) + " has the unknown key " + printable(k));
        if (fields_ & bit)
            return fail("tensor " + printable(name_) + " has " + printable(k) + " twice");
        fields_ |= bit;
        return true;
    }
    bool string(std::string& text) {
        if (depth_ != 2 || array_) return fail("a string where none belongs");
        if (metadata_) return true;
        if (field_ != "dtype") return fail(printable(field_) + " is a string");
        entries.back().dtype = text;
        return true;
    }
    bool start_array(size_t) {
        if (depth_ != 2 || array_ || metadata_ || field_ == "dtype")
            return fail("an array where none belongs");
        array_ = field_ == "shape" ? &entries.back().shape : &entries.back().offsets;
        return true;
    }
    bool end_array() {
        if (field_ == "data_offsets" && array_->size() != 2)
            return fail("tensor " + printable(name_) + " does not have two data_offsets");
        array_ = nullptr;
        return true;
    }
    bool number_unsigned(uint64_t v) {
        if (!array_) return fail("a number where none belongs");
        if (array_->size() == kMaxDims)
            return fail("tensor " + printable(name_) + " has more than 8 values in " +
                        printable(field_));
        array_->push_back(v);
        return true;
    }
    bool number_integer(int64_t) { return fail("a negative number"); }
    bool number_float(double, const std::string&) { return fail("a number that is not whole"); }
    bool null() { return fail("null where a value belongs"); }
    bool boolean(bool) { return fail("a truth value where none belongs"); }
    bool binary(json::binary_t&) { return fail("binary data"); }
    bool parse_error(size_t at, const std::string&, const std::exception&) {
        return fail("malformed JSON near byte " + std::to_string(at));
    }

  private:
    bool fail(std::string what) {
        if (error.empty()) error = std::move(what);
        return false;
    }
    bool tensor_key(const std::string& k) {
        if (!names_.insert(k).second) return fail("the name " + printable(k) + " appears twice");
        name_ = k;
        metadata_ = k == "__metadata__";
        return true;
    }

    int depth_ = 0, fields_ = 0;
    bool metadata_ = false;
    std::string name_, field_;
    std::vector<uint64_t>* array_ = nullptr;
    std::set<std::string> names_;
};

}  // namespace

Result<std::vector<SafetensorsEntry>> parse_safetensors_header(std::string_view text) {
    HeaderEvents events;
    try {
        const bool good = json::sax_parse(text.begin(), text.end(), &events);
        if (good && events.error.empty()) return std::move(events.entries);
    } catch (const std::exception& e) {  // out of memory is all that remains
        return out_of_memory(std::string("safetensors: header: ") + e.what());
    }
    return corrupt("safetensors: header: " + events.error);
}

}  // namespace gosset
