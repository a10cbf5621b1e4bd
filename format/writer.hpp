/// Writes a .gosset file beside its destination and renames it into place when it is complete, so
/// that a failure, a full disk or Ctrl-C leaves nothing behind, or, where that is asked for, a
/// partial file that a later process goes on with. Linked by tools only.
/// Segment sizes are known first (they follow from shape and codec), data comes in any order.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "format/config.hpp"
#include "format/tensor.hpp"
#include "format/tokenizer_view.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

struct ModelDescription {
    ModelConfig config;
    TokenizerData tokenizer;
    std::vector<TensorInfo> tensors;  ///< segments have role and size; offset and xxh3 are set here
    Provenance provenance;
};

class ModelWriter {
  public:
    ModelWriter();
    ~ModelWriter();  ///< removes the temporary file unless finish() succeeded or it is kept
    ModelWriter(ModelWriter&&) noexcept;
    ModelWriter& operator=(ModelWriter&&) noexcept;

    /// Lays out the data region; no file is touched yet. What the reader would refuse is refused
    /// here. Fills in bits_per_weight, and the tokenizer's index and merge_index where they are
    /// empty.
    static Result<ModelWriter> prepare(ModelDescription description);
    /// Creates "<path>.tmp-<pid>" beside path and reserves the disk space (so that a full disk is
    /// known at once). Once, after prepare().
    Status open(const std::string& path);
    /// The same with "<path>.partial", which another writer of the same fingerprint() may have left
    /// behind: its bytes are there. It outlives this writer once keep() was called. An error if
    /// another process has it.
    Status open_partial(const std::string& path);
    /// prepare(), then open().
    static Result<ModelWriter> create(const std::string& path, ModelDescription description);

    /// XXH3 of the description as it was prepared: equal ones lay out equal files.
    uint64_t fingerprint() const;
    /// XXH3 of what the segments of a tensor hold at this moment.
    Result<uint64_t> hash(size_t tensor) const;
    /// The tensor's segments hold what they should, by another writer's hand.
    Status take_over(size_t tensor);
    /// Makes durable what was written; from here on the partial file stays.
    Status keep();

    /// Writes `bytes` at `offset` inside segment `segment` of tensor `tensor`. Thread-safe.
    Status write(size_t tensor, size_t segment, uint64_t offset, std::span<const uint8_t> bytes);

    /// Facts measured while encoding (fixed-size fields: the layout does not move).
    void set_measured(size_t tensor, float rel_mse);
    /// Bytes of a param already declared with the same size (a table fitted while encoding).
    Status set_param(size_t tensor, const std::string& key, std::span<const uint8_t> bytes);

    /// Hashes segments, writes metadata and header, fsyncs, renames. Nothing can follow it.
    Status finish();

    const ModelDescription& description() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Removes the temporary files of every live ModelWriter of this process. Async-signal-safe: for a
/// tool's handler of SIGINT and SIGTERM, right before it ends the process.
void remove_temp_files() noexcept;

}  // namespace gosset
