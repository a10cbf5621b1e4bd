/// A quantization that may be interrupted at any moment and continued by the same command: a
/// partial file, and the journal of the tensors that are complete in it. A tensor is the unit:
/// seconds of work, and the calibration of a layer is needed as long as one of its tensors is.
/// Relies on the writer's partial file and on the journal.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "format/writer.hpp"
#include "tools/quantize/journal.hpp"
#include "tools/quantize/pipeline.hpp"

namespace gosset::quantize {

class Checkpoint {
  public:
    /// Opens the writer's partial file beside `out`, takes over the tensors that the journal names
    /// and whose bytes are still what it says, and tells options.note of it. The writer must
    /// outlive the result. Errors: both are of a run with another source or other options (the
    /// message says what differs, nothing is touched), a partial file without any journal, another
    /// process at work on them.
    static Result<std::unique_ptr<Checkpoint>> open(const std::string& out, const Options& options,
                                                    ModelWriter& writer);

    /// What was taken over.
    const std::vector<FinishedTensor>& finished() const { return finished_; }
    /// The segments of this tensor are written: makes them durable, then says so in the journal
    /// (`hash` is set here). Thread-safe.
    Status add(FinishedTensor tensor);
    /// The model is complete under its name: the journal goes.
    void remove() noexcept { journal_.remove(); }
    /// For the user: how much of it a later run need not do again.
    std::string kept() const;

  private:
    ModelWriter* writer_ = nullptr;
    std::string partial_;
    std::vector<FinishedTensor> finished_;
    mutable std::mutex mutex_;  ///< of the journal
    Journal journal_;
};

/// The files beside `out` in which an interrupted run is kept.
std::string partial_path(const std::string& out);
std::string journal_path(const std::string& out);

}  // namespace gosset::quantize
