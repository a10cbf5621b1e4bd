#include "format/verify.hpp"

#include <algorithm>
#include <string>

#include "format/hash.hpp"
#include "format/merge_hash.hpp"
#include "format/validate.hpp"

namespace gosset {
namespace {

constexpr size_t kStep = size_t(16) << 20;  ///< bytes between two calls of progress

/// Counts bytes and asks the caller whether to go on.
class Progress {
  public:
    Progress(const std::function<bool(uint64_t, uint64_t)>& callback, uint64_t total)
        : callback_(callback), total_(total) {}
    Status add(uint64_t bytes) {
        done_ += bytes;
        if (callback_ && !callback_(done_, total_)) return aborted("verify was interrupted");
        return {};
    }

  private:
    const std::function<bool(uint64_t, uint64_t)>& callback_;
    uint64_t done_ = 0, total_;
};

Status check_hash(std::span<const uint8_t> bytes, uint64_t expected, Progress& progress) {
    Hash hash;
    for (size_t at = 0; at < bytes.size(); at += kStep) {
        const size_t n = std::min(kStep, bytes.size() - at);
        hash.add(bytes.subspan(at, n));
        GOSSET_TRY(progress.add(n));
    }
    if (hash.value() == expected) return {};
    return corrupt("hash differs: its bytes are damaged");
}

/// Bytes [begin, end) of the file belong to nothing and must be 0.
Status check_zero(std::span<const uint8_t> file, uint64_t begin, uint64_t end, Progress& progress) {
    for (uint64_t at = begin; at < end; at += kStep) {
        const auto part = file.subspan(size_t(at), std::min<uint64_t>(kStep, end - at));
        const auto it = std::find_if(part.begin(), part.end(), [](uint8_t b) { return b != 0; });
        if (it != part.end())
            return corrupt("padding byte at offset " +
                           std::to_string(at + uint64_t(it - part.begin())) + " is not 0");
        GOSSET_TRY(progress.add(part.size()));
    }
    return {};
}

struct Place {
    const TensorView* tensor;
    const SegmentView* segment;
};

std::vector<Place> segments_in_order(std::span<const TensorView> tensors) {
    std::vector<Place> places;
    for (const TensorView& t : tensors)
        for (const SegmentView& s : t.segments) places.push_back({&t, &s});
    std::sort(places.begin(), places.end(),
              [](const Place& a, const Place& b) { return a.segment->offset < b.segment->offset; });
    return places;
}

}  // namespace

Status verify_tokenizer(const TokenizerView& t) {
    // Strictly rising over n ids below n: sorted and a permutation at once.
    for (size_t i = 1; i < t.index.size(); i++) {
        const int order = t.bytes(t.index[i - 1]).compare(t.bytes(t.index[i]));
        if (order > 0 || (order == 0 && t.index[i - 1] >= t.index[i]))
            return corrupt("tokenizer: index is not sorted at " + std::to_string(i));
    }
    for (size_t i = 0; i < t.merges.size(); i++) {
        const Merge& m = t.merges[i];
        const uint32_t found = find_merge(t.merges, t.merge_index, m.left, m.right);
        if (found > i)  // an earlier one is the same pair
            return corrupt("tokenizer: merge_index does not find merge " + std::to_string(i));
    }
    return {};
}

Status verify_file(std::span<const uint8_t> file, const Header& header, const Metadata& metadata,
                   const std::function<bool(uint64_t, uint64_t)>& callback) {
    Progress progress(callback, file.size());
    const auto meta = file.subspan(size_t(header.metadata_offset), size_t(header.metadata_size));
    if (hash_header(header, meta) != header.xxh3)
        return corrupt("hash of header and metadata differs: they are damaged");
    GOSSET_TRY(progress.add(kHeaderSize + meta.size()));
    GOSSET_TRY(check_zero(file, kHeaderSize, header.metadata_offset, progress));
    GOSSET_TRY(verify_tokenizer(metadata.tokenizer));

    uint64_t end = header.metadata_offset + header.metadata_size;
    for (const Place& p : segments_in_order(metadata.tensors)) {
        GOSSET_TRY(check_zero(file, end, p.segment->offset, progress));
        const Status status = check_hash(p.segment->bytes, p.segment->xxh3, progress);
        if (!status.ok())
            return status.in("tensor " + quoted(p.tensor->name) + ", segment " +
                             quoted(p.segment->role));
        end = p.segment->offset + p.segment->bytes.size();
    }
    return check_zero(file, end, header.file_size, progress);
}

}  // namespace gosset
