/// Opens a .gosset file without copying its weights and proves that it is what it says: header,
/// FlatBuffers Verifier, then the semantic validator (validate.hpp). After open() every span below
/// is in bounds, every product fits, segments do not overlap and have their stated alignment.
/// What codecs and architectures exist is not known here: runtime/model/bind checks that.
/// Relies on platforms/file_map and FlatBuffers (no FlatBuffers type escapes).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/config.hpp"
#include "format/tensor.hpp"
#include "format/tokenizer_view.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

struct SegmentView {
    std::string_view role;
    std::span<const uint8_t> bytes;  ///< inside the mapping, 64-byte aligned in the file
    uint64_t offset, xxh3;
};

struct ParamView {
    std::string_view key;
    std::span<const uint8_t> bytes;
};

struct TensorView {
    std::string_view name;
    Role role = Role::other;
    int32_t layer = -1;
    std::vector<uint64_t> shape;
    std::string_view codec;
    uint32_t codec_version = 0;
    Rotation rotation;
    std::vector<SegmentView> segments;
    std::vector<ParamView> params;
    float bits_per_weight = 0, rel_mse = 0;

    uint64_t rows() const;  ///< product of all dimensions but the last (1 for a vector)
    uint64_t cols() const { return shape.back(); }
    /// nullptr when there is none of that role or key.
    const SegmentView* segment(std::string_view segment_role) const;
    const ParamView* param(std::string_view key) const;
};

class ModelFile {
  public:
    ModelFile();
    ~ModelFile();
    ModelFile(ModelFile&&) noexcept;
    ModelFile& operator=(ModelFile&&) noexcept;

    /// Maps the file read-only. Errors name the path and the field that is wrong.
    static Result<ModelFile> open(const std::string& path);
    /// Maps [offset, offset + length) of an open descriptor (an asset inside an archive). The
    /// descriptor stays the caller's and may be closed afterwards.
    static Result<ModelFile> open_fd(int fd, uint64_t offset, uint64_t length);
    /// Uses the caller's bytes, which must outlive the ModelFile and be 64-byte aligned.
    static Result<ModelFile> from_memory(std::span<const uint8_t> bytes);

    /// Copies the file into 2 MiB pages (where the platform has them) and drops the mapping:
    /// faster streaming for as much memory again. Spans obtained before are invalid after it.
    /// progress(done, total) in bytes; may be empty; returning false aborts, and nothing changes.
    Status copy_to_huge_pages(const std::function<bool(uint64_t, uint64_t)>& progress = {});

    const ModelConfig& config() const;
    const TokenizerView& tokenizer() const;
    const Provenance& provenance() const;
    std::span<const TensorView> tensors() const;
    std::span<const uint8_t> bytes() const;  ///< the whole file
    uint32_t version() const;
    /// XXH3 of header and metadata, which name the hash of every segment: equal files, equal
    /// identities. Proven by open(); whether the segments are what it says is for verify().
    uint64_t identity() const;

    /// Reads everything: segment hashes, reserved and padding bytes, tokenizer index. Any flipped
    /// bit of the file is found by open() or by this. progress(done, total) in bytes; may be empty;
    /// returning false aborts.
    Status verify(const std::function<bool(uint64_t, uint64_t)>& progress = {}) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace gosset
