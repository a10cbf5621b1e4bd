#include "format/writer.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>

#include "format/hash.hpp"
#include "format/header.hpp"
#include "format/merge_hash.hpp"
#include "format/metadata.hpp"
#include "format/pack.hpp"
#include "format/temp_file.hpp"
#include "format/validate.hpp"
#include "runtime/base/checked.hpp"

namespace gosset {

struct ModelWriter::Impl {
    ModelDescription description;
    Header header;
    uint64_t fingerprint = 0;
    TempFile file;
    std::mutex mutex;                            // of description
    std::vector<size_t> first_segment;           // of each tensor, in `written`
    std::vector<std::atomic<uint64_t>> written;  // bytes handed to write(), of each segment

    Status layout();
    Status check();
    Result<uint64_t> hash(const Segment& segment) const;
    Status clear_padding() const;
    Status find(size_t tensor, size_t segment) const;
};

namespace {

/// The lookup tables that an importer left to us.
Status complete_tokenizer(TokenizerData& t) {
    const size_t n = t.offsets.empty() ? 0 : t.offsets.size() - 1;
    if (t.index.empty() && n > 0) {
        // Sorting needs sound offsets; validate() names what is wrong with unsound ones.
        if (!std::is_sorted(t.offsets.begin(), t.offsets.end()) || t.offsets.back() > t.blob.size())
            return {};
        t.index.resize(n);
        std::iota(t.index.begin(), t.index.end(), 0u);
        const TokenizerView v = t.view();
        std::stable_sort(t.index.begin(), t.index.end(),
                         [&v](uint32_t a, uint32_t b) { return v.bytes(a) < v.bytes(b); });
    }
    if (t.merge_index.empty() && !build_merge_index(t.merges, &t.merge_index))
        return corrupt("tokenizer: the merges collide in every lookup table");
    return {};
}

float bits_per_weight(const TensorInfo& info) {
    double weights = 1, bytes = 0;
    for (uint64_t d : info.shape) weights *= double(d);
    for (const Segment& s : info.segments) bytes += double(s.size);
    return weights > 0 ? float(8.0 * bytes / weights) : 0.0f;
}

}  // namespace

/// The size of the metadata decides where data begins; offsets and hashes do not change the size.
Status ModelWriter::Impl::layout() {
    GOSSET_ASSIGN(const std::vector<uint8_t> metadata, pack_metadata(description));
    header.metadata_offset = kHeaderSize;
    header.metadata_size = metadata.size();
    header.data_offset = align_up(kHeaderSize + metadata.size(), kDataAlign);
    uint64_t end = header.data_offset;
    size_t count = 0;
    for (TensorInfo& info : description.tensors) {
        first_segment.push_back(count);
        count += info.segments.size();
        info.bits_per_weight = bits_per_weight(info);
        for (Segment& s : info.segments) {
            s.offset = align_up(end, kSegmentAlign);
            s.xxh3 = 0;
            if (!checked_add(s.offset, s.size, &end) || end > uint64_t(INT64_MAX) - kSegmentAlign)
                return invalid_argument("the segments of " + quoted(info.name) +
                                        " exceed the largest file");
        }
    }
    header.file_size = end;
    fingerprint = hash_header(header, metadata);
    written = std::vector<std::atomic<uint64_t>>(count);
    return {};
}

/// What the reader would say: nothing that it refuses is written.
Status ModelWriter::Impl::check() {
    GOSSET_ASSIGN(const std::vector<uint8_t> metadata, pack_metadata(description));
    if (metadata.size() != header.metadata_size)
        return internal_error("the size of the metadata depends on its values");
    GOSSET_ASSIGN(const Metadata unpacked, unpack_metadata(metadata, nullptr, header.file_size));
    return validate(unpacked, header);
}

Status ModelWriter::Impl::find(size_t tensor, size_t segment) const {
    if (!file.is_open()) return invalid_argument("the model file is finished or was never created");
    if (tensor >= description.tensors.size() ||
        segment >= description.tensors[tensor].segments.size())
        return invalid_argument("there is no segment " + std::to_string(segment) + " of tensor " +
                                std::to_string(tensor));
    return {};
}

Result<uint64_t> ModelWriter::Impl::hash(const Segment& segment) const {
    std::vector<uint8_t> buffer(size_t(std::min<uint64_t>(segment.size, uint64_t(4) << 20)));
    Hash hash;
    for (uint64_t at = 0; at < segment.size; at += buffer.size()) {
        const std::span<uint8_t> part(buffer.data(),
                                      size_t(std::min<uint64_t>(buffer.size(), segment.size - at)));
        GOSSET_TRY(file.read(segment.offset + at, part));
        hash.add(part);
    }
    return hash.value();
}

/// Between the segments another process may have left anything; readers want zeros.
Status ModelWriter::Impl::clear_padding() const {
    uint64_t end = header.metadata_offset + header.metadata_size;
    for (const TensorInfo& info : description.tensors) {
        for (const Segment& s : info.segments) {
            GOSSET_TRY(file.write(end, std::vector<uint8_t>(size_t(s.offset - end))));
            end = s.offset + s.size;
        }
    }
    return {};
}

ModelWriter::ModelWriter() : impl_(std::make_unique<Impl>()) {}
ModelWriter::~ModelWriter() = default;
ModelWriter::ModelWriter(ModelWriter&&) noexcept = default;
ModelWriter& ModelWriter::operator=(ModelWriter&&) noexcept = default;

Result<ModelWriter> ModelWriter::prepare(ModelDescription description) {
    ModelWriter writer;
    Impl& impl = *writer.impl_;
    impl.description = std::move(description);
    GOSSET_TRY(complete_tokenizer(impl.description.tokenizer));
    GOSSET_TRY(impl.layout());
    GOSSET_TRY(impl.check().in("the model cannot be written"));
    return writer;
}

Status ModelWriter::open(const std::string& path) {
    return impl_->file.create(path, impl_->header.file_size);
}

Status ModelWriter::open_partial(const std::string& path) {
    return impl_->file.open_partial(path, impl_->header.file_size);
}

Result<ModelWriter> ModelWriter::create(const std::string& path, ModelDescription description) {
    GOSSET_ASSIGN(ModelWriter writer, prepare(std::move(description)));
    GOSSET_TRY(writer.open(path));
    return writer;
}

uint64_t ModelWriter::fingerprint() const {
    return impl_->fingerprint;
}

Result<uint64_t> ModelWriter::hash(size_t tensor) const {
    GOSSET_TRY(impl_->find(tensor, 0));
    Hash hash;
    for (const Segment& s : impl_->description.tensors[tensor].segments) {
        GOSSET_ASSIGN(const uint64_t of_segment, impl_->hash(s));
        hash.add({reinterpret_cast<const uint8_t*>(&of_segment), sizeof of_segment});
    }
    return hash.value();
}

Status ModelWriter::take_over(size_t tensor) {
    GOSSET_TRY(impl_->find(tensor, 0));
    size_t next = impl_->first_segment[tensor];
    for (const Segment& s : impl_->description.tensors[tensor].segments)
        impl_->written[next++] = s.size;
    return {};
}

Status ModelWriter::keep() {
    return impl_->file.keep();
}

Status ModelWriter::write(size_t tensor, size_t segment, uint64_t offset,
                          std::span<const uint8_t> bytes) {
    GOSSET_TRY(impl_->find(tensor, segment));
    const TensorInfo& info = impl_->description.tensors[tensor];
    const Segment& s = info.segments[segment];
    if (!range_fits(offset, bytes.size(), s.size))
        return invalid_argument(std::to_string(bytes.size()) + " bytes at " +
                                std::to_string(offset) + " do not fit into segment " +
                                quoted(s.role) + " of " + quoted(info.name) + " (" +
                                std::to_string(s.size) + " bytes)");
    GOSSET_TRY(impl_->file.write(s.offset + offset, bytes));
    impl_->written[impl_->first_segment[tensor] + segment] += bytes.size();
    return {};
}

void ModelWriter::set_measured(size_t tensor, float rel_mse) {
    const std::lock_guard lock(impl_->mutex);
    if (tensor < impl_->description.tensors.size())
        impl_->description.tensors[tensor].rel_mse = rel_mse;
}

Status ModelWriter::set_param(size_t tensor, const std::string& key,
                              std::span<const uint8_t> bytes) {
    const std::lock_guard lock(impl_->mutex);
    if (tensor >= impl_->description.tensors.size())
        return invalid_argument("there is no tensor " + std::to_string(tensor));
    TensorInfo& info = impl_->description.tensors[tensor];
    for (Param& p : info.params) {
        if (p.key != key) continue;
        if (p.bytes.size() != bytes.size())
            return invalid_argument("param " + quoted(key) + " of " + quoted(info.name) + " has " +
                                    std::to_string(p.bytes.size()) + " bytes, not " +
                                    std::to_string(bytes.size()));
        p.bytes.assign(bytes.begin(), bytes.end());
        return {};
    }
    return not_found("tensor " + quoted(info.name) + " declares no param " + quoted(key));
}

Status ModelWriter::finish() {
    Impl& impl = *impl_;
    if (!impl.file.is_open())
        return invalid_argument("the model file is finished or was never created");
    for (size_t i = 0; i < impl.description.tensors.size(); i++) {
        TensorInfo& info = impl.description.tensors[i];
        for (size_t k = 0; k < info.segments.size(); k++) {
            Segment& s = info.segments[k];
            const uint64_t written = impl.written[impl.first_segment[i] + k];
            if (written < s.size)
                return invalid_argument("only " + std::to_string(written) + " of " +
                                        std::to_string(s.size) + " bytes of segment " +
                                        quoted(s.role) + " of " + quoted(info.name) +
                                        " were written");
            GOSSET_ASSIGN(s.xxh3, impl.hash(s));
        }
    }
    GOSSET_TRY(impl.clear_padding());
    GOSSET_TRY(impl.check().in("the model cannot be written"));
    GOSSET_ASSIGN(const std::vector<uint8_t> metadata, pack_metadata(impl.description));
    impl.header.xxh3 = hash_header(impl.header, metadata);
    GOSSET_TRY(impl.file.write(impl.header.metadata_offset, metadata));
    GOSSET_TRY(impl.file.write(0, encode_header(impl.header)));
    return impl.file.commit();
}

const ModelDescription& ModelWriter::description() const {
    return impl_->description;
}

}  // namespace gosset
