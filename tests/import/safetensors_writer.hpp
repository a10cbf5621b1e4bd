/// Builds small safetensors files in memory, right or wrong on purpose. Test support only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gosset::test {

/// Header length, header, data.
inline std::string safetensors(const std::string& header, const std::string& data) {
    const uint64_t n = header.size();
    return std::string(reinterpret_cast<const char*>(&n), 8) + header + data;
}

class SafetensorsWriter {
  public:
    void tensor(const std::string& name, const std::string& dtype,
                const std::vector<uint64_t>& shape, const std::string& data) {
        std::string dims;
        for (const uint64_t d : shape)
            dims.append(dims.empty() ? "" : ",").append(std::to_string(d));
        header_.append(header_.empty() ? "\"" : ",\"").append(name).append("\":{\"dtype\":\"");
        header_.append(dtype).append("\",\"shape\":[").append(dims).append("],\"data_offsets\":[");
        header_.append(std::to_string(data_.size())).append(",");
        header_.append(std::to_string(data_.size() + data.size())).append("]}");
        data_ += data;
    }
    std::string bytes() const { return safetensors("{" + header_ + "}", data_); }

  private:
    std::string header_, data_;
};

}  // namespace gosset::test
