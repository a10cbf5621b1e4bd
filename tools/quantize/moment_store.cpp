#include "tools/quantize/moment_store.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "format/hash.hpp"

namespace gosset::quantize {

namespace {

constexpr char kMagic[8] = {'G', 'S', 'S', 'T', 'm', 'o', 'm', '1'};
constexpr uint64_t kMostInputs = 1 << 16, kMostWidth = 1 << 20;

struct Head {
    char magic[8];
    uint64_t run, windows, inputs;
};
struct Entry {
    uint64_t key, width;
};

uint64_t width_of(const std::vector<float>& square) {
    return uint64_t(std::llround(std::sqrt(double(square.size()))));
}

uint64_t triangle_bytes(uint64_t width) {
    return width * (width + 1) / 2 * sizeof(float);
}

/// A file in pieces, each followed by the hash of what passed through.
class Stream {
  public:
    Stream(const std::string& path, const char* mode) : file_(std::fopen(path.c_str(), mode)) {}
    bool is_open() const { return file_ != nullptr; }
    bool write(const void* bytes, size_t size) {
        add(bytes, size);
        return std::fwrite(bytes, 1, size, file_.get()) == size;
    }
    bool read(void* bytes, size_t size) {
        if (std::fread(bytes, 1, size, file_.get()) != size) return false;
        add(bytes, size);
        return true;
    }
    bool seek(uint64_t by) { return fseeko(file_.get(), off_t(by), SEEK_CUR) == 0; }
    bool sync() { return std::fflush(file_.get()) == 0 && ::fsync(fileno(file_.get())) == 0; }
    bool end_write() {
        const uint64_t value = take();
        return std::fwrite(&value, 1, sizeof value, file_.get()) == sizeof value;
    }
    bool end_read() {
        uint64_t said = 0;
        return std::fread(&said, 1, sizeof said, file_.get()) == sizeof said && said == take();
    }

  private:
    uint64_t take() {
        const uint64_t value = hash_.value();
        hash_ = Hash();
        return value;
    }
    void add(const void* bytes, size_t size) {
        hash_.add({static_cast<const uint8_t*>(bytes), size});
    }
    struct Close {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };
    std::unique_ptr<std::FILE, Close> file_;
    Hash hash_;
};

template <class Row>
bool each_row(uint64_t width, const Row& row) {
    for (uint64_t r = 0; r < width; r++)
        if (!row(r * width + r, (width - r) * sizeof(float))) return false;
    return true;
}

/// The head and the list of inputs, if they fit the file's size.
std::optional<Head> read_head(Stream& in, uint64_t file_size, std::vector<Entry>& entries) {
    Head head;
    if (!in.read(&head, sizeof head) || std::memcmp(head.magic, kMagic, sizeof kMagic) != 0 ||
        head.inputs > kMostInputs)
        return {};
    entries.resize(size_t(head.inputs));
    if (!in.read(entries.data(), entries.size() * sizeof(Entry)) || !in.end_read()) return {};
    uint64_t size = sizeof head + entries.size() * sizeof(Entry) + sizeof(uint64_t);
    for (const Entry& e : entries) {
        if (e.width > kMostWidth) return {};
        size += triangle_bytes(e.width) + sizeof(uint64_t);
    }
    if (size != file_size) return {};
    return head;
}

}  // namespace

std::string moments_path(const std::string& out) {
    return out + ".partial.moments";
}

MomentStore::MomentStore(std::string path, uint64_t run, double seconds)
    : path_(std::move(path)), run_(run), seconds_(seconds) {}

size_t MomentStore::load(const std::vector<uint64_t>& keys, Moments& moments) const {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path_, error)) return 0;
    Stream in(path_, "rb");
    std::vector<Entry> entries;
    if (!in.is_open()) return 0;
    const auto head = read_head(in, std::filesystem::file_size(path_, error), entries);
    if (!head || head->run != run_) return 0;
    std::vector<bool> filled(keys.size());
    bool good = true;
    for (size_t e = 0; good && e < entries.size(); e++) {
        const auto at = std::find(keys.begin(), keys.end(), entries[e].key);
        const size_t i = size_t(at - keys.begin());
        if (at == keys.end() || filled[i] || width_of(moments[i]) != entries[e].width) {
            good = in.seek(triangle_bytes(entries[e].width) + sizeof(uint64_t));
            continue;
        }
        good = each_row(entries[e].width, [&](uint64_t offset, size_t bytes) {
            return in.read(&moments[i][size_t(offset)], bytes);
        });
        good = good && in.end_read();
        filled[i] = true;
    }
    if (good && std::find(filled.begin(), filled.end(), false) == filled.end())
        return size_t(head->windows);
    for (std::vector<float>& m : moments) std::fill(m.begin(), m.end(), 0.0f);
    return 0;
}

bool MomentStore::due() const {
    return Clock::now() - saved_ >= seconds_;
}

bool MomentStore::save(const std::vector<uint64_t>& keys, const Moments& moments, size_t windows) {
    const Clock::time_point start = Clock::now();
    const std::string temp = path_ + ".tmp";
    Head head{{}, run_, windows, keys.size()};
    std::memcpy(head.magic, kMagic, sizeof kMagic);
    std::vector<Entry> entries;
    for (size_t i = 0; i < keys.size(); i++) entries.push_back({keys[i], width_of(moments[i])});
    bool good = false;
    std::error_code error;
    std::filesystem::remove(temp, error);
    {
        Stream out(temp, "wbx");  // through no link
        good = out.is_open() && out.write(&head, sizeof head) &&
               out.write(entries.data(), entries.size() * sizeof(Entry)) && out.end_write();
        for (size_t i = 0; good && i < keys.size(); i++)
            good = each_row(entries[i].width,
                            [&](uint64_t offset, size_t bytes) {
                                return out.write(&moments[i][size_t(offset)], bytes);
                            }) &&
                   out.end_write();
        good = good && out.sync();
    }
    if (good) std::filesystem::rename(temp, path_, error);
    good = good && !error;
    if (!good) std::filesystem::remove(temp, error);
    saved_ = Clock::now();
    seconds_ = std::max<std::chrono::duration<double>>(seconds_, 20 * (saved_ - start));
    saves_ += good;
    return good;
}

}  // namespace gosset::quantize
