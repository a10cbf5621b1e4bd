/// Reads a .safetensors file by the format's rules, which it CHECKs; independent of the importer.
#pragma once

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/support.hpp"

namespace gosset::test {

struct Safetensors {
    nlohmann::json header;
    std::string data;

    template <class T>
    std::vector<T> values(const std::string& name) const {
        const auto& t = header.at(name);
        const uint64_t begin = t["data_offsets"][0], end = t["data_offsets"][1];
        std::vector<T> v((end - begin) / sizeof(T));
        std::memcpy(v.data(), data.data() + begin, end - begin);
        return v;
    }
};

inline Safetensors read_safetensors(const std::string& path) {
    const std::string bytes = read_file(path);
    REQUIRE(bytes.size() >= 8);
    uint64_t length = 0;
    std::memcpy(&length, bytes.data(), 8);
    REQUIRE(length <= bytes.size() - 8);
    CHECK(length % 8 == 0);
    Safetensors s{nlohmann::json::parse(bytes.substr(8, length)), bytes.substr(8 + length)};
    uint64_t end = 0;
    for (const auto& [name, t] : s.header.items())
        if (name != "__metadata__") end = std::max(end, t["data_offsets"][1].get<uint64_t>());
    CHECK(end == s.data.size());
    return s;
}

}  // namespace gosset::test
