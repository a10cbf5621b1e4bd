/// Quantizes a model: plans, then streams every tensor through its encoder on all threads into a
/// .gosset file, and reads the file back. Memory stays at a few MiB a thread whatever the model
/// (calibration needs more: CalibrationOptions::memory).
/// The bytes of the file depend on the source and the plan alone, never on the threads.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "format/tensor.hpp"
#include "runtime/base/status.hpp"
#include "tools/import/source.hpp"
#include "tools/quantize/plan.hpp"

namespace gosset::quantize {

/// Where the work stands. Weights count; one call a chunk (some ten milliseconds), from any thread
/// but never from two at once.
struct Progress {
    const char* phase;  ///< "quantize", "verify", ...
    const char* item;   ///< name of the tensor, or ""
    uint64_t done, total;
};
/// Returns false to abort: the call then fails with StatusCode::aborted and leaves no file.
using ProgressFn = std::function<bool(const Progress&)>;

struct CalibrationOptions {
    std::string text;         ///< UTF-8; empty: no calibration
    uint32_t tokens = 16384;  ///< of the text that are read, spread evenly over it
    float damping = 0.01f;    ///< Feedback::make
    uint32_t refine = 2;      ///< Feedback::make; 0 takes half as long and a third of the memory
    /// Tokens whose gradients tell which output errors matter (RowFeedback); 0: none.
    uint64_t gradient_tokens = 16384;
    float gradient_damping = 0.1f;  ///< RowFeedback::make
    /// Bytes of second moments, or of the factors that replace them, held at a time: as many layers
    /// as fit (at least one), a pass over the text each.
    uint64_t memory = uint64_t(2) << 30;
    /// With Options::resume: the sums of a pass are kept on the disk so often at most.
    double save_seconds = 30;
};

struct Options {
    PlanOptions plan;
    CalibrationOptions calibration{};
    int threads = 1;
    Provenance provenance;
    ProgressFn progress;  ///< may be empty
    /// Keep what is complete when the work stops, and go on where an earlier run with the same
    /// source (provenance says which) and options stopped: checkpoint.hpp.
    bool resume = false;
    /// Sentences for the user; may be empty.
    std::function<void(const std::string&)> note{};
};

struct TensorReport {
    std::string name, codec;
    bool rotated = false;
    uint64_t weights = 0, bytes = 0;
    double bpw = 0;      ///< 8 * bytes / weights
    double rel_mse = 0;  ///< |W - What|^2 / |W|^2; 0: exact
};

struct Report {
    double bpw = 0;  ///< 8 * bytes of all segments / weights
    uint64_t file_bytes = 0, weights = 0;
    double seconds = 0;
    std::vector<TensorReport> tensors;
};

/// Writes `out` (replacing what was there, atomically, when all is done). After an error nothing
/// new is left on the disk, but for what `resume` keeps. The bytes are the same with and without
/// interruptions.
Result<Report> quantize_model(const ModelSource& source, const std::string& out,
                              const Options& options);

}  // namespace gosset::quantize
