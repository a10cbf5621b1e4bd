#include "format/reader.hpp"

#include <algorithm>
#include <cstring>

#include "format/header.hpp"
#include "format/metadata.hpp"
#include "format/validate.hpp"
#include "format/verify.hpp"
#include "platforms/file_map.hpp"
#include "platforms/memory.hpp"

namespace gosset {

namespace {
constexpr size_t kCopyStep = size_t(16) << 20;  ///< bytes between two calls of progress
}

uint64_t TensorView::rows() const {
    uint64_t n = 1;
    for (size_t i = 0; i + 1 < shape.size(); i++) n *= shape[i];
    return n;
}

const SegmentView* TensorView::segment(std::string_view segment_role) const {
    const auto it = std::find_if(segments.begin(), segments.end(),
                                 [&](const SegmentView& s) { return s.role == segment_role; });
    return it == segments.end() ? nullptr : &*it;
}

const ParamView* TensorView::param(std::string_view key) const {
    const auto it = std::find_if(params.begin(), params.end(),
                                 [&](const ParamView& p) { return p.key == key; });
    return it == params.end() ? nullptr : &*it;
}

struct ModelFile::Impl {
    FileMap map;  // one of these two holds the bytes, or neither: the caller's
    Memory memory;
    std::span<const uint8_t> bytes;
    Header header;
    Metadata metadata;

    Status load();
    Status copy_from(std::span<const uint8_t> source, Result<Memory> block,
                     const std::function<bool(uint64_t, uint64_t)>& progress = {});
};

/// Header, hash, structure, meaning: nothing is used before it is proven.
Status ModelFile::Impl::load() {
    GOSSET_ASSIGN(header, decode_header(bytes));
    const auto meta = bytes.subspan(size_t(header.metadata_offset), size_t(header.metadata_size));
    if (hash_header(header, meta) != header.xxh3)
        return corrupt("hash of header and metadata differs: the file is damaged");
    GOSSET_ASSIGN(metadata, unpack_metadata(meta, bytes.data(), bytes.size()));
    return validate(metadata, header);
}

Status ModelFile::Impl::copy_from(std::span<const uint8_t> source, Result<Memory> block,
                                  const std::function<bool(uint64_t, uint64_t)>& progress) {
    if (!block.ok()) return block.status();
    memory = std::move(*block);
    for (size_t done = 0; done < source.size();) {
        const size_t n = std::min(kCopyStep, source.size() - done);
        std::memcpy(memory.data() + done, source.data() + done, n);
        done += n;
        if (progress && !progress(done, source.size()))
            return aborted("the progress callback said stop");
    }
    bytes = memory.bytes();
    return load();
}

ModelFile::ModelFile() : impl_(std::make_unique<Impl>()) {}
ModelFile::~ModelFile() = default;
ModelFile::ModelFile(ModelFile&&) noexcept = default;
ModelFile& ModelFile::operator=(ModelFile&&) noexcept = default;

Result<ModelFile> ModelFile::open(const std::string& path) {
    ModelFile file;
    GOSSET_ASSIGN(file.impl_->map, FileMap::open(path));
    file.impl_->bytes = file.impl_->map.bytes();
    GOSSET_TRY(file.impl_->load().in(path));
    return file;
}

Result<ModelFile> ModelFile::open_fd(int fd, uint64_t offset, uint64_t length) {
    ModelFile file;
    Impl& impl = *file.impl_;
    GOSSET_ASSIGN(FileMap map, FileMap::map_fd(fd, offset, length));
    if (offset % kSegmentAlign != 0) {  // an archive without alignment: kernels need it, so copy
        GOSSET_TRY(decode_header(map.bytes()).status());
        GOSSET_TRY(impl.copy_from(map.bytes(), Memory::pages(map.bytes().size())));
        return file;
    }
    impl.map = std::move(map);
    impl.bytes = impl.map.bytes();
    GOSSET_TRY(impl.load());
    return file;
}

Result<ModelFile> ModelFile::from_memory(std::span<const uint8_t> bytes) {
    if (reinterpret_cast<uintptr_t>(bytes.data()) % kSegmentAlign != 0)
        return invalid_argument("the model's memory is not 64-byte aligned");
    ModelFile file;
    file.impl_->bytes = bytes;
    GOSSET_TRY(file.impl_->load());
    return file;
}

Status ModelFile::copy_to_huge_pages(const std::function<bool(uint64_t, uint64_t)>& progress) {
    auto copy = std::make_unique<Impl>();
    const auto bytes = impl_->bytes;
    GOSSET_TRY(copy->copy_from(bytes, Memory::huge_pages(bytes.size()), progress));
    impl_ = std::move(copy);
    return {};
}

const ModelConfig& ModelFile::config() const {
    return impl_->metadata.config;
}
const TokenizerView& ModelFile::tokenizer() const {
    return impl_->metadata.tokenizer;
}
const Provenance& ModelFile::provenance() const {
    return impl_->metadata.provenance;
}
std::span<const TensorView> ModelFile::tensors() const {
    return impl_->metadata.tensors;
}
std::span<const uint8_t> ModelFile::bytes() const {
    return impl_->bytes;
}
uint32_t ModelFile::version() const {
    return impl_->header.version;
}
uint64_t ModelFile::identity() const {
    return impl_->header.xxh3;
}

Status ModelFile::verify(const std::function<bool(uint64_t, uint64_t)>& progress) const {
    return verify_file(impl_->bytes, impl_->header, impl_->metadata, progress);
}

}  // namespace gosset
