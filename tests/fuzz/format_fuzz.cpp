// Any bytes as a model file: open, verify, and use everything that was opened. An input that begins
// with the magic is a whole file, any other one is metadata, around which a file is built; in both
// the hash is made right, so that the fuzzer gets past it.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "format/header.hpp"
#include "format/merge_hash.hpp"
#include "format/metadata.hpp"
#include "format/reader.hpp"
#include "runtime/base/checked.hpp"

using namespace gosset;

namespace {

struct Free {
    void operator()(uint8_t* p) const { std::free(p); }
};
using Block = std::unique_ptr<uint8_t, Free>;

/// 64-byte aligned and of the exact size, so that a sanitizer sees the first byte too far.
Block block_of(const std::vector<uint8_t>& bytes) {
    void* p = nullptr;
    if (posix_memalign(&p, 64, std::max<size_t>(bytes.size(), 1)) != 0) return nullptr;
    if (!bytes.empty()) std::memcpy(p, bytes.data(), bytes.size());
    return Block(static_cast<uint8_t*>(p));
}

void fix_hash(std::vector<uint8_t>& file) {
    Result<Header> header = decode_header(file);
    if (!header.ok()) return;
    header->xxh3 = hash_header(*header, std::span(file).subspan(size_t(header->metadata_offset),
                                                                size_t(header->metadata_size)));
    const auto head = encode_header(*header);
    std::copy(head.begin(), head.end(), file.begin());
}

/// Header, these metadata, and as much data as they ask for (up to 256 KiB).
std::vector<uint8_t> file_around(std::span<const uint8_t> metadata) {
    Header header;
    header.metadata_offset = kHeaderSize;
    header.metadata_size = metadata.size();
    header.data_offset = align_up(kHeaderSize + metadata.size(), kDataAlign);
    header.file_size = header.data_offset;
    const uint64_t most = header.data_offset + (1 << 18);
    const Block copy = block_of({metadata.begin(), metadata.end()});
    const auto unpacked = unpack_metadata({copy.get(), metadata.size()}, nullptr, most);
    if (unpacked.ok())
        for (const TensorView& t : unpacked->tensors)
            for (const SegmentView& s : t.segments)
                header.file_size = std::max(header.file_size, s.offset + s.bytes.size());
    header.xxh3 = hash_header(header, metadata);
    const auto head = encode_header(header);
    std::vector<uint8_t> file(head.begin(), head.end());
    file.insert(file.end(), metadata.begin(), metadata.end());
    file.resize(size_t(header.file_size));
    return file;
}

uint64_t sum(std::span<const uint8_t> bytes) {
    uint64_t s = 0;
    for (uint8_t b : bytes) s += b;
    return s;
}

/// What open() promises: every span can be read, every id leads somewhere.
uint64_t use(const ModelFile& file) {
    uint64_t s = file.config().dim + file.provenance().source_name.size();
    for (const TensorView& t : file.tensors()) {
        s += t.rows() * t.cols() + t.name.size();
        for (const SegmentView& segment : t.segments) s += sum(segment.bytes);
        for (const ParamView& p : t.params) s += sum(p.bytes);
    }
    const TokenizerView& k = file.tokenizer();
    for (uint32_t id = 0; id < k.size(); id++) s += k.bytes(id).size() + k.types[id];
    for (uint32_t id : k.index) s += k.bytes(id).size();
    for (const Merge& m : k.merges) {
        s += k.bytes(m.left).size() + k.bytes(m.right).size() + k.bytes(m.result).size();
        s += find_merge(k.merges, k.merge_index, m.right, m.left);
    }
    for (const auto& test : k.self_tests)
        for (uint32_t id : test.ids) s += k.bytes(id).size() + test.text.size();
    return s;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::vector<uint8_t> file(data, data + size);
    if (size >= kMagic.size() && std::equal(kMagic.begin(), kMagic.end(), data))
        fix_hash(file);
    else
        file = file_around({data, size});
    const Block block = block_of(file);
    const Result<ModelFile> model = ModelFile::from_memory({block.get(), file.size()});
    if (!model.ok()) return 0;
    volatile uint64_t sink = use(*model) + model->verify().ok();
    static_cast<void>(sink);
    return 0;
}
