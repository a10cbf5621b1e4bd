/// Builds small GGUF files in memory, right or wrong on purpose. Test support only.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace gosset::test {

class GgufWriter {
  public:
    uint32_t version = 3;
    uint32_t alignment = 32;

    template <class T>
    static std::string raw(T v) {
        return std::string(reinterpret_cast<const char*>(&v), sizeof v);
    }
    static std::string text(const std::string& s) { return raw<uint64_t>(s.size()) + s; }

    /// A key with the bytes of its value, whatever they are.
    void key(const std::string& name, uint32_t type, const std::string& bytes) {
        keys_ += text(name) + raw<uint32_t>(type) + bytes;
        n_keys_++;
    }
    void u32(const std::string& name, uint32_t v) { key(name, 4, raw(v)); }
    void f32(const std::string& name, float v) { key(name, 6, raw(v)); }
    void boolean(const std::string& name, bool v) { key(name, 7, raw<uint8_t>(v)); }
    void string(const std::string& name, const std::string& v) { key(name, 8, text(v)); }
    void strings(const std::string& name, const std::vector<std::string>& items) {
        std::string bytes = raw<uint32_t>(8) + raw<uint64_t>(items.size());
        for (const std::string& s : items) bytes += text(s);
        key(name, 9, bytes);
    }

    /// A tensor with dimensions in ggml's order: the fastest first.
    void tensor(const std::string& name, const std::vector<uint64_t>& dims, uint32_t type,
                const std::string& data) {
        data_.resize((data_.size() + alignment - 1) / alignment * alignment);
        tensor_at(name, dims, type, data_.size());
        data_ += data;
    }
    /// Only the directory entry.
    void tensor_at(const std::string& name, const std::vector<uint64_t>& dims, uint32_t type,
                   uint64_t offset) {
        tensors_ += text(name) + raw<uint32_t>(uint32_t(dims.size()));
        for (const uint64_t d : dims) tensors_ += raw(d);
        tensors_ += raw(type) + raw(offset);
        n_tensors_++;
    }
    void data(const std::string& bytes) { data_ += bytes; }

    std::string bytes() const { return bytes(n_tensors_, n_keys_); }
    /// The file, with counts of the caller's choice.
    std::string bytes(uint64_t n_tensors, uint64_t n_keys) const {
        std::string out = "GGUF" + raw(version) + raw(n_tensors) + raw(n_keys) + keys_ + tensors_;
        out.resize((out.size() + alignment - 1) / alignment * alignment);
        return out + data_;
    }

  private:
    std::string keys_, tensors_, data_;
    uint64_t n_keys_ = 0, n_tensors_ = 0;
};

inline std::string floats(const std::vector<float>& v) {
    return std::string(reinterpret_cast<const char*>(v.data()), v.size() * sizeof(float));
}

}  // namespace gosset::test
